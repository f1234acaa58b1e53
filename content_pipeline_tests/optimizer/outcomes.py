"""Outcomes for the tests of the optimizer: posts with known effects on log views, seen at chosen ages."""

import math
from datetime import UTC, datetime, timedelta

import numpy as np

from content_pipeline.optimizer.growth import PRIOR_FRACTIONS
from content_pipeline.optimizer.outcomes import PostOutcome, Snapshot

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
LEVELS = {
    "hook_family": ["question", "number", "story"],
    "format": ["listicle", "how_to"],
    "duration_band": ["short", "long"],
    "cta": ["save", "share"],
    "topic_family": ["focus", "habits"],
    "slot_label": ["morning", "evening"],
}


def outcome(
    n: int,
    *,
    day: float = 0.0,
    log_final: float = 7.0,
    ages: tuple[int, ...] = (24,),
    fractions: dict[int, float] | None = None,
    saves: float = 0.02,
    **factors: str,
) -> PostOutcome:
    """Return a post published ``day`` days after the start, whose views end at exp(``log_final``)."""
    published = START + timedelta(days=day)
    share = fractions or dict(zip((1, 6, 24, 72, 168), PRIOR_FRACTIONS, strict=True))
    snapshots = []
    for age in ages:
        views = round(math.exp(log_final) * share[age])
        at = published + timedelta(hours=age)
        counts = {"reach": views, "saves": round(views * saves), "shares": 0}
        snapshots.append(Snapshot(observed_at=at, age_hours=age, target_age_h=age, views=views, **counts))
    return PostOutcome(
        post_id=f"post_{n:04d}", account="demo", published_at=published, factors=factors, snapshots=snapshots
    )


def campaign(
    posts: int,
    effects: dict[str, float],
    *,
    seed: int = 1,
    noise: float = 0.5,
    level: float = 7.0,
    ages=(24,),
) -> list[PostOutcome]:
    """Return three posts a day with random levels; ``effects`` are on log views, by a level's name."""
    rng = np.random.default_rng(seed)
    made = []
    for n in range(posts):
        factors = {factor: str(rng.choice(levels)) for factor, levels in LEVELS.items()}
        log_final = level + sum(effects.get(v, 0.0) for v in factors.values()) + noise * rng.standard_normal()
        made.append(outcome(n, day=n / 3, log_final=log_final, ages=ages, **factors))
    return made

"""From trends and strategy to briefs: which trends, in which shape, with which words.

The shape is chosen by tempered Thompson sampling over archetype factors; selection never waits for a test to become significant.
Which slot an idea gets is the calendar's business.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from typing import Literal, NamedTuple

import numpy as np

from content_pipeline.briefs.archetypes import archetypes
from content_pipeline.briefs.beliefs import Beliefs, arm_space, generator
from content_pipeline.briefs.records import Archetype, Brief, Strategy
from content_pipeline.briefs.virality import virality
from content_pipeline.briefs.wording import direction, hooks, speakable, subject, thumbnails, topic
from content_pipeline.settings import Account
from content_pipeline.storage.records import Part, Stamp, stable_id
from content_pipeline.trends.records import Trend
from content_pipeline.trends.scoring.niche import suits, topic_family

DRAWS = 400
DROP_BELOW = 0.45
"""Virality under which an idea is dropped, unless the day would be left without enough of them (domain rules: thresholds)."""
NICHE_SHARE = 0.6
"""How much of a trend's attraction comes from its fit to the account; the rest is the trend's own strength."""
NOVELTY_SHARE = 0.5
"""How much of it is lost where the account has posted about the very same in the last 90 days."""

Choice = Literal["exploit", "explore", "mutation", "chaos"]


class RecentPost(Part):
    """A post of the last days, as far as new ideas must differ from it."""

    day: date
    title: str
    trend_title: str
    archetype: Archetype


class Chosen(NamedTuple):
    """An archetype, how it was chosen, the draw by which it won, and the probability with which it wins."""

    archetype: Archetype
    choice: Choice
    sampled: float
    propensity: float


def make_briefs(
    account: Account,
    day: date,
    trends: Sequence[Trend],
    strategy: Strategy,
    recent: Sequence[RecentPost],
    stamp: Stamp,
    count: int = 27,
) -> list[Brief]:
    """Return up to ``count`` briefs, best first: at least one a slot of the week when there are enough trends."""
    beliefs = Beliefs(strategy)
    candidates = list(_candidates(account, trends, recent))[:count]
    made = [
        _brief(account, day, trend, family, angle, strategy, beliefs, recent, stamp)
        for angle in range(-(-count // max(1, len(candidates))))
        for trend, family in candidates
    ][:count]
    return _ranked(made, account.posts_per_day * 3)


def _candidates(
    account: Account, trends: Sequence[Trend], recent: Sequence[RecentPost]
) -> Iterator[tuple[Trend, str]]:
    """Yield trends with their topic family, most attractive first.

    What was posted lately, is banned, carries a flag that the account avoids, or is in a language that it does not take is left out.
    """
    posted = {post.trend_title for post in recent}
    banned = [phrase.casefold() for phrase in account.banned_topics]
    families: Counter[str] = Counter()
    pool = [t for t in trends if t.title not in posted and not any(p in t.title.casefold() for p in banned)]
    pool = [t for t in pool if t.evidence and speakable(t.title) and suits(t, account)]
    while pool:
        # A family that has many ideas already must attract more: variety without a hard cap.
        best = max(
            pool,
            key=lambda t: (_attraction(t, account) * 0.9 ** families[topic_family(t, account)], t.trend_id),
        )
        family = topic_family(best, account)
        families[family] += 1
        pool.remove(best)
        yield best, family


def _attraction(trend: Trend, account: Account) -> float:
    fit = 1 - NICHE_SHARE + NICHE_SHARE * trend.niche_fit.get(account.id, 0.0)
    new = 1 - NOVELTY_SHARE + NOVELTY_SHARE * trend.novelty.get(account.id, 1.0)
    return trend.score * fit * new


def choose(strategy: Strategy, beliefs: Beliefs, family: str, *seed: object) -> Chosen:
    """Choose an archetype for a topic by tempered Thompson sampling, or uniformly with the strategy's exploration share.

    The propensity is the Monte Carlo share of draws that this archetype wins, mixed with the uniform part.
    """
    space = arm_space(family)
    rng = generator(*seed)
    draws = beliefs.draws(space, DRAWS, rng)
    wins = np.bincount(draws.argmax(axis=1), minlength=len(space.arms)) / DRAWS
    explored = rng.random() < strategy.exploration
    pick = int(rng.integers(len(space.arms))) if explored else int(draws[0].argmax())
    best = space.arms[int(beliefs.means(space).argmax())]
    propensity = strategy.exploration / len(space.arms) + (1 - strategy.exploration) * wins[pick]
    arm = space.arms[pick]
    return Chosen(arm, _label(arm, best, strategy, beliefs), float(draws[0, pick]), float(propensity))


def _label(archetype: Archetype, best: Archetype, strategy: Strategy, beliefs: Beliefs) -> Choice:
    if not strategy.weights:
        return "explore"
    differing = [f for f, level in archetype.model_dump().items() if level != getattr(best, f)]
    if not differing:
        return "exploit"
    if strategy.mode == "chaos" and any(beliefs.of(f, getattr(archetype, f)).posts == 0 for f in differing):
        return "chaos"
    return "mutation" if len(differing) == 1 else "explore"


def _brief(
    account: Account,
    day: date,
    trend: Trend,
    family: str,
    angle: int,
    strategy: Strategy,
    beliefs: Beliefs,
    recent: Sequence[RecentPost],
    stamp: Stamp,
) -> Brief:
    chosen = choose(
        strategy, beliefs, family, account.id, day, strategy.policy_version, trend.trend_id, angle
    )
    archetype = chosen.archetype
    own = topic(family)
    words = {
        "subject": subject(trend.title),
        "matter": own.matter,
        "goal": own.goal,
        "pain": own.pain,
        "n": str(archetypes().duration_bands[archetype.duration_band].beats),
    }
    order = generator("hooks", account.id, day, trend.trend_id, angle).permutation(8).tolist()
    found = hooks(archetype.hook_family, words, order)
    mean, sd = beliefs.predict(archetype)
    return Brief(
        brief_id=stable_id("brief", account.id, day, trend.trend_id, angle, archetype, found),
        account=account.id,
        day=day,
        rank=0,
        trend_id=trend.trend_id,
        trend_title=trend.title,
        title=found[0],
        premise=f"{words['subject']} is on people's minds: use it to say one useful thing about {own.matter}.",
        pain_point=f"{own.pain[:1].upper()}{own.pain[1:]}.",
        angle=f"From {words['subject']} to {own.goal}",
        archetype=archetype,
        hooks=found,
        thumbnail_texts=thumbnails(archetype.hook_family, words),
        caption_direction=direction(archetype.cta),
        keywords=[*dict.fromkeys([*trend.keywords[:5], family])],
        evidence=list(trend.evidence),
        available_at=max(trend.available_at, datetime.combine(day, time(), tzinfo=UTC)),
        virality=virality(
            trend, archetype, beliefs, [p.trend_title for p in recent], trend.niche_fit.get(account.id, 0.0)
        ),
        predicted_reward=round(mean, 6),
        predicted_sd=round(sd, 6),
        sampled_reward=round(chosen.sampled, 6),
        propensity=round(chosen.propensity, 6),
        choice=chosen.choice,
        policy_version=strategy.policy_version,
        **stamp.fields(),
    )


def _ranked(briefs: list[Brief], needed: int) -> list[Brief]:
    """Order by draw and virality; drop weak ideas unless too few would be left."""
    best = sorted(briefs, key=lambda b: (-(b.sampled_reward + b.virality.product), b.brief_id))
    strong = [b for b in best if b.virality.product >= DROP_BELOW]
    kept = strong if len(strong) >= needed else best[: max(needed, len(strong))]
    return [brief.model_copy(update={"rank": rank}) for rank, brief in enumerate(kept, start=1)]

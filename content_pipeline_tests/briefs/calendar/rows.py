"""Ideas for the tests of the calendar, made here and not by the briefs stage, so that a test says all that decides its plan."""

from datetime import date, timedelta
from typing import Any

from content_pipeline.briefs.records import Archetype, Brief, FactorWeight, Strategy
from content_pipeline.trends.records import Breakout
from content_pipeline_tests.examples import DAY, STAMP, START, strategy, virality
from content_pipeline_tests.marts import rows

TOPICS = ("focus", "habits", "tools", "energy", "money", "trending")
HOOKS = ("question", "number", "story", "mistake")
FORMATS = ("listicle", "how_to", "explainer")
SEEN = START + timedelta(hours=4)


def brief(n: int = 1, day: date = DAY, **changes: Any) -> Brief:
    """Return idea ``n``: each about a trend of its own, worth less the higher ``n``; topics, hooks and formats take turns."""
    kinds = {
        "hook_family": HOOKS[n % len(HOOKS)],
        "format": FORMATS[n % len(FORMATS)],
        "duration_band": "short",
        "cta": "save",
        "topic_family": TOPICS[n % len(TOPICS)],
    }
    given = {name: changes.pop(name) for name in kinds if name in changes}
    values: dict[str, object] = {
        "brief_id": f"brief_{n:03}",
        "rank": n,
        "trend_id": f"trend_{n}",
        "trend_title": f"Trend {n}",
        "title": f"Idea {n}",
        "archetype": Archetype(**(kinds | given)),
        "hooks": [f"Hook {n} one", f"Hook {n} two", f"Hook {n} three"],
        "available_at": SEEN,
        "virality": virality(),
        "predicted_reward": 0.5 - 0.02 * n,
        "sampled_reward": 0.5 - 0.02 * n,
        "choice": "explore",
        "policy_version": None,
    }
    return rows.brief(n, day).model_copy(update=values | changes)


def briefs(count: int, **changes: Any) -> list[Brief]:
    return [brief(n, **changes) for n in range(1, count + 1)]


def learned(**changes: object) -> Strategy:
    """Return the strategy of an account that has learned something."""
    weight = FactorWeight(factor="hook_family", level="question", mean=0.4, sd=0.1, posts=30)
    return strategy(**({"weights": [weight], "policy_version": "v1"} | changes))


def mixed(exploits: int, tries: int, **changes: Any) -> list[Brief]:
    """Return ideas of which the first are exploits."""
    return [
        brief(n, choice="exploit" if n <= exploits else "mutation", policy_version="v1", **changes)
        for n in range(1, exploits + tries + 1)
    ]


def breakout(trend: int, hour: int = 16) -> Breakout:
    """Return a breakout of trend ``trend`` that was raised at an hour (UTC) of the day."""
    return Breakout(
        **STAMP.fields(),
        breakout_id=f"breakout_{trend}",
        account="demo",
        day=DAY,
        trend_id=f"trend_{trend}",
        title=f"Trend {trend}",
        score=0.9,
        niche_fit=0.5,
        novelty=1.0,
        raised_at=START + timedelta(hours=hour),
        evidence=[],
        reasons=["r"],
    )

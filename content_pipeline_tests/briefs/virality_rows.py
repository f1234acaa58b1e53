"""Rows that tests of virality start from: a pattern of observed reels, a recent post, an archetype."""

from datetime import date, timedelta

from content_pipeline.briefs.records import Archetype, RecentPost
from content_pipeline.trends.records import TrendPattern
from content_pipeline_tests.examples import DAY, STAMP

BEFORE = DAY - timedelta(days=1)


def shape(**changes: str) -> Archetype:
    values = {
        "hook_family": "story",
        "format": "how_to",
        "duration_band": "short",
        "cta": "save",
        "topic_family": "focus",
    }
    return Archetype(**(values | changes))


def post(title: str, days_ago: int = 1, **changes: str) -> RecentPost:
    return RecentPost(
        day=DAY - timedelta(days=days_ago),
        title=f"About {title}",
        trend_title=title,
        archetype=shape(**changes),
        hooks=[],
    )


def pattern(
    level: str,
    lift: float = 0.3,
    sd: float = 0.1,
    dimension: str = "hook_style",
    day: date = BEFORE,
    source_type: str = "youtube",
) -> TrendPattern:
    return TrendPattern(
        **STAMP.fields(),
        pattern_id=f"pattern_{source_type}_{dimension}_{level}_{day}",
        day=day,
        source_type=source_type,
        dimension=dimension,
        level=level,
        items=40,
        authors=30,
        lift=lift,
        lift_low=lift - 1.645 * sd,
        lift_high=lift + 1.645 * sd,
        confidence=0.9,
        evidence=[],
    )

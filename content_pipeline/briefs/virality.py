"""The virality score: five factors from data, each in [0.2, 1.2], their product, and how much data stand behind it.

The product ranks and gates ideas; it is not a probability. Every factor is stored, so that the product can be calibrated later.
"""

from collections.abc import Sequence

from rapidfuzz.fuzz import token_set_ratio

from content_pipeline.briefs.archetypes import archetypes
from content_pipeline.briefs.beliefs import Beliefs
from content_pipeline.briefs.records import Archetype, Virality
from content_pipeline.trends.records import Trend

LOW, HIGH = 0.2, 1.2
POSTS_FOR_CONFIDENCE = 30


def virality(
    trend: Trend, archetype: Archetype, beliefs: Beliefs, recent_titles: Sequence[str], fit: float
) -> Virality:
    """Return the virality of an idea about ``trend`` in the shape of ``archetype``.

    Novelty is the distance to the account's recent posts and to the trend's own past; pattern strength the lift that the
    account's posts showed for hook and format; emotional pull the hook's and the format's tension with the trend's burst; platform
    bias what is known of length and call to action; creator consistency the trend's fit to the account. A factor without data
    of its own falls back to its neutral value, and the confidence says so.
    """
    known = archetypes()
    nearest = max((token_set_ratio(trend.title, title) for title in recent_titles), default=0) / 100
    pattern = [beliefs.of("hook_family", archetype.hook_family), beliefs.of("format", archetype.format)]
    shape = [beliefs.of("duration_band", archetype.duration_band), beliefs.of("cta", archetype.cta)]
    pull = (known.hook_families[archetype.hook_family].pull + known.formats[archetype.format].pull) / 2
    factors = {
        "novelty": _scaled(0.5 * (1 - nearest) + 0.5 * trend.components.freshness.value),
        "pattern_strength": _clip(1 + sum(e.mean for e in pattern)),
        "emotional_pull": _scaled(0.6 * pull + 0.4 * trend.score + 0.2),
        "platform_bias": _clip(1 + sum(e.mean for e in shape)),
        "creator_consistency": _scaled(0.45 + 0.55 * fit),
    }
    product = 1.0
    for value in factors.values():
        product *= value
    posts = min(effect.posts for effect in (*pattern, *shape))
    confidence = min(1.0, (posts / POSTS_FOR_CONFIDENCE) ** 0.5)
    return Virality(
        **{k: round(v, 4) for k, v in factors.items()},
        product=round(product, 4),
        confidence=round(confidence, 4),
    )


def _scaled(share: float) -> float:
    """Return a share in [0, 1] on the factors' range."""
    return LOW + (HIGH - LOW) * min(1.0, max(0.0, share))


def _clip(value: float) -> float:
    return min(HIGH, max(LOW, value))

"""What is known of a level's worth: the account's own learned effect and what was observed of others, weighed by precision.

Effects are in log views. How they become a factor of the virality score belongs to ``virality``.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from content_pipeline.briefs.archetypes import archetypes
from content_pipeline.briefs.beliefs import PRIOR_SD, Beliefs
from content_pipeline.trends.records import PatternDimension, TrendPattern
from content_pipeline.trends.styles import duration_band, hook_style

FADING = 0.08
"""Weight lost a day: what was observed counts exp(-0.08 x days)."""
TRANSFER_SD = 0.35
"""Standard deviation (log units) between what a style is worth among a source's items and what it does for an account."""
CAPTION_SD = 0.20
"""Prior standard deviation of a caption style's effect: that of the format which makes it."""
_Z_90 = 1.645
_LEAST_SD = 0.01


class Known(NamedTuple):
    """A sum of effects: its mean, its variance, the variance before anything was known, and what it rests on."""

    mean: float
    variance: float
    prior_variance: float
    own: bool
    observed: bool

    @property
    def confidence(self) -> float:
        """Return the share of the prior variance that is resolved, in [0, 1]."""
        return min(1.0, max(0.0, 1 - self.variance / self.prior_variance))


Lifts = dict[tuple[PatternDimension, str], tuple[float, float]]
"""By dimension and level: the precision of what was observed, and its precision times its mean."""


def observed_lifts(patterns: Iterable[TrendPattern], day: date) -> Lifts:
    """Return what the patterns of the newest day before ``day`` say of each level, all sources together.

    A pattern's variance is that of its lift and that of its transfer to an account; its precision fades with its age.
    """
    before = [pattern for pattern in patterns if pattern.day < day]
    newest = max((pattern.day for pattern in before), default=None)
    lifts: Lifts = {}
    for pattern in before:
        if pattern.day == newest:
            sd = max(_LEAST_SD, (pattern.lift_high - pattern.lift_low) / (2 * _Z_90))
            precision = fading((day - pattern.day).days) / (sd**2 + TRANSFER_SD**2)
            weight, weighted = lifts.get((pattern.dimension, pattern.level), (0.0, 0.0))
            lifts[pattern.dimension, pattern.level] = (
                weight + precision,
                weighted + precision * pattern.lift,
            )
    return lifts


def fading(days: int) -> float:
    """Return the weight of what is ``days`` old."""
    return math.exp(-FADING * max(0, days))


def pooled(beliefs: Beliefs, lifts: Lifts, factor: str, level: str) -> Known:
    """Return what is known of a level: the account's belief (at first the prior) and the observed lift, weighed by precision."""
    belief = beliefs.of(factor, level)
    return _pooled(
        belief.mean, belief.sd, PRIOR_SD[factor], belief.posts > 0, lifts.get(_pattern(factor, level))
    )


def caption(lifts: Lifts, format_: str) -> Known | None:
    """Return what is known of the caption style that a format makes; None if it makes none."""
    style = archetypes().formats[format_].caption_style
    return _pooled(0.0, CAPTION_SD, CAPTION_SD, False, lifts.get(("caption_style", style))) if style else None


def total(parts: Sequence[Known]) -> Known:
    """Return the sum of independent effects."""
    return Known(
        sum(part.mean for part in parts),
        sum(part.variance for part in parts),
        sum(part.prior_variance for part in parts),
        any(part.own for part in parts),
        any(part.observed for part in parts),
    )


def _pooled(mean: float, sd: float, prior_sd: float, own: bool, lift: tuple[float, float] | None) -> Known:
    precision = 1 / max(_LEAST_SD, sd) ** 2
    seen, weighted = lift or (0.0, 0.0)
    return Known(
        (precision * mean + weighted) / (precision + seen),
        1 / (precision + seen),
        prior_sd**2,
        own,
        lift is not None,
    )


def _pattern(factor: str, level: str) -> tuple[PatternDimension, str]:
    """Return where observed reels of a level are counted: a hook's examples tell its style, a length which band it is."""
    if factor == "hook_family":
        examples = archetypes().hook_families[level].examples
        return "hook_style", Counter(hook_style(example) for example in examples).most_common(1)[0][0]
    if factor == "duration_band":
        return "duration_band", duration_band(archetypes().duration_bands[level].seconds) or ""
    return "hook_style", ""  # formats, calls to action and topics are not told of observed reels

"""How a post's views grow with age, so that posts of different ages can be compared.

The curve is the log fraction of the views at seven days, at the ages at which metrics are read; it starts
from a prior and learns from posts that were read at several ages.
"""

import math
from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from content_pipeline.metrics.records import TARGET_AGES_HOURS
from content_pipeline.optimizer.outcomes import PostOutcome, Snapshot

PRIOR_FRACTIONS = (0.08, 0.30, 0.60, 0.85, 1.0)
LOG_SD = (0.7, 0.5, 0.35, 0.15, 0.05)
"""Spread between posts of the log fraction: what a reading at that age leaves open about the views at seven
days.
"""

TOLERANCE = 1.5
"""A reading answers a scheduled age if its real age is within this factor of it."""

_LOG_AGES = np.log(TARGET_AGES_HOURS)


class GrowthCurve(NamedTuple):
    """Log fractions at ``TARGET_AGES_HOURS``; in between they are interpolated over log age."""

    log_fractions: tuple[float, ...]

    def log_fraction(self, age_hours: float) -> float:
        """Return the mean log of (views at ``age_hours`` / views at seven days)."""
        return float(np.interp(math.log(age_hours), _LOG_AGES, self.log_fractions))

    def log_final(self, snapshot: Snapshot) -> float:
        """Return the log of one plus the views that the post of ``snapshot`` is expected to have at seven
        days.
        """
        return math.log1p(snapshot.views or 0) - self.log_fraction(snapshot.age_hours)

    @staticmethod
    def log_sd(age_hours: float) -> float:
        """Return the standard deviation (log views) by which the correction for ``age_hours`` may be
        wrong.
        """
        return float(np.interp(math.log(age_hours), _LOG_AGES, LOG_SD))


def learn_growth(outcomes: Iterable[PostOutcome], as_of: datetime, pseudo_posts: float = 5.0) -> GrowthCurve:
    """Learn the curve from what was observed up to ``as_of``.

    Works on the growth from each scheduled age to the next, so that a post need not be a week old to teach
    something: the mean of the observed steps, with ``pseudo_posts`` posts of the prior. A step is clipped at
    three prior standard deviations.
    """
    prior = np.diff(np.log(PRIOR_FRACTIONS))
    spread = np.sqrt(-np.diff(np.square(LOG_SD)))
    total, count = pseudo_posts * prior, np.full(len(prior), pseudo_posts)
    for outcome in outcomes:
        views = _views_by_age(outcome, as_of)
        for i, (age, following) in enumerate(pairwise(TARGET_AGES_HOURS)):
            if age in views and following in views:
                step = math.log1p(views[following]) - math.log1p(views[age])
                reach = 3 * spread[i]
                total[i] += min(max(step, 0.0, prior[i] - reach), prior[i] + reach)
                count[i] += 1
    steps = total / count
    remaining = np.concatenate([np.cumsum(steps[::-1])[::-1], [0.0]])
    return GrowthCurve(tuple(float(-value) for value in remaining))


def _views_by_age(outcome: PostOutcome, as_of: datetime) -> dict[int, int]:
    return {
        s.target_age_h: s.views
        for s in outcome.snapshots
        if s.observed_at <= as_of
        and s.views is not None
        and s.target_age_h / TOLERANCE <= s.age_hours <= s.target_age_h * TOLERANCE
    }

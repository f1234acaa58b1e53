"""Planned contrasts between two levels of a factor, read as a group-sequential test with posts as the unit.

Views of one post are not independent trials: a test that pools them finds a winner between equal levels
almost always. Selection never waits for these decisions; they say when a person may claim that A beats B.
Posts are chosen by a policy, not at random, so a difference is an observation, not a cause.
"""

import math
import statistics
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal, NamedTuple

from scipy import stats

from content_pipeline.optimizer.growth import learn_growth
from content_pipeline.optimizer.outcomes import PostOutcome, in_order
from content_pipeline.optimizer.records import Contrast, ExperimentDecision
from content_pipeline.storage.records import Stamp, stable_id

Outcome = Literal["winner_a", "winner_b", "no_difference", "inconclusive"]

LOOKS = ((15, 3.93), (30, 2.77), (45, 2.30), (60, 2.04))
"""Posts per side and boundary for |z| at each look: O'Brien and Fleming (1979) by Lan and DeMets (1983),
two-sided 5 % in all.
"""

CONTRASTED = ("hook_family", "format")
MINIMUM_EFFECT = math.log(1.8)
"""The difference in log views that 60 posts a side can find (power 80 %, spread 1.15); smaller ones count as
none.
"""


class Reading(NamedTuple):
    """A comparison of two samples of log views; ``z`` is the t statistic at its normal quantile."""

    difference: float
    standard_error: float
    z: float


def decide_experiments(
    outcomes: Sequence[PostOutcome],
    account: str,
    day: date,
    as_of: datetime,
    stamp: Stamp,
    factors: Sequence[str] = CONTRASTED,
) -> list[ExperimentDecision]:
    """Return the state of one contrast for each of ``factors``: its two most used levels.

    The levels are picked by use, never by outcome. A factor with fewer than two levels gives no row.
    """
    ordered = in_order(o for o in outcomes if o.published_at <= as_of)
    growth = learn_growth(ordered, as_of)
    measured = [(o.factors, growth.log_final(s)) for o in ordered if (s := o.latest(as_of))]
    decisions = []
    for factor in factors:
        used = Counter(levels[factor] for levels, _ in measured if factor in levels)
        pair = sorted(sorted(used, key=lambda level: (-used[level], level))[:2])
        if len(pair) < 2:
            continue
        a, b = ([value for levels, value in measured if levels.get(factor) == level] for level in pair)
        outcome, contrast, reason = _contrast(factor, pair, a, b)
        decisions.append(
            ExperimentDecision(
                **stamp.fields(),
                experiment_id=stable_id("experiment", account, factor, *pair),
                account=account,
                day=day,
                as_of=as_of,
                contrast=contrast,
                outcome=outcome,
                reason=reason,
            )
        )
    return decisions


def welch(a: Sequence[float], b: Sequence[float]) -> Reading | None:
    """Compare the means of two samples without assuming equal spread (Welch 1947); none if neither has any
    spread.
    """
    va, vb = statistics.variance(a) / len(a), statistics.variance(b) / len(b)
    if va + vb == 0:
        return None
    freedom = (va + vb) ** 2 / (va**2 / (len(a) - 1) + vb**2 / (len(b) - 1))
    difference, error = statistics.fmean(a) - statistics.fmean(b), math.sqrt(va + vb)
    tail = stats.t.sf(abs(difference) / error, freedom)
    return Reading(difference, error, math.copysign(float(stats.norm.isf(max(tail, 1e-300))), difference))


def _contrast(
    factor: str, pair: Sequence[str], a: Sequence[float], b: Sequence[float]
) -> tuple[Outcome, Contrast, str]:
    """Walk through the looks that the posts allow; the first crossing decides for good."""
    posts = min(len(a), len(b))
    outcome: Outcome = "inconclusive"
    reading: Reading | None = None
    for number, boundary in LOOKS:
        if posts < number:
            reason = f"{number - posts} more posts of the rarer level until the look of {number} posts a side"
            break
        reading = welch(a[:number], b[:number])
        if reading and abs(reading.z) >= boundary:
            outcome, better = ("winner_a", pair[0]) if reading.z > 0 else ("winner_b", pair[1])
            ratio = math.exp(abs(reading.difference))
            reason = f"{better} got {ratio:.2f} times the views at the look of {number} posts a side"
            break
    else:
        reason = "all looks passed without a winner"
        if reading and abs(reading.difference) + boundary * reading.standard_error < MINIMUM_EFFECT:
            outcome, reason = "no_difference", f"{reason}: any difference is below the minimum effect"
    contrast = Contrast(
        factor=factor,
        level_a=pair[0],
        level_b=pair[1],
        posts_a=len(a),
        posts_b=len(b),
        difference=reading.difference if reading else None,
        standard_error=reading.standard_error if reading else None,
        z=reading.z if reading else None,
        boundary=boundary,
    )
    return outcome, contrast, reason

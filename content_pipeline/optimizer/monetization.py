"""KPI weights for the coming day: a little more for saves and shares while the intent of the audience falls,
and back when it recovers.

The API gives no revenue, so intent is a proxy: (saves + shares) / reach. Weights move only on evidence and by
little a day.
"""

import math
import statistics
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from content_pipeline.accounts import Account
from content_pipeline.optimizer.experiments import welch
from content_pipeline.optimizer.outcomes import PostOutcome, recent
from content_pipeline.optimizer.records import MonetizationPlan
from content_pipeline.optimizer.versions import policy_id
from content_pipeline.storage.records import Stamp

BASELINE_DAYS = 90
WINDOW_DAYS = 14
FULL_POSTS = 30
FULL_REACH = 20_000
MIN_CONFIDENCE = 0.6
MAX_STEP = 0.02
CRITICAL_Z = 1.96
STRENGTH = (2.0, 1000.0)
"""Least and most accounts that the prior may weigh."""

INTENT_KPIS = ("saves", "shares")

Counts = tuple[int, int]
"""Intents (saves and shares) and accounts reached, of one post."""


def plan_monetization(
    outcomes: Sequence[PostOutcome],
    account: Account,
    day: date,
    as_of: datetime,
    stamp: Stamp,
    previous: MonetizationPlan | None = None,
) -> MonetizationPlan:
    """Return the weights in force from ``as_of``.

    Held at the account's own weights while confidence is below 0.6. From then on the last 14 days are
    compared with the 14 before, post by post, on logits of shrunk rates: when intent fell for sure, 0.02 of
    the other KPIs' weight goes to saves and shares; when it rose for sure, weights go back towards the
    account's by as much; else they stay as they are.
    """
    posts = {
        o.post_id: counts for o in recent(outcomes, as_of, BASELINE_DAYS) if (counts := _counts(o, as_of))
    }
    confidence = _confidence(list(posts.values()))
    prior = beta_prior(list(posts.values()))
    rates = {post_id: (e + prior[0]) / (n + sum(prior)) for post_id, (e, n) in posts.items()}
    new = [rates[o.post_id] for o in recent(outcomes, as_of, WINDOW_DAYS) if o.post_id in rates]
    before = recent(outcomes, as_of - timedelta(days=WINDOW_DAYS), WINDOW_DAYS)
    old = [rates[o.post_id] for o in before if o.post_id in rates]
    own: dict[str, float] = dict(account.kpi_weights.items())
    current = dict(previous.kpi_weights) if previous and previous.as_of < as_of else own
    weights, reason = _weights(own, current, new, old, confidence)
    return MonetizationPlan(
        **stamp.fields(),
        version_id=policy_id(account.id, "monetization", as_of, {"kpi_weights": weights}),
        account=account.id,
        day=day,
        as_of=as_of,
        kpi_weights=weights,
        intent_rate=round(statistics.fmean(new or rates.values()), 6) if rates else None,
        confidence=round(confidence, 4),
        held=confidence < MIN_CONFIDENCE or weights == current,
        reason=reason,
    )


def beta_prior(posts: Sequence[Counts]) -> tuple[float, float]:
    """Return (a, b) of the beta distribution of the posts' rates, by the method of moments.

    A rate of few accounts is pulled to the mean, the more so the less posts differ beyond chance. Below three
    posts the prior is flat.
    """
    if len(posts) < 3:
        return 1.0, 1.0
    total = sum(n for _, n in posts)
    mean = min(max(sum(e for e, _ in posts) / total, 1e-4), 0.9)
    chance = mean * (1 - mean) * statistics.fmean(1 / n for _, n in posts)
    between = statistics.variance(e / n for e, n in posts) - chance
    strength = mean * (1 - mean) / between - 1 if between > 0 else STRENGTH[1]
    strength = min(max(strength, STRENGTH[0]), STRENGTH[1])
    return strength * mean, strength * (1 - mean)


def _counts(outcome: PostOutcome, as_of: datetime) -> Counts | None:
    snapshot = outcome.latest(as_of)
    if snapshot is None or not snapshot.reach or snapshot.saves is None or snapshot.shares is None:
        return None
    return min(snapshot.saves + snapshot.shares, snapshot.reach), snapshot.reach


def _confidence(posts: Sequence[Counts]) -> float:
    reach = sum(n for _, n in posts)
    return min(1.0, math.sqrt(len(posts) / FULL_POSTS), math.sqrt(reach / FULL_REACH))


def _weights(
    own: dict[str, float],
    current: dict[str, float],
    new: Sequence[float],
    old: Sequence[float],
    confidence: float,
) -> tuple[dict[str, float], str]:
    if confidence < MIN_CONFIDENCE:
        reason = f"held at the account's weights: confidence {confidence:.2f} is below {MIN_CONFIDENCE}"
        return _back(current, own), reason
    if min(len(new), len(old)) < 2:
        return (
            current,
            f"held: fewer than two measured posts in one of the last two spans of {WINDOW_DAYS} days",
        )
    change = welch([_logit(rate) for rate in new], [_logit(rate) for rate in old])
    if change is None or abs(change.z) < CRITICAL_Z:
        return current, "held: no sure change of intent"
    if change.z < 0:
        weights = _towards_intent(current)
        return (
            weights,
            f"intent fell by {1 - math.exp(change.difference):.0%}: more weight on saves and shares",
        )
    return _back(
        current, own
    ), f"intent rose by {math.exp(change.difference) - 1:.0%}: back towards the account's weights"


def _logit(rate: float) -> float:
    return math.log(rate / (1 - rate))


def _towards_intent(weights: dict[str, float]) -> dict[str, float]:
    """Move ``MAX_STEP`` of the total weight to saves and shares, taken from the others in proportion."""
    others = {kpi: weight for kpi, weight in weights.items() if kpi not in INTENT_KPIS}
    available = sum(others.values())
    step = min(MAX_STEP * sum(weights.values()), available)
    moved = {kpi: weight * (1 - step / available) if available else 0.0 for kpi, weight in others.items()}
    for kpi in INTENT_KPIS:
        moved[kpi] = weights.get(kpi, 0.0) + step / len(INTENT_KPIS)
    return _rounded(moved)


def _back(weights: dict[str, float], own: dict[str, float]) -> dict[str, float]:
    """Move towards ``own`` by at most ``MAX_STEP`` of the total weight."""
    gaps = {kpi: own.get(kpi, 0.0) - weights.get(kpi, 0.0) for kpi in {*own, *weights}}
    distance = sum(gap for gap in gaps.values() if gap > 0)
    share = min(1.0, MAX_STEP * sum(weights.values()) / distance) if distance else 0.0
    return _rounded({kpi: weights.get(kpi, 0.0) + share * gap for kpi, gap in gaps.items()})


def _rounded(weights: dict[str, float]) -> dict[str, float]:
    return {kpi: round(weight, 6) for kpi, weight in sorted(weights.items())}

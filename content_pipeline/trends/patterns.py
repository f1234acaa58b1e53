"""What ways to make a reel or video are worth: the lift of each style over like items of its source, with its uncertainty.

Which style an item has is told in ``styles``. Lifts are associations among what a source chose to show, not effects.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from scipy.special import ndtr

from content_pipeline.clock import end_of
from content_pipeline.storage.records import Stamp, stable_id
from content_pipeline.trends.normalize import UTC_ZONE
from content_pipeline.trends.records import Evidence, Observation, PatternDimension, TrendPattern, TrendSignal
from content_pipeline.trends.styles import styles

WINDOW_DAYS = 28
MIN_ITEMS = 5
"""Items from which a level is spoken of."""
MIN_COHORT = 20
"""Items from which a cohort is fine enough to compare within it."""
EVIDENCE = 3

AGE_BOUNDS_HOURS = (6, 24, 72, 168, 720)
YOUNGEST_DAYS = 1 / 24
OUTLIER = 3.0
"""Robust standard deviations from the cohort's median at which an outcome is winsorized."""
LEAST_BETWEEN = 0.1
"""Variance between authors in parts of that within them, at least: so that no author decides where few are known."""
PRIOR_SCALE = 0.125
"""Scale (log units) of the prior on tau, the standard deviation of true lifts: its mean is twice this."""
Z_90 = 1.645

POSTS = frozenset({"youtube", "instagram_hashtags"})
"""Types of source whose items are reels, videos or posts."""
PERHAPS_POSTS = frozenset({"table", "sandbox"})
"""Types whose items are where a length, a sound or a caption is given."""

_MAD_TO_SD = 1.4826
_TAUS = np.linspace(0.01, 1.5, 150)


@dataclass(frozen=True)
class _Item:
    signal: TrendSignal
    seen: Observation
    author: str
    outcome: float
    cohorts: tuple[tuple[object, ...], ...]
    styles: dict[PatternDimension, str]


@dataclass(frozen=True)
class _Level:
    dimension: PatternDimension
    name: str
    members: list[tuple[_Item, float]]
    base: bool


def patterns(day: date, signals: Iterable[TrendSignal], stamp: Stamp) -> list[TrendPattern]:
    """Return the patterns of the 28 days that end with ``day``, by source type and dimension, the highest lift first.

    Only sightings before the end of the day (UTC) count. The outcome of an item is its log engagement per day of age at its last
    sighting, or -ln(rank) where the source gives ranks only; its lift is that over the mean of its cohort: items of the source
    of similar age and, with 20 of them, of its category; outliers are drawn in to three robust standard deviations of the median.

    A level's raw lift is the mean over its authors, weighted so that no one author decides (random effects, variances by the
    moments of a one-way analysis), less the same mean over all items. Lifts are then shrunk to 0 together: they are taken for
    N(0, tau^2), with tau summed out on a grid under a Gamma(2, 0.125) prior that keeps it off 0 (Chung et al. 2013,
    Psychometrika 78). A level needs five items.
    """
    by_type: dict[str, list[_Item]] = defaultdict(list)
    for item in _items(day, signals):
        by_type[item.signal.source_type].append(item)
    return [
        pattern
        for source_type in sorted(by_type)
        for pattern in _of_type(day, source_type, _lifts(by_type[source_type]), stamp)
    ]


def _items(day: date, signals: Iterable[TrendSignal]) -> list[_Item]:
    """Return each item once, as it was last seen with a number in the window."""
    first_day, end = day - timedelta(days=WINDOW_DAYS - 1), end_of(day, UTC_ZONE)
    last: dict[tuple[str, str], tuple[TrendSignal, Observation]] = {}
    for signal in signals:
        if first_day <= signal.day <= day and _is_post(signal):
            known = [
                o
                for o in signal.observations
                if o.observed_at < end and (o.engagement is not None or o.rank is not None)
            ]
            key = (signal.source, signal.external_id)
            if known and (key not in last or _order(signal, known[-1]) > _order(*last[key])):
                last[key] = (signal, known[-1])
    return [_item(*last[key]) for key in sorted(last)]


def _order(signal: TrendSignal, seen: Observation) -> tuple[datetime, str]:
    return seen.observed_at, signal.signal_id


def _is_post(signal: TrendSignal) -> bool:
    tells = (signal.duration_s, signal.audio, signal.caption)
    return signal.source_type in POSTS or (signal.source_type in PERHAPS_POSTS and any(tells))


def _item(signal: TrendSignal, seen: Observation) -> _Item:
    age = _age_days(signal.published_at, seen.observed_at)
    if seen.engagement is not None:
        kind = "engagement"
        days = 1.0 if age is None else max(age, YOUNGEST_DAYS)
        outcome = math.log1p(seen.engagement) - math.log(days)
    else:
        kind, outcome = "rank", -math.log(seen.rank or 1)
    bucket = None if age is None else sum(age * 24 >= bound for bound in AGE_BOUNDS_HOURS)
    broad = (signal.source, kind, bucket)
    return _Item(
        signal=signal,
        seen=seen,
        author=signal.author or f"item {signal.source} {signal.external_id}",
        outcome=outcome,
        cohorts=((*broad, signal.category), broad, (signal.source, kind)),
        styles=styles(signal),
    )


def _age_days(published: datetime | None, seen: datetime) -> float | None:
    return None if published is None else max(0.0, (seen - published).total_seconds() / 86400)


def _lifts(items: Sequence[_Item]) -> list[tuple[_Item, float]]:
    """Return the items that have a cohort, each with its outcome over the cohort's mean, outliers drawn in."""
    outcomes: dict[tuple[object, ...], list[float]] = defaultdict(list)
    for item in items:
        for cohort in item.cohorts:
            outcomes[cohort].append(item.outcome)
    bounds = {
        cohort: _bounds(np.array(found)) for cohort, found in outcomes.items() if len(found) >= MIN_COHORT
    }
    means = {cohort: float(np.clip(outcomes[cohort], *bounds[cohort]).mean()) for cohort in bounds}
    return [
        (item, float(np.clip(item.outcome, *bounds[cohort])) - means[cohort])
        for item in items
        for cohort in [c for c in item.cohorts if c in bounds][:1]
    ]


def _bounds(outcomes: np.ndarray) -> tuple[float, float]:
    median = float(np.median(outcomes))
    reach = OUTLIER * _MAD_TO_SD * float(np.median(np.abs(outcomes - median)))
    # Where more than half are the same there is no spread to measure outliers by.
    return (median - reach, median + reach) if reach else (float(outcomes.min()), float(outcomes.max()))


def _of_type(
    day: date, source_type: str, lifts: Sequence[tuple[_Item, float]], stamp: Stamp
) -> list[TrendPattern]:
    """Return the patterns of one type of source; of dimensions of which two levels have enough items."""
    levels = _levels(lifts)
    if not levels:
        return []
    variances = _variances(lifts)
    typical, _ = _mean(lifts, *variances)
    raw = np.array([_mean(level.members, *variances) for level in levels])
    means, sds = _shrunk(raw[:, 0] - typical, raw[:, 1], np.array([level.base for level in levels]))
    found = [
        _pattern(day, source_type, level, (float(mean), float(sd)), stamp)
        for level, mean, sd in zip(levels, means, sds, strict=True)
    ]
    return sorted(found, key=lambda pattern: (pattern.dimension, -pattern.lift, pattern.level))


def _levels(lifts: Sequence[tuple[_Item, float]]) -> list[_Level]:
    members: dict[tuple[PatternDimension, str], list[tuple[_Item, float]]] = defaultdict(list)
    for item, lift in lifts:
        for dimension, name in item.styles.items():
            members[dimension, name].append((item, lift))
    spoken = {key: found for key, found in sorted(members.items()) if len(found) >= MIN_ITEMS}
    sizes: dict[PatternDimension, list[int]] = defaultdict(list)
    for (dimension, _), found in spoken.items():
        sizes[dimension].append(len(found))
    return [
        _Level(dimension, name, found, base=len(found) == max(sizes[dimension]))
        for (dimension, name), found in spoken.items()
        if len(sizes[dimension]) > 1
    ]


def _variances(lifts: Sequence[tuple[_Item, float]]) -> tuple[float, float]:
    """Return the variance of lifts within authors and that between them, by the moments of a one-way analysis."""
    by_author: dict[str, list[float]] = defaultdict(list)
    for item, lift in lifts:
        by_author[item.author].append(lift)
    counts = np.array([len(found) for found in by_author.values()], dtype=float)
    means = np.array([np.mean(found) for found in by_author.values()])
    total, groups = counts.sum(), len(counts)
    everything = np.array([lift for _, lift in lifts])
    if groups < 2 or total == groups:
        return max(float(everything.var()), 1e-6) if total else 1.0, 0.0
    within = sum(float(np.var(found)) * len(found) for found in by_author.values()) / (total - groups)
    between = float((counts * (means - everything.mean()) ** 2).sum()) / (groups - 1)
    typical = (total - (counts**2).sum() / total) / (groups - 1)
    within = max(within, 1e-6)
    return within, max(LEAST_BETWEEN * within, (between - within) / typical)


def _mean(members: Sequence[tuple[_Item, float]], within: float, between: float) -> tuple[float, float]:
    """Return a level's mean lift over authors and its standard error."""
    by_author: dict[str, list[float]] = defaultdict(list)
    for item, lift in members:
        by_author[item.author].append(lift)
    weights = np.array([1 / (between + within / len(found)) for found in by_author.values()])
    means = np.array([np.mean(found) for found in by_author.values()])
    return float((weights * means).sum() / weights.sum()), float(weights.sum() ** -0.5)


def _shrunk(means: np.ndarray, errors: np.ndarray, base: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the posterior means and standard deviations of lifts (shapes as given), tau summed out on a grid.

    The commonest level of a dimension (``base``) lies near the mean because it makes it: it says nothing about tau.
    """
    spread = errors**2 + _TAUS[:, None] ** 2
    likelihood = -0.5 * ((np.log(spread) + means**2 / spread) * ~base).sum(axis=1)
    log_weights = np.log(_TAUS) - _TAUS / PRIOR_SCALE + likelihood
    weights = np.exp(log_weights - log_weights.max())
    weights /= weights.sum()
    kept = _TAUS[:, None] ** 2 / spread
    centre = weights @ (kept * means)
    variance = weights @ (kept * errors**2 + (kept * means - centre) ** 2)
    return centre, np.sqrt(variance)


def _pattern(
    day: date,
    source_type: str,
    level: _Level,
    lift: tuple[float, float],
    stamp: Stamp,
) -> TrendPattern:
    mean, sd = lift
    best = sorted(level.members, key=lambda member: (-member[1], member[0].signal.signal_id))[:EVIDENCE]
    return TrendPattern(
        **stamp.fields(),
        pattern_id=stable_id("pattern", day, source_type, level.dimension, level.name),
        day=day,
        source_type=source_type,
        dimension=level.dimension,
        level=level.name,
        items=len(level.members),
        authors=len({item.author for item, _ in level.members}),
        lift=mean,
        lift_low=mean - Z_90 * sd,
        lift_high=mean + Z_90 * sd,
        confidence=float(2 * ndtr(abs(mean) / sd) - 1),
        evidence=[_evidence(item) for item, _ in best],
    )


def _evidence(item: _Item) -> Evidence:
    signal = item.signal
    return Evidence(
        signal_id=signal.signal_id,
        source=signal.source,
        title=signal.title,
        url=signal.url,
        observed_at=item.seen.observed_at,
    )

"""Trends of a day: clusters of the window's signals, scored by what was known by the end of that day.

Formulas are here, each a small function over sightings; which signals belong together is decided in
``clustering``.
"""

import math
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import groupby

from content_pipeline.clock import end_of, start_of
from content_pipeline.settings import Account
from content_pipeline.storage.records import Stamp, stable_id
from content_pipeline.trends.clustering import cluster
from content_pipeline.trends.keywords import keywords
from content_pipeline.trends.niche import niche_fit
from content_pipeline.trends.normalize import UTC_ZONE
from content_pipeline.trends.records import Evidence, Observation, Stage, Trend, TrendSignal

WINDOW_DAYS = 7
MAX_EVIDENCE = 5

WEIGHTS = {"velocity": 0.3, "burst": 0.25, "rank": 0.2, "novelty": 0.15}
"""Parts of the score; the rest, 0.1, is the bonus for several sources."""
BONUS_PER_SOURCE = 0.05
MAX_BONUS = 0.1

HALF_VELOCITY = 0.05
"""Log-engagement per hour that scores one half: growth by a factor of 3.3 in a day."""
RISING = 0.005
"""Log-engagement per hour from which a trend still rises: growth by an eighth in a day."""
SHORTEST_SPAN_HOURS = 0.25


def score_trends(
    day: date, signals: list[TrendSignal], accounts: Mapping[str, Account], stamp: Stamp, limit: int = 60
) -> list[Trend]:
    """Return the day's trends, best first, at most ``limit``.

    What was seen after the end of the day (UTC) or before the window of seven days changes nothing. A trend
    has a sighting on
    the day or the day before, and none of its signals is marked as not safe for work.

    The score is 0.3 velocity + 0.25 burst + 0.2 rank + 0.15 novelty + 0.05 for each further source (0.1 at
    most).
    """
    start, end = start_of(day, UTC_ZONE), end_of(day, UTC_ZONE)
    first_day = day - timedelta(days=WINDOW_DAYS - 1)
    known = [kept for s in signals if first_day <= s.day <= day and (kept := _known_by(s, end))]
    clusters = cluster(known)
    bursts = _bursts([s for s in known if s.day == day])
    ranks = _ranks(known)
    trends = [
        _trend(day, members, words, bursts, ranks, accounts, stamp)
        for members, words in zip(clusters, keywords(clusters), strict=True)
        if not any(s.nsfw for s in members)
        and max(s.observed_at for s in members) >= start - timedelta(days=1)
    ]
    return sorted(trends, key=lambda t: (-t.score, t.trend_id))[:limit]


def _known_by(signal: TrendSignal, end: datetime) -> TrendSignal | None:
    seen = [o for o in signal.observations if o.observed_at < end]
    if not seen:
        return None
    last = seen[-1]
    changes = {
        "observations": seen,
        "observed_at": last.observed_at,
        "engagement": last.engagement,
        "rank": last.rank,
    }
    return signal if len(seen) == len(signal.observations) else signal.model_copy(update=changes)


def _trend(
    day: date,
    members: list[TrendSignal],
    words: list[str],
    bursts: Mapping[str, float],
    ranks: Mapping[str, float],
    accounts: Mapping[str, Account],
    stamp: Stamp,
) -> Trend:
    lead, start = members[0], start_of(day, UTC_ZONE)
    moments = sorted(o.observed_at for s in members for o in s.observations)
    recurrence = len({s.day for s in members})
    speed = velocity(members)
    sources = sorted({s.source for s in members})
    newest = max(s.day for s in members)
    parts = {
        "velocity": velocity_score(speed),
        "burst": max((bursts.get(s.signal_id, 0.0) for s in members), default=0.0),
        "rank": max(ranks[s.signal_id] for s in members if s.day == newest),
        "novelty": 1 - (recurrence - 1) / (WINDOW_DAYS - 1),
    }
    bonus = min(MAX_BONUS, BONUS_PER_SOURCE * (len(sources) - 1))
    return Trend(
        **stamp.fields(),
        trend_id=stable_id("trend", day, lead.source_type, lead.external_id),
        day=day,
        title=lead.title,
        keywords=words,
        signal_ids=sorted(s.signal_id for s in members),
        sources=sources,
        evidence=_evidence(members),
        first_seen_at=moments[0],
        last_seen_at=moments[-1],
        # Its score rests on every sighting of the day: before the last of them it could not have been made.
        available_at=max(moments[-1], start),
        rank_score=parts["rank"],
        velocity=speed,
        velocity_score=parts["velocity"],
        recurrence=recurrence,
        novelty=parts["novelty"],
        burst=parts["burst"],
        score=math.fsum([*(WEIGHTS[name] * parts[name] for name in WEIGHTS), bonus]),
        stage=stage_of(speed, recurrence, seen_today=moments[-1] >= start),
        niche_fit={name: niche_fit(lead.title, words, account) for name, account in accounts.items()},
    )


def velocity(members: list[TrendSignal]) -> float:
    """Return the fastest growth among a cluster's items in log-engagement per hour, first to last sighting.

    Where a source gives ranks only, -ln(rank) stands for log-engagement, as engagement falls about as 1 /
    rank (Zipf 1949).
    An item that was seen once has none.
    """
    series: dict[tuple[str, str], dict[datetime, Observation]] = defaultdict(dict)
    for signal in members:
        series[signal.source, signal.external_id].update({o.observed_at: o for o in signal.observations})
    speeds = [
        speed for seen in series.values() if (speed := _growth([seen[m] for m in sorted(seen)])) is not None
    ]
    return max(speeds, default=0.0)


def _growth(seen: list[Observation]) -> float | None:
    measures = [
        [(o.observed_at, math.log1p(o.engagement)) for o in seen if o.engagement is not None],
        [(o.observed_at, -math.log(o.rank)) for o in seen if o.rank is not None],
    ]
    for points in measures:
        if len(points) > 1:
            hours = (points[-1][0] - points[0][0]).total_seconds() / 3600
            if hours >= SHORTEST_SPAN_HOURS:
                return (points[-1][1] - points[0][1]) / hours
    return None


def velocity_score(speed: float) -> float:
    """Map a velocity to [0, 1): v / (v + 0.05), and 0 for what shrinks."""
    return max(speed, 0.0) / (max(speed, 0.0) + HALF_VELOCITY)


def stage_of(speed: float, recurrence: int, seen_today: bool) -> Stage:
    """Return the stage of life: gone or shrinking is fading, new emerging, growing rising, the rest peak."""
    if not seen_today or speed < 0:
        return "fading"
    if recurrence == 1:
        return "emerging"
    return "rising" if speed >= RISING else "peak"


def _bursts(signals: list[TrendSignal]) -> dict[str, float]:
    """Return each signal's percentile by engagement within its source, in [0, 1]; ties take their middle."""
    bursts: dict[str, float] = {}
    for values in _by_source(signals).values():
        ordered = sorted(s.engagement for s in values if s.engagement is not None)
        for signal in values:
            if signal.engagement is not None:
                below = sum(1 for e in ordered if e < signal.engagement)
                equal = ordered.count(signal.engagement)
                bursts[signal.signal_id] = (below + equal / 2) / len(ordered)
    return bursts


def _ranks(signals: list[TrendSignal]) -> dict[str, float]:
    """Return 1 / log2(1 + rank) of each signal (the discount of DCG, Järvelin and Kekäläinen 2002).

    Where a source gives no rank, the place by engagement within its day stands for it; without both the
    value is 0.
    """
    ranks: dict[str, float] = {}
    for (_, _), values in groupby(
        sorted(signals, key=lambda s: (s.source, s.day)), key=lambda s: (s.source, s.day)
    ):
        members = list(values)
        ordered = sorted((s.engagement for s in members if s.engagement is not None), reverse=True)
        places = {engagement: place for place, engagement in reversed(list(enumerate(ordered, start=1)))}
        for signal in members:
            rank = signal.rank or (None if signal.engagement is None else places[signal.engagement])
            ranks[signal.signal_id] = 1 / math.log2(1 + rank) if rank else 0.0
    return ranks


def _by_source(signals: list[TrendSignal]) -> dict[str, list[TrendSignal]]:
    groups: dict[str, list[TrendSignal]] = defaultdict(list)
    for signal in signals:
        groups[signal.source].append(signal)
    return groups


def _evidence(members: list[TrendSignal]) -> list[Evidence]:
    """Return the latest signal of each item, the strongest first."""
    latest = {
        (s.source, s.external_id): s for s in sorted(members, key=lambda s: (s.observed_at, s.signal_id))
    }
    strongest = sorted(latest.values(), key=lambda s: (-(s.engagement or 0), s.signal_id))[:MAX_EVIDENCE]
    return [
        Evidence(signal_id=s.signal_id, source=s.source, title=s.title, url=s.url, observed_at=s.observed_at)
        for s in strongest
    ]

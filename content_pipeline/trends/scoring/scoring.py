"""Trends of a day: clusters of the window's signals, scored by what was known by the end of that day.

How an item moves is in ``momentum``, what becomes of such items in ``outlook``, which signals belong together in ``clustering``.
Here a trend is made of them: the strongest item speaks for it, several sources lift it, time lowers it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pandas as pd
from rapidfuzz import fuzz, process, utils

from content_pipeline.accounts import Account
from content_pipeline.clock import end_of, start_of
from content_pipeline.storage.records import Stamp
from content_pipeline.trends.normalize import UTC_ZONE
from content_pipeline.trends.records import (
    Component,
    Components,
    Evidence,
    SafetyFlag,
    Stage,
    Trend,
    TrendSignal,
)
from content_pipeline.trends.scoring.momentum import PARTS, momentum
from content_pipeline.trends.scoring.niche import niche_fit
from content_pipeline.trends.scoring.outlook import Outlook
from content_pipeline.trends.scoring.reasons import reasons
from content_pipeline.trends.scoring.sightings import measured, sightings_of
from content_pipeline.trends.stories.clustering import Method, cluster
from content_pipeline.trends.stories.identity import history_of, trend_ids
from content_pipeline.trends.stories.keywords import keywords
from content_pipeline.trends.words.safety import safety_flags

WINDOW_DAYS = 7
MAX_EVIDENCE = 5
MAX_SPARKLINE = 24

WEIGHTS = {"burst": 0.35, "velocity": 0.2, "acceleration": 0.1, "place": 0.35}
"""Of the momentum, which stands for the outlook where a source's past is too short for one."""
OUTLOOK_PRIOR = 100
"""So many examples of a source's past count as much as the momentum."""
SPREAD_LIFT = 0.3
"""How much of what is missing to 1 an endless number of further sources would add."""
DECAY_PER_DAY = 0.08
"""The field's usual freshness weight of features is exp(-0.08 x days)."""
GONE = 0.5
"""What a trend keeps that none of its sources shows any more."""
UNRELATED = 60.0
"""What the nearest of 270 posts about something else usually reaches (YouTube: median 60, 90th percentile 79)."""
SLOWING = 0.25
"""A trend whose recent pace fell below this part of its pace before is fading."""


@dataclass(frozen=True)
class Context:
    """What a day's trends are judged by, beside their signals, all as known by then.

    Args:
        accounts: for whom they are to fit.
        outlooks: by source, where its past suffices.
        earlier: trends of the days before, oldest first.
        posted: titles of the trends that an account posted about in the last 90 days, by account.
    """

    accounts: Mapping[str, Account]
    outlooks: Mapping[str, Outlook] = field(default_factory=dict)
    earlier: Sequence[Trend] = ()
    posted: Mapping[str, Sequence[str]] = field(default_factory=dict)


def score_trends(
    day: date,
    signals: Sequence[TrendSignal],
    context: Context,
    stamp: Stamp,
    limit: int = 100,
    method: Method = "lexical",
) -> list[Trend]:
    """Return the day's trends, best first, at most ``limit``; those that an account would avoid carry a flag.

    What was seen after the end of the day (UTC) or before the window of seven days changes nothing. A trend has a sighting on the day
    or the day before. ``docs/trends.md`` explains the score.
    """
    start, end = start_of(day, UTC_ZONE), end_of(day, UTC_ZONE)
    first_day = day - timedelta(days=WINDOW_DAYS - 1)
    known = [kept for s in signals if first_day <= s.day <= day and (kept := _known_by(s, end))]
    if not known:
        return []
    clusters = cluster(known, method)
    items = score_items(known, context.outlooks)
    words, ids = keywords(clusters), trend_ids(clusters, context.earlier)
    since = {t.trend_id: t.first_seen_at for t in reversed(context.earlier)}
    leads = _leads(clusters, items, start, [since.get(name) for name in ids])
    chosen = leads.sort_values(["score", "first_at"], ascending=[False, True], kind="stable")
    return [
        _trend(day, clusters[place], words[place], ids[place], chosen.loc[place], context, stamp)
        for place in chosen.index[:limit]
    ]


def score_items(signals: Sequence[TrendSignal], outlooks: Mapping[str, Outlook]) -> pd.DataFrame:
    """Return the standing of every item as of its last sighting, by (source, item): its momentum's parts, its outlook, its ``base``.

    ``base`` in [0, 1] is the outlook as far as its source's past suffices, and the momentum for the rest.
    """
    items = momentum(measured(sightings_of(signals)))
    items = items.assign(outlook=0.5, outlook_confidence=0.0, chance=math.nan)
    for source, outlook in outlooks.items():
        if source in items.index.get_level_values("source"):
            rows = items.loc[[source]]
            told = outlook.of(rows)
            items.loc[rows.index, "outlook"] = told["outlook"]
            items.loc[rows.index, "chance"] = told["chance"]
            items.loc[rows.index, "outlook_confidence"] = outlook.examples / (
                outlook.examples + OUTLOOK_PRIOR
            )
    weights = pd.DataFrame({part: WEIGHTS[part] * items[f"{part}_confidence"] for part in PARTS})
    believed = weights.sum(axis=1)
    weighed = (weights * items[list(PARTS)]).sum(axis=1)
    moving = (weighed / believed.where(believed > 0)).fillna(0.0)
    trust = items["outlook_confidence"]
    return items.assign(momentum=moving, base=trust * items["outlook"] + (1 - trust) * moving)


def _leads(
    clusters: Sequence[Sequence[TrendSignal]],
    items: pd.DataFrame,
    start: datetime,
    since: Sequence[datetime | None],
) -> pd.DataFrame:
    """Return the strongest item of each cluster that was seen on the day or the day before, with the cluster's score.

    An item that its source no longer shows stands behind those that are shown; a source that was not read yet on the day says
    nothing about its items. ``since`` is when an earlier day first saw the trend, by cluster.
    """
    places = {(s.source, s.external_id): place for place, members in enumerate(clusters) for s in members}
    frame = items.assign(place_of=[places[key] for key in items.index])
    shown = frame["day"] >= frame.groupby(level="source")["day"].transform("max")
    frame = frame.assign(shown=shown, standing=frame["base"] * shown.map({True: 1.0, False: GONE}))
    of_cluster = frame.groupby("place_of")
    oldest, latest = of_cluster["first_at"].min(), of_cluster["at"].max()
    known = pd.to_datetime(pd.Series(list(since), dtype=object), utc=True)
    oldest = oldest.where(~(known.reindex(oldest.index) < oldest), known)
    sources = frame.reset_index().groupby("place_of")["source"].nunique()
    leads = (
        frame.sort_values(["shown", "standing"], kind="stable")
        .reset_index()
        .groupby("place_of")
        .tail(1)
        .set_index("place_of")
    )
    leads = leads.assign(first_at=oldest, last_at=latest, spread=1 - 0.5 ** (sources - 1))
    leads = leads[leads["last_at"] >= pd.Timestamp(start) - pd.Timedelta(days=1)]
    age = (frame["at"].max() - leads["first_at"]).dt.total_seconds() / 86_400
    lifted = leads["standing"] + (1 - leads["standing"]) * SPREAD_LIFT * leads["spread"]
    return leads.assign(score=(-DECAY_PER_DAY * age).map(math.exp) * lifted)


def _trend(
    day: date,
    members: Sequence[TrendSignal],
    words: list[str],
    trend_id: str,
    lead: pd.Series,
    context: Context,
    stamp: Stamp,
) -> Trend:
    speaker = next(
        s for s in reversed(members) if (s.source, s.external_id) == (lead["source"], lead["item"])
    )
    title = members[0].title
    moments = sorted(o.observed_at for s in members for o in s.observations)
    days_seen = len({s.day for s in members})
    outlook = context.outlooks.get(speaker.source)
    flags = safety_flags(title, words, any(s.nsfw for s in members), speaker.category)
    trend = Trend(
        **stamp.fields(),
        trend_id=trend_id,
        day=day,
        title=title,
        language=next((s.language for s in members if s.language), None),
        keywords=words,
        signal_ids=sorted(s.signal_id for s in members),
        sources=sorted({s.source for s in members}),
        evidence=_evidence(members),
        first_seen_at=min(moments[0], lead["first_at"].to_pydatetime()),
        last_seen_at=moments[-1],
        # Its score rests on every sighting of the day: before the last of them it could not have been made.
        available_at=max(moments[-1], start_of(day, UTC_ZONE)),
        days_seen=days_seen,
        speed=lead["speed"],
        engagement=speaker.engagement,
        sparkline=_sparkline(speaker, members),
        stage=_stage(lead, days_seen),
        components=_components(lead, days_seen),
        chance=None if math.isnan(lead["chance"]) else lead["chance"],
        chance_of=outlook.chance_of if outlook else None,
        score=min(max(lead["score"], 0.0), 1.0),
        niche_fit={name: niche_fit(title, words, account) for name, account in context.accounts.items()},
        novelty={name: _novelty(title, context.posted.get(name, ())) for name in context.accounts},
        safety=[SafetyFlag(flag=flag, words=found) for flag, found in flags.items()],
        history=history_of(trend_id, context.earlier),
        reasons=[],
    )
    return trend.model_copy(update={"reasons": reasons(trend)})


def _components(lead: pd.Series, days_seen: int) -> Components:
    return Components(
        **{
            name: Component(value=float(lead[name]), confidence=float(lead[f"{name}_confidence"]))
            for name in (*PARTS, "outlook")
        },
        spread=Component(value=float(lead["spread"]), confidence=1.0),
        freshness=Component(value=1 - (days_seen - 1) / (WINDOW_DAYS - 1), confidence=1.0),
    )


def _stage(lead: pd.Series, days_seen: int) -> Stage:
    """Return the stage of life: gone, shrinking or stalling is fading; young, or still gaining pace, is emerging."""
    steady = lead["acceleration"] / (1 - min(lead["acceleration"], 1 - 1e-9))
    stalled = lead["acceleration_confidence"] > 0 and steady < SLOWING
    if not lead["shown"] or lead["speed"] < 0 or stalled:
        return "fading"
    speeding = lead["acceleration_confidence"] > 0 and steady > 1
    return "emerging" if days_seen == 1 or speeding else "peaking"


def _novelty(title: str, posted: Sequence[str]) -> float:
    """Return how far the nearest title is that the account posted about: 0 for the same, 1 up to a token-set ratio of 60."""
    nearest = process.extractOne(title, posted, scorer=fuzz.token_set_ratio, processor=utils.default_process)
    return min((100 - nearest[1]) / (100 - UNRELATED), 1.0) if nearest else 1.0


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


def _sparkline(speaker: TrendSignal, members: Sequence[TrendSignal]) -> list[float]:
    seen = {
        o.observed_at: o
        for s in members
        if (s.source, s.external_id) == (speaker.source, speaker.external_id)
        for o in s.observations
    }
    ordered = [seen[moment] for moment in sorted(seen)]
    points = [math.log1p(o.engagement) for o in ordered if o.engagement is not None]
    points = points or [-math.log(o.rank) for o in ordered if o.rank is not None]
    if len(points) <= MAX_SPARKLINE:
        return points
    return [points[round(n * (len(points) - 1) / (MAX_SPARKLINE - 1))] for n in range(MAX_SPARKLINE)]


def _evidence(members: Sequence[TrendSignal]) -> list[Evidence]:
    """Return the latest signal of each item, the strongest first."""
    latest = {
        (s.source, s.external_id): s for s in sorted(members, key=lambda s: (s.observed_at, s.signal_id))
    }
    strongest = sorted(latest.values(), key=lambda s: (-(s.engagement or 0), s.signal_id))[:MAX_EVIDENCE]
    return [
        Evidence(signal_id=s.signal_id, source=s.source, title=s.title, url=s.url, observed_at=s.observed_at)
        for s in strongest
    ]

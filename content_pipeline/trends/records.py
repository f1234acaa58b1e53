"""Rows that the trends stage makes: a signal that a source showed, and a trend that several signals are about."""

from datetime import date, datetime
from typing import Literal

from content_pipeline.storage.records import Part, Record

Stage = Literal["emerging", "rising", "peak", "fading"]


class Observation(Part):
    """One sighting of an item: its engagement (a count) and its rank (1 is the top) at that moment."""

    observed_at: datetime
    engagement: float | None
    rank: int | None


class TrendSignal(Record):
    """An item that a source showed on a day. Missing numbers are null, never 0.

    ``observations`` holds every sighting of that day, oldest first; the other numbers are those of the last one.
    ``engagement`` is the strongest count that the source gives (views, else score, else likes).
    """

    signal_id: str
    source: str
    source_type: str
    day: date
    external_id: str
    title: str
    url: str | None
    observed_at: datetime
    published_at: datetime | None
    rank: int | None
    views: int | None
    likes: int | None
    comments: int | None
    score: int | None
    engagement: float | None
    category: str | None
    tags: list[str]
    nsfw: bool
    observations: list[Observation]


class Evidence(Part):
    """Where a statement comes from: the signal, its title and its address, and when it was seen."""

    signal_id: str
    source: str
    title: str
    url: str | None
    observed_at: datetime


class Trend(Record):
    """A cluster of signals about one thing, scored for a day. Scores are in [0, 1] unless said.

    ``velocity`` is log-engagement gained per hour over its sightings; ``recurrence`` the number of days of the window on
    which it was seen; ``niche_fit`` maps an account's id to its fit; ``available_at`` is the last sighting
    of the day that the score rests on (nothing may be posted about it earlier).
    """

    trend_id: str
    day: date
    title: str
    keywords: list[str]
    signal_ids: list[str]
    sources: list[str]
    evidence: list[Evidence]
    first_seen_at: datetime
    last_seen_at: datetime
    available_at: datetime
    rank_score: float
    velocity: float
    velocity_score: float
    recurrence: int
    novelty: float
    burst: float
    score: float
    stage: Stage
    niche_fit: dict[str, float]

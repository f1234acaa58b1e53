"""Rows that the trends stage makes: a signal that a source showed, and a trend that several signals are about."""

from datetime import date, datetime
from typing import Literal

from content_pipeline.accounts import Flag
from content_pipeline.storage.records import Part, Record

Stage = Literal["emerging", "peaking", "fading"]


class Observation(Part):
    """One sighting of an item: its engagement and comments (counts) and its rank (1 is the top) at that moment."""

    observed_at: datetime
    engagement: float | None
    comments: int | None = None
    rank: int | None


class TrendSignal(Record):
    """An item that a source showed on a day. Missing numbers are null, never 0.

    ``observations`` holds every sighting of that day, oldest first; the other numbers are those of the last one.
    ``engagement`` is the strongest count that the source gives (views, else score, else likes). ``author`` is whoever
    published it; ``language`` an ISO 639-1 code; ``caption``, ``duration_s`` and ``audio`` are those of a reel or video.
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
    author: str | None = None
    language: str | None = None
    caption: str | None = None
    duration_s: float | None = None
    audio: str | None = None
    nsfw: bool
    observations: list[Observation]


class Evidence(Part):
    """Where a statement comes from: the signal, its title and its address, and when it was seen."""

    signal_id: str
    source: str
    title: str
    url: str | None
    observed_at: datetime


class Component(Part):
    """A part of a score: its value and how far it is to be believed, both in [0, 1]."""

    value: float
    confidence: float


class Components(Part):
    """What a trend's score is made of; ``docs/trends.md`` has the formulas.

    ``burst``: how unusual the last gain is for the item and its source; ``velocity``: growth over all its sightings;
    ``acceleration``: the recent pace against the one before, 0.5 is steady; ``place``: its rank in its source;
    ``spread``: over how many sources; ``freshness``: 1 on its first day, 0 when it was seen on every day of the window;
    ``outlook``: how much of what the source showed before had a worse one.
    """

    burst: Component
    velocity: Component
    acceleration: Component
    place: Component
    spread: Component
    freshness: Component
    outlook: Component


class SafetyFlag(Part):
    """A reason to stay away, with the words that raised it."""

    flag: Flag
    words: list[str]


class TrendDay(Part):
    """A trend on an earlier day."""

    day: date
    score: float
    engagement: float | None


class Trend(Record):
    """A cluster of signals about one thing, scored for a day. It keeps its ``trend_id`` from day to day.

    ``score`` is in [0, 1]. ``speed`` is log-engagement gained per hour over its sightings; ``days_seen`` the number of days of the
    window on which it was seen; ``chance`` the probability of what ``chance_of`` says, null where its source's past is
    too short; ``niche_fit`` and ``novelty`` map an account's id to its fit and to the distance to what it posted lately;
    ``engagement`` is the strongest count of its leading item; ``sparkline`` that item's log-engagement (or -log rank) over
    its sightings; ``available_at`` the last sighting of the day that the score rests on (nothing may be posted about it earlier).
    """

    trend_id: str
    day: date
    title: str
    language: str | None
    keywords: list[str]
    signal_ids: list[str]
    sources: list[str]
    evidence: list[Evidence]
    first_seen_at: datetime
    last_seen_at: datetime
    available_at: datetime
    days_seen: int
    speed: float
    engagement: float | None
    sparkline: list[float]
    stage: Stage
    components: Components
    chance: float | None
    chance_of: str | None
    score: float
    niche_fit: dict[str, float]
    novelty: dict[str, float]
    safety: list[SafetyFlag]
    history: list[TrendDay]
    reasons: list[str]


class Breakout(Record):
    """A trend that crossed the bar during the day and fits an account, raised once; ``raised_at`` is when it was noticed."""

    breakout_id: str
    account: str
    day: date
    trend_id: str
    title: str
    score: float
    niche_fit: float
    novelty: float
    raised_at: datetime
    evidence: list[Evidence]
    reasons: list[str]


PatternDimension = Literal["hook_style", "caption_style", "duration_band", "audio"]


class TrendPattern(Record):
    """What one way to make a reel or video was worth in the window that ends with ``day``, over a source's like items.

    ``lift`` is in log units of engagement a day (0.1 is about 10 %) and shrunk to 0 where little is known; ``lift_low`` and
    ``lift_high`` hold it with a probability of 0.9. ``confidence`` in [0, 1] is how sure its sign is: 0 where either is as
    likely. It is an association among what the source chose to show, not an effect. ``evidence`` names the items of the
    level that did best.
    """

    pattern_id: str
    day: date
    source_type: str
    dimension: PatternDimension
    level: str
    items: int
    authors: int
    lift: float
    lift_low: float
    lift_high: float
    confidence: float
    evidence: list[Evidence]

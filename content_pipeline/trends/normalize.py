"""Signals from what sources hand over: texts cleaned, numbers and times read, sightings of one item united.

What cannot be read becomes a dead letter with its reason, and the rest goes on. Formats of sources stay in
``sources``.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from content_pipeline.clock import end_of
from content_pipeline.storage.dead_letters import DeadLetter
from content_pipeline.storage.records import Stamp, content_hash, stable_id
from content_pipeline.trends.records import Observation, TrendSignal
from content_pipeline.trends.sources.base import RawItem, RawObservation, Refusal, SourceAdapter, one_line
from content_pipeline.trends.sources.config import SourceConfig
from content_pipeline.trends.values import clean_text, read_number, read_tags, read_time

MAX_TITLE = 500
MAX_EXTERNAL_ID = 200
MAX_URL = 2000
MAX_TAGS = 50
T = TypeVar("T")

UTC_ZONE = ZoneInfo("UTC")


@dataclass(frozen=True)
class IngestResult:
    """What a reading of a source gave: signals in order of their ids, and what was refused."""

    signals: list[TrendSignal]
    dead_letters: list[DeadLetter]


@dataclass(frozen=True)
class _Sighting:
    observed_at: datetime
    views: int | None
    likes: int | None
    comments: int | None
    score: int | None
    rank: int | None

    @property
    def engagement(self) -> float | None:
        strongest = next((n for n in (self.views, self.score, self.likes) if n is not None), None)
        return None if strongest is None else float(strongest)


def ingest(config: SourceConfig, adapter: SourceAdapter, day: date, stamp: Stamp) -> IngestResult:
    """Read a day of a source; sightings after the end of the day (UTC) are dropped, and a row that has no other is a dead letter.

    Raises:
        SourceError: the source cannot be read at all.
    """
    signals: list[TrendSignal] = []
    letters: list[DeadLetter] = []
    for found in adapter.read(day):
        refusal = found if isinstance(found, Refusal) else None
        if isinstance(found, RawItem):
            try:
                signals.append(_signal(config, found, day, stamp))
            except ValueError as error:
                refusal = Refusal(found.position, str(error), one_line(f"{found.external_id}: {found.title}"))
        if refusal:
            fields = {"position": refusal.position, "reason": refusal.reason, "excerpt": refusal.excerpt}
            letters.append(DeadLetter(stage="trends", source=config.name, day=day, **fields))
    return IngestResult(merge_signals([], signals), letters)


def merge_signals(existing: list[TrendSignal], new: list[TrendSignal]) -> list[TrendSignal]:
    """Unite signals of the same id: all their sightings, oldest first, and the numbers of the last one.

    Of two sightings of the same moment the one that came later stays. The result is in order of the ids.
    """
    merged: dict[str, TrendSignal] = {}
    for signal in [*existing, *new]:
        known = merged.get(signal.signal_id)
        merged[signal.signal_id] = _unite(known, signal) if known else signal
    return [merged[key] for key in sorted(merged)]


def _unite(known: TrendSignal, new: TrendSignal) -> TrendSignal:
    sightings = {seen.observed_at: seen for seen in [*known.observations, *new.observations]}
    latest = new if new.observed_at >= known.observed_at else known
    return latest.model_copy(update={"observations": [sightings[moment] for moment in sorted(sightings)]})


def _signal(config: SourceConfig, item: RawItem, day: date, stamp: Stamp) -> TrendSignal:
    title, key = _title(item.title), _external_id(item.external_id)
    seen = {s.observed_at: s for s in map(_sighting, item.observations)}
    end = end_of(day, UTC_ZONE)
    sightings = [seen[moment] for moment in sorted(seen) if moment < end]
    if not seen:
        raise ValueError("no sighting")
    if not sightings:
        raise ValueError("seen only after the end of its day (UTC)")
    last = sightings[-1]
    return TrendSignal(
        **stamp.fields(),
        signal_id=stable_id("signal", config.name, key, day),
        source=config.name,
        source_type=config.type,
        day=day,
        external_id=key,
        title=title,
        url=_url(item.url),
        observed_at=last.observed_at,
        published_at=_published(item.published_at),
        rank=last.rank,
        views=last.views,
        likes=last.likes,
        comments=last.comments,
        score=last.score,
        engagement=last.engagement,
        category=clean_text(item.category) or None,
        tags=read_tags(item.tags)[:MAX_TAGS],
        nsfw=item.nsfw,
        observations=[
            Observation(observed_at=s.observed_at, engagement=s.engagement, rank=s.rank) for s in sightings
        ],
    )


def _title(value: object) -> str:
    title = clean_text(value)
    if not title:
        raise ValueError("no title")
    if len(title) > MAX_TITLE:
        raise ValueError("title too long")
    return title


def _external_id(value: object) -> str:
    key = clean_text(value)
    if not key:
        raise ValueError("no external id")
    return key if len(key) <= MAX_EXTERNAL_ID else f"sha256:{content_hash(key)}"


def _sighting(raw: RawObservation) -> _Sighting:
    moment = _read(read_time, "observed_at", raw.observed_at)
    if moment is None:
        raise ValueError("no observed_at")
    return _Sighting(
        observed_at=moment,
        views=_count("views", raw.views),
        likes=_count("likes", raw.likes),
        comments=_count("comments", raw.comments),
        score=_count("score", raw.score),
        rank=_rank(raw.rank),
    )


def _read(read: Callable[[Any], T | None], name: str, value: object) -> T | None:
    try:
        return read(value)
    except ValueError as error:
        raise ValueError(f"{name} is {error}") from None


def _count(name: str, value: object) -> int | None:
    number = _read(read_number, name, value)
    return None if number is None else math.floor(number)


def _rank(value: object) -> int | None:
    rank = _count("rank", value)
    if rank is not None and rank < 1:
        raise ValueError("rank is below 1")
    return rank


def _published(value: object) -> datetime | None:
    # When an item was published is a courtesy of the source; an odd text there is no reason to lose the item.
    try:
        return read_time(value)
    except ValueError:
        return None


def _url(value: object) -> str | None:
    url = clean_text(value)
    scheme, colon, _ = url.partition(":")
    web = scheme.lower() in ("http", "https")
    # Without a scheme it is the locator of a row in a file; other schemes (javascript, data) are never shown.
    local = not colon or not scheme.isalnum()
    return url[:MAX_URL] if url and (web or local) else None

"""Signals from what sources hand over: texts cleaned, numbers and times read, sightings of one item united.

What cannot be read becomes a dead letter with its reason, and the rest goes on. Formats of sources stay in
``sources``.
"""

import json
import math
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from content_pipeline.clock import end_of
from content_pipeline.storage.dead_letters import DeadLetter
from content_pipeline.storage.records import Stamp, content_hash, stable_id
from content_pipeline.trends.bulk import no_collection
from content_pipeline.trends.records import Observation, TrendSignal
from content_pipeline.trends.sources.base import RawItem, RawObservation, Refusal, SourceAdapter, one_line
from content_pipeline.trends.sources.config import SourceConfig
from content_pipeline.trends.words.language import language_of
from content_pipeline.trends.words.values import (
    MAX_COUNT,
    clean_text,
    disarmed,
    read_number,
    read_tags,
    read_time,
)

MAX_TITLE = 500
MAX_EXTERNAL_ID = 200
MAX_URL = 2000
MAX_TAGS = 50
MAX_NAME = 200
MAX_CAPTION = 2200
BATCH = 512
"""Rows that are read before their languages are told, together: else the model and the reading, in turn, push each other out
of the processor's cache."""
MAX_PAYLOAD = 8000
"""Characters of a refused row that are kept, as JSON, to be tried again; a longer one is not."""
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


@no_collection()
def ingest(config: SourceConfig, adapter: SourceAdapter, day: date, stamp: Stamp) -> IngestResult:
    """Read a day of a source; sightings after the end of the day (UTC) are dropped, and a row that has no other is a dead letter.

    Raises:
        SourceError: the source cannot be read at all.
    """
    signals: list[TrendSignal] = []
    letters: list[DeadLetter] = []

    def refuse(refusal: Refusal, payload: str | None = None) -> None:
        fields = {"position": refusal.position, "reason": refusal.reason, "excerpt": refusal.excerpt}
        letters.append(DeadLetter(stage="trends", source=config.name, day=day, payload=payload, **fields))

    rows = iter(adapter.read(day))
    while batch := list(islice(rows, BATCH)):
        read: list[dict[str, Any]] = []
        for found in batch:
            if isinstance(found, Refusal):
                refuse(found)
                continue
            try:
                read.append(_fields(config, found, day, stamp))
            except ValueError as error:
                excerpt = one_line(f"{found.external_id}: {found.title}")
                refuse(Refusal(found.position, str(error), excerpt), _payload(found))
        languages = [language_of(fields["language"], fields["title"]) for fields in read]
        signals += [
            TrendSignal(**fields | {"language": language})
            for fields, language in zip(read, languages, strict=True)
        ]
    return IngestResult(merge_signals([], signals), letters)


def replay(config: SourceConfig, payload: str, day: date, stamp: Stamp) -> TrendSignal:
    """Try a refused row again, from the payload of its dead letter.

    Raises:
        ValueError: it cannot be read this time either, and why.
    """
    try:
        values = json.loads(payload)
        seen = [RawObservation(**_known(RawObservation, part)) for part in values.pop("observations")]
        item = RawItem(**_known(RawItem, values), observations=seen)
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        raise ValueError("the payload is not a row of a source") from None
    fields = _fields(config, item, day, stamp)
    return TrendSignal(**fields | {"language": language_of(fields["language"], fields["title"])})


@no_collection()
def merge_signals(existing: Iterable[TrendSignal], new: Iterable[TrendSignal]) -> list[TrendSignal]:
    """Unite signals of the same id: all their sightings, oldest first, and the numbers of the last one.

    Numbers stay as they were seen: a gap is not filled, and a counter that fell fell. Of two sightings of the same
    moment the one that came later stays. The result is in order of the ids.
    """
    by_id: dict[str, list[TrendSignal]] = defaultdict(list)
    for signals in (existing, new):
        for signal in signals:
            by_id[signal.signal_id].append(signal)
    return [_united(by_id[key]) for key in sorted(by_id)]


def _united(seen: list[TrendSignal]) -> TrendSignal:
    if len(seen) == 1:
        return seen[0]
    sightings = {one.observed_at: one for signal in seen for one in signal.observations}
    latest = max(reversed(seen), key=lambda signal: signal.observed_at)
    return latest.model_copy(update={"observations": [sightings[moment] for moment in sorted(sightings)]})


def _payload(item: RawItem) -> str | None:
    values = vars(item) | {"observations": [vars(seen) for seen in item.observations]}
    try:
        text = json.dumps(values, default=str, skipkeys=True)
    except (ValueError, RecursionError):  # values that hold themselves, or are nested without end
        return None
    return text if len(text) <= MAX_PAYLOAD else None


def _known(kind: type, values: dict[str, Any]) -> dict[str, Any]:
    """Return the values that a kind of row has today; a row may have been refused by an older version."""
    return {field.name: values[field.name] for field in fields(kind) if field.name in values}


def _fields(config: SourceConfig, item: RawItem, day: date, stamp: Stamp) -> dict[str, Any]:
    """Return the fields of an item's signal, with the language that its source says it is in."""
    title, key = _title(item.title), _external_id(item.external_id)
    seen = {s.observed_at: s for s in map(_sighting, item.observations)}
    end = end_of(day, UTC_ZONE)
    sightings = [seen[moment] for moment in sorted(seen) if moment < end]
    if not seen:
        raise ValueError("no sighting")
    if not sightings:
        raise ValueError("seen only after the end of its day (UTC)")
    last = sightings[-1]
    return dict(
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
        category=_text(item.category) or None,
        tags=[_text(tag) for tag in read_tags(item.tags)[:MAX_TAGS]],
        author=_text(item.author)[:MAX_NAME] or None,
        language=item.language,
        caption=_text(item.caption)[:MAX_CAPTION] or None,
        duration_s=_duration(item.duration_s),
        audio=_text(item.audio)[:MAX_NAME] or None,
        nsfw=bool(item.nsfw),
        observations=[
            Observation(observed_at=s.observed_at, engagement=s.engagement, comments=s.comments, rank=s.rank)
            for s in sightings
        ],
    )


def _text(value: object) -> str:
    """Return a text that can be shown on a page as it is: cleaned, on one line, and without what looks like a tag."""
    text = _shown(value)
    return disarmed(text) if "<" in text else text


def _shown(value: object) -> str:
    # Most texts need no cleaning: all of their characters show, and the first one is a letter or digit.
    if isinstance(value, str) and value.isprintable():
        text = unicodedata.normalize("NFC", " ".join(value.split()))
        if text[:1].isalnum():
            return text
    return clean_text(value)


def _title(value: object) -> str:
    title = _text(value)
    if not title:
        raise ValueError("no title")
    if len(title) > MAX_TITLE:
        raise ValueError("title too long")
    return title


def _external_id(value: object) -> str:
    key = _text(value)
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
    if type(value) is int and 0 <= value <= MAX_COUNT:
        return value
    number = _read(read_number, name, value)
    return None if number is None else math.floor(number)


def _rank(value: object) -> int | None:
    rank = _count("rank", value)
    if rank is not None and rank < 1:
        raise ValueError("rank is below 1")
    return rank


def _duration(value: object) -> float | None:
    try:
        return read_number(value)
    except ValueError:
        return None


def _published(value: object) -> datetime | None:
    # When an item was published is a courtesy of the source; an odd text there is no reason to lose the item.
    try:
        return read_time(value)
    except ValueError:
        return None


def _url(value: object) -> str | None:
    url = _text(value)[:MAX_URL]
    try:
        urlsplit(url)
    except (
        ValueError
    ):  # a bracket that opens no IPv6 address, and the like: whoever reads it later would stumble
        return None
    scheme, colon, _ = url.partition(":")
    web = scheme.lower() in ("http", "https")
    # Without a scheme it is the locator of a row in a file; other schemes (javascript, data) are never shown.
    local = not colon or not scheme.isalnum()
    return url if url and (web or local) else None

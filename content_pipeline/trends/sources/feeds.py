"""RSS and Atom documents: read leniently, because feeds in the wild are often malformed, and safely, because they are foreign.

One that declares entities is refused, texts lose their markup. Where a document comes from is the adapters' part.
"""

import calendar
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from xml.sax import SAXParseException

import feedparser

from content_pipeline.trends.sources.base import RawItem, RawObservation, Refusal, SourceError, one_line
from content_pipeline.trends.sources.markup import link, plain, without_names

TITLE_LENGTH = 120
"""Of an entry without a title, as in feeds of short messages, its text's beginning stands for it."""
MAX_TAGS = 200_000
"""Angle brackets in a document: feedparser takes up to 20 microseconds for each, whatever the document's size."""
FRESH = timedelta(days=1)
"""For so long after its publication an entry counts as shown: one published before midnight is seen after it, too."""

_ENTITY = re.compile(rb"<!\s*ENTITY", re.IGNORECASE)


@dataclass(frozen=True)
class Feed:
    """A document's entries as feedparser gives them, and why it is not well-formed, if it is not."""

    entries: list[Any]
    malformed: str | None


def parse(data: bytes, place: str, url: str | None = None, content_type: str | None = None) -> Feed:
    """Return a document's entries, as far as they can be read.

    Args:
        data: the document.
        place: what messages call it.
        url: its address, which relative links are resolved against.
        content_type: what the server says of it; its charset counts where the document names none.

    Raises:
        SourceError: it is no feed, declares entities, or holds too many tags.
    """
    refuse_entities(data, place)
    if data.count(b"<") > MAX_TAGS:
        raise SourceError(f"{place} holds more than {MAX_TAGS:,} tags")
    headers = {"content-location": url, "content-type": content_type}
    try:
        found = feedparser.parse(
            # The stream keeps feedparser from taking the content for an address or a path.
            io.BytesIO(without_names(data)),
            response_headers={name: value for name, value in headers.items() if value},
            # Descriptions are not used, and `plain` cleans what is.
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as error:  # feedparser names no errors of its own, and malformed feeds raise many kinds
        raise SourceError(f"{place} cannot be read: {one_line(error)}") from error
    if not found.entries and not found.get("version"):
        raise SourceError(f"{place} is not an RSS or Atom feed", "check that the address is that of a feed")
    fault = found.get("bozo_exception")
    return Feed(list(found.entries), fault.getMessage() if isinstance(fault, SAXParseException) else None)


def items(feed: Feed, place: str, day: date, now: datetime) -> Iterator[RawItem | Refusal]:
    """Yield those entries of a feed that count as seen on ``day``, in its order; ``place`` stands for a missing link.

    Today's end with a refusal where the document is not well-formed, as when it is cut off: entries may be missing.
    """
    for index, entry in enumerate(feed.entries):
        published = moment(entry)
        seen_at = seen_on(day, published, now)
        if seen_at is None:
            continue
        text = "" if plain(entry.get("title")) else plain(_body(entry))
        title, address = plain(entry.get("title")) or beginning(text), link(entry.get("link"))
        key = plain(entry.get("id")) or address or title
        tags = [plain(tag.get("term")) for tag in entry.get("tags") or [] if tag.get("term")]
        source = entry.get("source") or {}
        yield RawItem(
            position=f"entry {index + 1}",
            external_id=key,
            title=title,
            url=address or f"{place}#{key}",
            published_at=published,
            category=tags[0] if tags else None,
            tags=tags,
            author=plain(source.get("title") or entry.get("author")),
            caption=text or None,
            observations=[RawObservation(observed_at=seen_at, rank=index + 1)],
        )
    if feed.malformed and day == now.date():
        reason = f"broken XML ({one_line(feed.malformed)}): what could be read of it was read"
        yield Refusal("document", reason, "")


def beginning(text: str, length: int = TITLE_LENGTH) -> str:
    """Return how a text begins, up to the end of a word where it has words."""
    if len(text) <= length:
        return text
    kept = text[: length - 1]
    words = kept.rpartition(" ")[0]
    return f"{words if len(words) > length // 2 else kept}…"


def seen_on(day: date, published: datetime | None, now: datetime) -> datetime | None:
    """Return when an entry that a feed holds ``now`` counts as seen on ``day``, if it does.

    Today it is seen now, if it is fresh or undated. Of an earlier day only the moment of its publication is known.
    """
    if day == now.date():
        return now if published is None or published > now - FRESH else None
    return published if published is not None and published.date() == day else None


def moment(entry: Any) -> datetime | None:
    """Return when an entry was published or changed, where the feed says so in a form that can be read."""
    parsed = entry.get("published_parsed") or entry.get("updated_parsed")
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC) if parsed else None
    except (ValueError, TypeError, OverflowError, OSError):
        return None


def _body(entry: Any) -> object:
    contents = entry.get("content") or [{}]
    return entry.get("summary") or contents[0].get("value")


def refuse_entities(data: bytes, place: str) -> None:
    """Refuse a document that declares entities.

    Raises:
        SourceError: it does.
    """
    # A NUL is every second byte of UTF-16: without them the declaration is found in both.
    if _ENTITY.search(data.replace(b"\0", b"")):
        raise SourceError(f"{place} declares entities, which no feed needs")

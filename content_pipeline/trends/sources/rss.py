"""RSS and Atom feeds as a source, from a file or the web; Google Trends' approximate traffic counts as views.

Feeds in the wild are often malformed: they are read leniently, but one that declares entities is refused.
"""

import calendar
import hashlib
import html
import io
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import feedparser

from content_pipeline.trends.sources.base import RawItem, RawObservation, Refusal, SourceError, one_line
from content_pipeline.trends.sources.config import RssSource
from content_pipeline.trends.sources.files import MAX_PAGE_BYTES, fetch, read_bytes

KEEP_FOR = timedelta(minutes=5)
"""How long a fetched feed serves several days before it is fetched again."""

_ENTITY = re.compile(rb"<!\s*ENTITY", re.IGNORECASE)
_CODE = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|$)", re.IGNORECASE | re.DOTALL)
_BREAK = re.compile(r"</?(?:br|p|div|li|td|tr|h\d)\b[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[/!?a-z][^>]*(?:>|$)", re.IGNORECASE)


class RssAdapter:
    """Reads a feed. An entry's day is that of its publication, or today where the feed does not say."""

    def __init__(self, config: RssSource, now: Callable[[], datetime]) -> None:
        self._config = config
        self._now = now
        self._kept: tuple[datetime, list[RawItem]] | None = None
        self._place = config.url or (config.path.name if config.path else "")

    def read(self, day: date) -> Iterator[RawItem | Refusal]:
        """Yield the entries of ``day`` in the feed's order; nothing for days to come.

        Raises:
            SourceError: the feed cannot be read or is none.
        """
        yield from self._of(day)

    def fingerprint(self, day: date) -> str | None:
        """Return a hash of the day's entries, or None where there are none.

        Raises:
            SourceError: the feed cannot be read or is none.
        """
        shown = [(item.external_id, item.title, item.observations[0].views) for item in self._of(day)]
        return hashlib.sha256(repr(shown).encode("utf-8", "replace")).hexdigest() if shown else None

    def _of(self, day: date) -> list[RawItem]:
        now = self._now()
        if day > now.date():
            return []
        if self._kept is None or now - self._kept[0] >= KEEP_FOR or now < self._kept[0]:
            self._kept = now, self._parse(now)
        return [item for item in self._kept[1] if item.observations[0].observed_at.date() == day]

    def _parse(self, now: datetime) -> list[RawItem]:
        config = self._config
        data = (
            fetch(config.url)
            if config.url
            else read_bytes(config.path, limit=MAX_PAGE_BYTES)
            if config.path
            else b""
        )
        # A NUL is every second byte of UTF-16: without them the declaration is found in both.
        if _ENTITY.search(data.replace(b"\0", b"")):
            raise SourceError(f"{self._place} declares entities, which no feed needs")
        try:
            # The stream keeps feedparser from taking the content for an address or a path.
            feed = feedparser.parse(io.BytesIO(data.replace(b"&nbsp;", b"&#160;")))
            if not feed.entries and not feed.get("version"):
                raise SourceError(f"{self._place} is not an RSS or Atom feed")
            return [_item(n, entry, now, self._place) for n, entry in enumerate(feed.entries)]
        except SourceError:
            raise
        except (
            Exception
        ) as error:  # feedparser names no errors of its own, and malformed feeds raise many kinds
            raise SourceError(f"{self._place} cannot be read: {one_line(error)}") from error


def plain_title(title: str) -> str:
    """Return a title without tags, scripts and character references, however often they were escaped."""
    for _ in range(5):
        plain = html.unescape(_TAG.sub("", _BREAK.sub(" ", _CODE.sub(" ", title))))
        if plain == title:
            return title.strip()
        title = plain
    return html.unescape(title).replace("<", " ").strip()


def _item(index: int, entry: Any, now: datetime, place: str) -> RawItem:
    title = plain_title(str(entry.get("title") or ""))
    published = _moment(entry.get("published_parsed") or entry.get("updated_parsed"))
    link = entry.get("link")
    key = str(entry.get("id") or link or title)
    # On its day an entry is seen now; of an earlier day only its publication is known.
    seen_at = now if published is None or published.date() == now.date() else published
    tags = [str(tag.get("term")) for tag in entry.get("tags") or [] if tag.get("term")]
    return RawItem(
        position=f"entry {index + 1}",
        external_id=key,
        title=title,
        url=link or f"{place}#{key}",
        published_at=published,
        category=tags[0] if tags else None,
        tags=tags,
        observations=[
            RawObservation(observed_at=seen_at, views=entry.get("ht_approx_traffic"), rank=index + 1)
        ],
    )


def _moment(parsed: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC) if parsed else None
    except (ValueError, TypeError, OverflowError, OSError):
        return None

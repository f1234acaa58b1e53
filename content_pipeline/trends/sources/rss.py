"""Any RSS or Atom feed as a source, from a file or the web."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal

from pydantic import model_validator

from content_pipeline.trends.sources import feeds
from content_pipeline.trends.sources.base import RawItem, Refusal, Tools
from content_pipeline.trends.sources.config import SourceConfig, WebAddress
from content_pipeline.trends.sources.feeds import Feed
from content_pipeline.trends.sources.files import read_bytes
from content_pipeline.trends.sources.web import MAX_PAGE_BYTES, Web, bare


class RssSource(SourceConfig):
    """An RSS or Atom feed, from a file or from the web."""

    type: Literal["rss"]
    path: Path | None = None
    url: WebAddress | None = None

    @model_validator(mode="after")
    def _one_place(self) -> "RssSource":
        if (self.path is None) == (self.url is None):
            raise ValueError("give either path or url")
        return self

    def adapter(self, tools: Tools) -> "RssAdapter":
        """Return the adapter that reads this feed."""
        return RssAdapter(self, tools)


class RssAdapter:
    """Reads a feed: today's reading gives what is fresh in it, an earlier day's what it still holds of that day."""

    def __init__(self, config: RssSource, tools: Tools) -> None:
        self._config = config
        self._tools = tools
        self._web = Web(tools)
        self._kept: tuple[datetime, Feed] | None = None

    def read(self, day: date) -> Iterator[RawItem | Refusal]:
        """Yield the entries of ``day`` in the feed's order; nothing for days to come.

        Raises:
            SourceError: the feed cannot be read or is none.
            Unchanged: the server says that the feed did not change since today's last reading.
        """
        now = self._tools.now()
        if day <= now.date():
            yield from feeds.items(self._feed(day, now), self._place, day, now)

    @property
    def _place(self) -> str:
        return bare(self._config.url) if self._config.url else (self._config.path or Path()).name

    def _feed(self, day: date, now: datetime) -> Feed:
        url, path = self._config.url, self._config.path or Path()
        if url is None:
            return feeds.parse(read_bytes(path, limit=MAX_PAGE_BYTES), self._place)
        # Many past days are read from one answer, no older than a poll's.
        if (
            day < now.date()
            and self._kept
            and now - self._kept[0] < timedelta(minutes=self._config.every_minutes)
        ):
            return self._kept[1]
        page = self._web.get(url, conditional=day == now.date())
        self._kept = now, feeds.parse(page.body, self._place, page.url, page.headers.get("content-type"))
        return self._kept[1]

"""Hacker News as a source: its top list with points and comments, over the Firebase API or in one request over Algolia's search.

Algolia also tells which stories a past day had; how many points they had then nobody kept.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field

from content_pipeline.trends.sources.base import (
    RawItem,
    RawObservation,
    Refusal,
    SourceError,
    Tools,
    one_line,
)
from content_pipeline.trends.sources.config import SourceConfig, WebAddress
from content_pipeline.trends.sources.markup import link, literal
from content_pipeline.trends.sources.web import Page, Web, bare

STORIES = {"story", "poll"}
"""Jobs are advertisements: nobody votes on them or comments."""


class HackerNewsSource(SourceConfig):
    """The first ``limit`` stories.

    ``firebase`` asks for the list and for every story on it and knows their ranks; ``algolia`` asks once for the front page of
    thirty or so stories, in no order.
    """

    type: Literal["hacker_news"]
    api: Literal["firebase", "algolia"] = "firebase"
    limit: int = Field(default=60, ge=1, le=500)
    firebase_url: WebAddress = "https://hacker-news.firebaseio.com/v0"
    algolia_url: WebAddress = "https://hn.algolia.com/api/v1"

    def adapter(self, tools: Tools) -> "HackerNewsAdapter":
        """Return the adapter that reads these stories."""
        return HackerNewsAdapter(self, tools)


class HackerNewsAdapter:
    """Reads the stories on top now, and those of past days."""

    def __init__(self, config: HackerNewsSource, tools: Tools) -> None:
        self._config = config
        self._tools = tools
        self._web = Web(tools)

    def read(self, day: date) -> Iterator[RawItem | Refusal]:
        """Yield today's stories as they stand now.

        Of a past day it yields the stories of that day that search ranks highest today, without numbers, seen when they were
        published: their choice is made by hindsight. Of days to come it yields nothing.

        Raises:
            SourceError: the list cannot be read, or none of its stories can.
        """
        now = self._tools.now()
        if day < now.date():
            yield from self._of(day)
        elif day == now.date():
            yield from self._on_top(now) if self._config.api == "firebase" else self._on_front_page(now)

    def _on_top(self, now: datetime) -> Iterator[RawItem | Refusal]:
        url = f"{self._config.firebase_url}/topstories.json"
        ids = self._web.json(url)
        if not isinstance(ids, list):
            raise SourceError(f"{bare(url)} answers without a list of stories")
        # Only whole numbers may become part of an address.
        ids = [one for one in ids if type(one) is int][: self._config.limit]
        pages = self._web.get_many([f"{self._config.firebase_url}/item/{one}.json" for one in ids])
        errors = [page for page in pages if isinstance(page, SourceError)]
        if errors and len(errors) == len(pages):
            raise errors[0]
        for rank, (one, page) in enumerate(zip(ids, pages, strict=True), start=1):
            try:
                yield from _from_item(f"item {one}", _data(page), rank, now)
            except SourceError as error:
                yield Refusal(f"item {one}", one_line(error), "")

    def _on_front_page(self, now: datetime) -> Iterator[RawItem | Refusal]:
        for position, hit in self._hits(tags="front_page"):
            seen = RawObservation(now, score=hit.get("points"), comments=hit.get("num_comments"))
            yield from _from_hit(position, hit, seen)

    def _of(self, day: date) -> Iterator[RawItem | Refusal]:
        start = datetime.combine(day, time(), UTC)
        first, end = int(start.timestamp()), int((start + timedelta(days=1)).timestamp())
        for position, hit in self._hits(
            tags="story", numericFilters=f"created_at_i>={first},created_at_i<{end}"
        ):
            yield from _from_hit(position, hit, RawObservation(hit.get("created_at_i")))

    def _hits(self, **params: str) -> Iterator[tuple[str, dict[str, Any]]]:
        url = f"{self._config.algolia_url}/search"
        answer = self._web.json(url, {**params, "hitsPerPage": self._config.limit})
        hits = answer.get("hits") if isinstance(answer, dict) else None
        if not isinstance(hits, list):
            raise SourceError(f"{bare(url)} answers without a list of hits")
        for index, hit in enumerate(hits):
            # One that is no object has no id either, and is refused for that.
            yield f"hits[{index}]", hit if isinstance(hit, dict) else {"title": one_line(hit)}


def _data(page: Page | SourceError) -> Any:
    if isinstance(page, SourceError):
        raise page
    return page.json()


def _from_item(position: str, data: Any, rank: int, now: datetime) -> Iterator[RawItem | Refusal]:
    if data is None:  # not made yet
        return
    if not isinstance(data, dict):
        yield Refusal(position, "not a story", one_line(data))
        return
    if data.get("dead") or data.get("deleted") or data.get("type") not in STORIES:
        return
    yield RawItem(
        position=position,
        external_id=data.get("id"),
        title=literal(data.get("title")),
        url=link(data.get("url")) or _discussion(data.get("id")),
        published_at=data.get("time"),
        category=data.get("type"),
        author=_site(data.get("url")) or data.get("by"),
        language="en",
        observations=[
            RawObservation(now, score=data.get("score"), comments=data.get("descendants"), rank=rank)
        ],
    )


def _from_hit(position: str, hit: dict[str, Any], seen: RawObservation) -> Iterator[RawItem | Refusal]:
    tags = hit.get("_tags")
    kind = next((tag for tag in STORIES if tag in tags), None) if isinstance(tags, list) else "story"
    if kind is None:
        return
    yield RawItem(
        position=position,
        external_id=hit.get("objectID"),
        title=literal(hit.get("title")),
        url=link(hit.get("url")) or _discussion(hit.get("objectID")),
        published_at=hit.get("created_at_i"),
        category=kind,
        author=_site(hit.get("url")) or hit.get("author"),
        language="en",
        observations=[seen],
    )


def _site(url: object) -> str | None:
    """Return the site that published a story: whoever submitted it here says less of what becomes of it."""
    host = urlsplit(link(url) or "").hostname
    return host.removeprefix("www.") if host else None


def _discussion(key: object) -> str:
    return f"https://news.ycombinator.com/item?id={key}"

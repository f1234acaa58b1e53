"""A recorded listing of Reddit as a source.

Its day is that of the newest post in it, unless the sources file says otherwise.
A listing that was cut off is read as far as it is whole.
"""

import html
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from content_pipeline.trends.sources.base import (
    RawItem,
    RawObservation,
    Refusal,
    SourceError,
    Tools,
    one_line,
)
from content_pipeline.trends.sources.config import SourceConfig, Text
from content_pipeline.trends.sources.files import read_bytes
from content_pipeline.trends.words.values import read_time

_CHILDREN = re.compile(r'"children"\s*:\s*\[')
_SEPARATOR = re.compile(r"[\s,]*")


class RedditListingSource(SourceConfig):
    """A recorded listing of Reddit: JSON, ``.gz``, or a ``member`` of a tar archive."""

    type: Literal["reddit_listing"]
    path: Path
    member: Text | None = None
    observed_at: datetime | None = None

    def adapter(self, tools: Tools) -> "RedditListingAdapter":  # noqa: ARG002
        """Return the adapter that reads this listing."""
        return RedditListingAdapter(self)


class RedditListingAdapter:
    """Reads one listing."""

    def __init__(self, config: RedditListingSource) -> None:
        self._config = config

    @cached_property
    def _children(self) -> tuple[list[Any], Refusal | None]:
        data = read_bytes(self._config.path, self._config.member)
        return _parse(data, self._config.member or self._config.path.name)

    def read(self, day: date) -> Iterator[RawItem | Refusal]:
        """Yield the listing's posts, if it is of ``day``; pinned ones are left out.

        Raises:
            SourceError: the file is not a listing.
        """
        children, cut = self._children
        seen_at = self._seen_at()
        if seen_at is None or seen_at.date() != day:
            return
        yield from posts(children, seen_at)
        if cut:
            yield cut

    def _seen_at(self) -> datetime | None:
        if self._config.observed_at is not None:
            return read_time(self._config.observed_at)
        created = [
            _created(child["data"])
            for child in self._children[0]
            if isinstance(child, dict) and "data" in child
        ]
        return max((moment for moment in created if moment), default=None)


def posts(
    children: list[Any], seen_at: datetime, *, place: str = "children", escaped: bool = True
) -> Iterator[RawItem | Refusal]:
    """Yield the posts of a listing's ``children``, ranked as they stand; pinned ones are left out, their ranks stay empty.

    Args:
        children: ``data.children`` of a listing, as Reddit's JSON has it; fields may be missing, as in old bodies.
        seen_at: when the listing was seen.
        place: what positions are named after.
        escaped: texts hold ``&lt;``, ``&gt;`` and ``&amp;``: Reddit writes them so without ``raw_json=1``.
    """
    for index, child in enumerate(children):
        data = child.get("data") if isinstance(child, dict) else None
        position = f"{place}[{index}]"
        if not isinstance(data, dict) or child.get("kind") != "t3":
            yield Refusal(position, "not a post", one_line(child))
        elif not data.get("stickied"):
            yield _post(position, index + 1, data, seen_at, escaped)


def _post(position: str, rank: int, data: dict[str, Any], seen_at: datetime, escaped: bool) -> RawItem:
    title, link, flair = data.get("title"), data.get("permalink"), data.get("link_flair_text")
    seen = RawObservation(
        observed_at=seen_at, score=data.get("score"), comments=data.get("num_comments"), rank=rank
    )
    return RawItem(
        position=position,
        external_id=data.get("name") or data.get("id"),
        title=html.unescape(title) if escaped and isinstance(title, str) else title,
        url=f"https://www.reddit.com{link}" if isinstance(link, str) else None,
        published_at=_created(data),
        category=data.get("subreddit"),
        author=None if data.get("author") == "[deleted]" else data.get("author"),
        tags=[flair] if flair else [],
        nsfw=bool(data.get("over_18")),
        observations=[seen],
    )


def _created(data: Any) -> datetime | None:
    value = data.get("created_utc") if isinstance(data, dict) else None
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _parse(data: bytes, name: str) -> tuple[list[Any], Refusal | None]:
    text = data.decode("utf-8-sig", errors="replace")
    try:
        listing = json.loads(text)
    except RecursionError:
        raise SourceError(f"{name} is nested too deep") from None
    except ValueError as error:
        return _salvage(text, name, error)
    inner = listing.get("data") if isinstance(listing, dict) else None
    children = inner.get("children") if isinstance(inner, dict) else None
    if not isinstance(children, list):
        raise SourceError(f"{name} is JSON but not a Reddit listing: it has no data.children")
    return children, None


def _salvage(text: str, name: str, error: ValueError) -> tuple[list[Any], Refusal]:
    start = _CHILDREN.search(text) if text.lstrip().startswith("{") else None
    if start is None:
        raise SourceError(f"{name} is not JSON: {one_line(error)}") from error
    children: list[Any] = []
    decoder, at = json.JSONDecoder(), start.end()
    while True:
        separator = _SEPARATOR.match(text, at)
        at = separator.end() if separator else at
        try:
            child, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            break
        children.append(child)
    if not children:
        raise SourceError(f"{name} is cut off before its first post ends")
    reason = f"the listing is cut off at character {len(text)}; {len(children)} posts before it are whole"
    return children, Refusal(f"children[{len(children)}]", reason, one_line(text[at : at + 400]))

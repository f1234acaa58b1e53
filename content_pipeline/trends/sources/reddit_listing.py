"""A recorded listing of Reddit as a source.

Its day is that of the newest post in it, unless the sources file says otherwise.
A listing that was cut off is read as far as it is whole.
"""

import hashlib
import html
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

from content_pipeline.trends.sources.base import RawItem, RawObservation, Refusal, SourceError, one_line
from content_pipeline.trends.sources.config import RedditListingSource
from content_pipeline.trends.sources.files import read_bytes
from content_pipeline.trends.values import read_time

_CHILDREN = re.compile(r'"children"\s*:\s*\[')
_SEPARATOR = re.compile(r"[\s,]*")


class RedditListingAdapter:
    """Reads one listing."""

    def __init__(self, config: RedditListingSource) -> None:
        self._config = config

    @cached_property
    def _bytes(self) -> bytes:
        return read_bytes(self._config.path, self._config.member)

    @cached_property
    def _children(self) -> tuple[list[Any], Refusal | None]:
        return _parse(self._bytes, self._config.member or self._config.path.name)

    def read(self, day: date) -> Iterator[RawItem | Refusal]:
        """Yield the listing's posts, if it is of ``day``; pinned ones are left out.

        Raises:
            SourceError: the file is not a listing.
        """
        children, cut = self._children
        seen_at = self._seen_at()
        if seen_at is None or seen_at.date() != day:
            return
        for index, child in enumerate(children):
            data = child.get("data") if isinstance(child, dict) else None
            position = f"children[{index}]"
            if not isinstance(data, dict) or child.get("kind") != "t3":
                yield Refusal(position, "not a post", one_line(child))
            elif not data.get("stickied"):
                yield _item(position, index + 1, data, seen_at)
        if cut:
            yield cut

    def fingerprint(self, day: date) -> str | None:
        """Return the hash of the file if it is of ``day``.

        Raises:
            SourceError: the file is not a listing.
        """
        seen_at = self._seen_at()
        return hashlib.sha256(self._bytes).hexdigest() if seen_at and seen_at.date() == day else None

    def _seen_at(self) -> datetime | None:
        if self._config.observed_at is not None:
            return read_time(self._config.observed_at)
        created = [
            _created(child["data"])
            for child in self._children[0]
            if isinstance(child, dict) and "data" in child
        ]
        return max((moment for moment in created if moment), default=None)


def _item(position: str, rank: int, data: dict[str, Any], seen_at: datetime) -> RawItem:
    title, link = data.get("title"), data.get("permalink")
    seen = RawObservation(
        observed_at=seen_at, score=data.get("score"), comments=data.get("num_comments"), rank=rank
    )
    return RawItem(
        position=position,
        external_id=data.get("name") or data.get("id"),
        # Without raw_json=1, Reddit escapes <, > and & in texts.
        title=html.unescape(title) if isinstance(title, str) else title,
        url=f"https://www.reddit.com{link}" if isinstance(link, str) else None,
        published_at=_created(data),
        category=data.get("subreddit"),
        tags=[data["link_flair_text"]] if data.get("link_flair_text") else [],
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

"""Public posts under hashtags, over Instagram's Hashtag Search.

An account may ask for 30 different hashtags in 7 rolling days; the budget is shared by all sources of the account.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from content_pipeline.trends.sources.base import RawItem, RawObservation, Refusal, Tools
from content_pipeline.trends.sources.instagram import (
    PAGE_SIZE,
    Graph,
    InstagramSource,
    headline,
    without_people,
)
from content_pipeline.trends.sources.parts import PartError, read_parts

BUDGET_LIMIT, BUDGET_DAYS = 30, 7
"""Different hashtags that an account may ask for, in a rolling window (Meta, "Hashtag Search", Limitations)."""

FIELDS = {
    "top_media": "id,caption,like_count,comments_count,permalink",
    # ``timestamp`` is documented for recent media only.
    "recent_media": "id,caption,like_count,comments_count,permalink,timestamp",
}
_TAG = re.compile(r"#(\w+)")
_ids: dict[tuple[str, str], str] = {}
"""Ids of hashtags by API and name, for the whole process: they are the same for every app and never change (Meta)."""


def _bare_tag(value: object) -> object:
    return value.strip().removeprefix("#").lower() if isinstance(value, str) else value


# Emoji are not supported in hashtag queries.
Hashtag = Annotated[str, BeforeValidator(_bare_tag), StringConstraints(pattern=r"^\w{1,100}$")]


class InstagramHashtagsSource(InstagramSource):
    """Posts under ``hashtags``: of ``media``, the most popular ones (``top``), those of the last 24 hours (``recent``), or both."""

    type: Literal["instagram_hashtags"]
    hashtags: tuple[Hashtag, ...] = Field(min_length=1, max_length=BUDGET_LIMIT)
    media: tuple[Literal["top", "recent"], ...] = Field(default=("top",), min_length=1, max_length=2)
    every_minutes: int = Field(default=15, ge=1, le=1440)

    @property
    def budget(self) -> str:
        """Return the name of the account's budget of hashtags."""
        return f"instagram_hashtags:{self.ig_user_id}"

    def budgets(self) -> dict[str, tuple[int, int]]:
        """Return the account's 30 hashtags in 7 days."""
        return {self.budget: (BUDGET_LIMIT, BUDGET_DAYS)}

    def adapter(self, tools: Tools) -> "InstagramHashtagsAdapter":
        """Return the adapter that asks for these hashtags.

        Raises:
            MissingSecret: the token is not in the environment.
        """
        return InstagramHashtagsAdapter(self, tools)


class InstagramHashtagsAdapter:
    """Asks for hashtags one after another. Meta never says who posted, and names in captions are left out."""

    def __init__(self, config: InstagramHashtagsSource, tools: Tools) -> None:
        self._config = config
        self._tools = tools
        self._graph = Graph(config, tools)

    def read(self, day: date) -> Iterator[RawItem | Refusal]:
        """Yield the posts under the hashtags now, if ``day`` is today; a hashtag beyond the budget is refused.

        Raises:
            SourceError: no hashtag can be read.
            RateLimited: a limit of calls is reached.
        """
        if day == self._tools.now().date():
            yield from read_parts((f"#{tag}" for tag in dict.fromkeys(self._config.hashtags)), self._posts)

    def _posts(self, part: str) -> Iterator[RawItem | Refusal]:
        tag = part.removeprefix("#")
        # Taken before the call: one that fails halfway may have been counted by Meta.
        if not self._tools.budget.spend(self._config.budget, tag, limit=BUDGET_LIMIT, days=BUDGET_DAYS):
            reason = f"not asked for: the account's {BUDGET_LIMIT} hashtags of {BUDGET_DAYS} days are taken"
            yield Refusal(part, reason, "")
            return
        hashtag_id = self._id(tag)
        for kind in self._config.media:
            edge = f"{kind}_media"
            params = {"user_id": self._config.ig_user_id, "fields": FIELDS[edge], "limit": PAGE_SIZE}
            for rank, row in enumerate(self._graph.rows(f"{hashtag_id}/{edge}", params), start=1):
                if isinstance(row, Refusal):
                    yield row
                else:
                    # Recent posts stand in no order.
                    yield self._item(row[0], tag, row[1], rank if kind == "top" else None)

    def _id(self, tag: str) -> str:
        key = (self._config.base_url, tag)
        if key not in _ids:
            params = {"user_id": self._config.ig_user_id, "q": tag}
            rows = [
                row for row in self._graph.rows("ig_hashtag_search", params) if not isinstance(row, Refusal)
            ]
            found = rows[0][1].get("id") if rows else None
            if not isinstance(found, str) or not found.isdigit():
                raise PartError(f"Instagram answers the search for #{tag} without an id")
            _ids[key] = found
        return _ids[key]

    def _item(self, position: str, tag: str, row: Mapping[str, Any], rank: int | None) -> RawItem:
        caption = without_people(row.get("caption"))
        seen = RawObservation(
            observed_at=self._tools.now(),
            likes=row.get("like_count"),
            comments=row.get("comments_count"),
            rank=rank,
        )
        return RawItem(
            position=position,
            external_id=row.get("id"),
            title=headline(caption),
            url=row.get("permalink"),
            published_at=row.get("timestamp"),
            category=f"#{tag}",
            tags=[tag, *(found.lower() for found in _TAG.findall(caption))],
            caption=caption,
            observations=[seen],
        )

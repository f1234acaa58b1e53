"""What people write under the account's own posts: the questions they ask are ideas for the next ones.

Only texts are asked for, never who wrote them.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Literal

from pydantic import Field

from content_pipeline.trends.sources.base import RawItem, RawObservation, Refusal, Tools
from content_pipeline.trends.sources.instagram import (
    PAGE_SIZE,
    Graph,
    InstagramSource,
    headline,
    without_people,
)
from content_pipeline.trends.sources.parts import read_parts
from content_pipeline.trends.words.values import read_time

MEDIA_FIELDS = "id,permalink,comments_count"
COMMENT_FIELDS = "id,text,timestamp,like_count,hidden"
_QUESTION = re.compile(r"[?？؟՞⁇⁈⁉]")


class InstagramCommentsSource(InstagramSource):
    """Comments of the last ``days`` under the account's newest ``posts``: the questions among them, or all."""

    type: Literal["instagram_comments"]
    posts: int = Field(default=10, ge=1, le=PAGE_SIZE)
    days: int = Field(default=7, ge=1, le=90)
    only_questions: bool = True
    every_minutes: int = Field(default=15, ge=1, le=1440)

    def adapter(self, tools: Tools) -> "InstagramCommentsAdapter":
        """Return the adapter that reads these comments.

        Raises:
            MissingSecret: the token is not in the environment.
        """
        return InstagramCommentsAdapter(self, tools)


class InstagramCommentsAdapter:
    """Reads the newest posts and the newest comments under each (one page of 50); a comment is one item."""

    def __init__(self, config: InstagramCommentsSource, tools: Tools) -> None:
        self._config = config
        self._tools = tools
        self._graph = Graph(config, tools)

    def read(self, day: date) -> Iterator[RawItem | Refusal]:
        """Yield the comments that stand there now, if ``day`` is today; hidden ones are left out.

        Raises:
            SourceError: the posts, or the comments of all of them, cannot be read.
            RateLimited: a limit of calls is reached.
        """
        if day != self._tools.now().date():
            return
        params = {"fields": MEDIA_FIELDS, "limit": self._config.posts}
        permalinks: dict[str, Any] = {}
        for row in self._graph.rows(f"{self._config.ig_user_id}/media", params):
            if isinstance(row, Refusal):
                yield row
            elif not str(row[1].get("id")).isdigit():
                yield Refusal(row[0], "a post without an id", "")
            elif row[1].get("comments_count") != 0:
                permalinks[str(row[1]["id"])] = row[1].get("permalink")
        yield from read_parts(permalinks, lambda media_id: self._comments(media_id, permalinks[media_id]))

    def _comments(self, media_id: str, permalink: Any) -> Iterator[RawItem | Refusal]:
        for row in self._graph.rows(f"{media_id}/comments", {"fields": COMMENT_FIELDS, "limit": PAGE_SIZE}):
            if isinstance(row, Refusal):
                yield row
            elif self._wanted(row[1]):
                yield self._item(row[0], row[1], permalink)

    def _wanted(self, row: Mapping[str, Any]) -> bool:
        if row.get("hidden") is True:
            return False
        try:
            written = read_time(row.get("timestamp"))
        except ValueError:
            written = None
        if written is not None and written < self._tools.now() - timedelta(days=self._config.days):
            return False
        return not self._config.only_questions or bool(_QUESTION.search(without_people(row.get("text"))))

    def _item(self, position: str, row: Mapping[str, Any], permalink: Any) -> RawItem:
        text = " ".join(without_people(row.get("text")).split())
        return RawItem(
            position=position,
            external_id=row.get("id"),
            title=headline(text),
            url=permalink,
            published_at=row.get("timestamp"),
            category="comment",
            caption=text,
            observations=[RawObservation(observed_at=self._tools.now(), likes=row.get("like_count"))],
        )

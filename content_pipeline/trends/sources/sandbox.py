"""The sandbox's invented world as a source: its trends of a day, over HTTP."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Literal

from content_pipeline.trends.sources.base import (
    RawItem,
    RawObservation,
    Refusal,
    SourceError,
    Tools,
    one_line,
)
from content_pipeline.trends.sources.config import SourceConfig
from content_pipeline.trends.sources.web import Web

_NUMBERS = ("observed_at", "views", "likes", "comments", "rank")


class SandboxSource(SourceConfig):
    """The sandbox's invented world."""

    type: Literal["sandbox"]

    def adapter(self, tools: Tools) -> "SandboxAdapter":
        """Return the adapter that asks the sandbox."""
        return SandboxAdapter(tools)


class SandboxAdapter:
    """Asks a sandbox for its trends."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    def read(self, day: date) -> Iterator[RawItem | Refusal]:
        """Yield the items that the sandbox shows for ``day`` at its present time.

        Raises:
            SourceError: there is no sandbox, or its answer is none.
        """
        for index, entry in enumerate(self._items(day)):
            position = f"items[{index}]"
            yield (
                _item(position, entry)
                if isinstance(entry, dict)
                else Refusal(position, "not an object", one_line(entry))
            )

    def _items(self, day: date) -> list[Any]:
        if self._tools.sandbox_url is None:
            raise SourceError(
                "there is no sandbox in live mode", "name real sources in the sources file (docs/setup.md)"
            )
        url = f"{self._tools.sandbox_url.rstrip('/')}/sandbox/trends"
        answer = Web(self._tools).json(url, {"day": day.isoformat()})
        items = answer.get("items") if isinstance(answer, dict) else None
        if not isinstance(items, list):
            raise SourceError(f"{url} answers without a list of items")
        return items


def _item(position: str, entry: dict[str, Any]) -> RawItem:
    seen = entry.get("observations")
    return RawItem(
        position=position,
        external_id=entry.get("external_id"),
        title=entry.get("title"),
        url=entry.get("url"),
        published_at=entry.get("published_at"),
        category=entry.get("category"),
        tags=entry.get("tags"),
        author=entry.get("author"),
        observations=[
            RawObservation(**{name: one.get(name) for name in _NUMBERS})
            for one in (seen if isinstance(seen, list) else [])
            if isinstance(one, dict)
        ],
    )

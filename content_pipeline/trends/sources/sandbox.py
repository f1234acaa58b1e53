"""The sandbox's invented world as a source: its trends of a day, over HTTP."""

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from content_pipeline.trends.sources.base import RawItem, RawObservation, Refusal, SourceError, one_line
from content_pipeline.trends.sources.files import fetch

_NUMBERS = ("observed_at", "views", "likes", "comments", "rank")


class SandboxAdapter:
    """Asks a sandbox for its trends."""

    def __init__(self, url: str | None) -> None:
        self._url = url

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

    def fingerprint(self, day: date) -> str | None:
        """Return a hash of what the sandbox shows for ``day``, or None where it shows nothing.

        Raises:
            SourceError: there is no sandbox, or its answer is none.
        """
        items = self._items(day)
        return hashlib.sha256(json.dumps(items, sort_keys=True).encode()).hexdigest() if items else None

    def _items(self, day: date) -> list[Any]:
        if self._url is None:
            raise SourceError("there is no sandbox in live mode: name real sources in the sources file")
        url = f"{self._url.rstrip('/')}/sandbox/trends"
        body = fetch(url, {"day": day.isoformat()})
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise SourceError(f"{url} answers with something that is not JSON: {one_line(error)}") from error
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
        observations=[
            RawObservation(**{name: one.get(name) for name in _NUMBERS})
            for one in (seen if isinstance(seen, list) else [])
            if isinstance(one, dict)
        ],
    )

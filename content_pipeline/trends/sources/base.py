"""What every trend source has in common: the raw item it yields, the row it refuses, the error it raises.

Adapters hand over values as they found them; ``normalize`` makes signals of them. Keep file formats out of
this module.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

EXCERPT_LENGTH = 200


class SourceError(Exception):
    """A source as a whole cannot be read; the message is one line for the operator."""


@dataclass(frozen=True)
class RawObservation:
    """One sighting with its numbers as found: numbers, texts such as ``12K``, or nothing."""

    observed_at: Any = None
    views: Any = None
    likes: Any = None
    comments: Any = None
    score: Any = None
    rank: Any = None


@dataclass(frozen=True)
class RawItem:
    """An item as a source shows it. ``position`` says where it stood, for a dead letter about it."""

    position: str
    external_id: Any
    title: Any
    url: Any = None
    published_at: Any = None
    category: Any = None
    tags: Any = None
    nsfw: bool = False
    observations: list[RawObservation] = field(default_factory=list)


@dataclass(frozen=True)
class Refusal:
    """A part of a source that could not be read: where it stood, why, and how it begins."""

    position: str
    reason: str
    excerpt: str


class SourceAdapter(Protocol):
    """Reads one source, a day at a time."""

    def read(self, day: date) -> Iterator[RawItem | Refusal]:
        """Yield what the source showed on ``day`` (UTC).

        Raises:
            SourceError: the source cannot be read at all.
        """
        ...

    def fingerprint(self, day: date) -> str | None:
        """Return a text that changes when the source shows something new for ``day``; None for nothing.

        Raises:
            SourceError: the source cannot be reached.
        """
        ...


def one_line(error: object, limit: int = EXCERPT_LENGTH) -> str:
    """Return a message folded to one line of at most ``limit`` characters, fit to be stored as UTF-8."""
    return " ".join(str(error).encode("utf-8", "replace").decode().split())[:limit]

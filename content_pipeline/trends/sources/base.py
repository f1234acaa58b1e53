"""What every trend source has in common: the raw item it yields, the row it refuses, the errors it raises, the tools it is given.

Adapters hand over values as they found them; ``normalize`` makes signals of them. Keep file formats and
addresses out of this module.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib.metadata import version
from typing import Any, Protocol

from pydantic import SecretStr

EXCERPT_LENGTH = 200


class SourceError(Exception):
    """A source as a whole cannot be read; the message is one line for the operator and holds no secret.

    Args:
        message: what failed.
        advice: what a person can do about it, if that is known.
    """

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice


class MissingSecret(SourceError):  # noqa: N818
    """The source is off, because a secret that it needs is not in the environment."""


class RateLimited(SourceError):  # noqa: N818
    """The source asks to be left alone until ``until``, which is too long to wait for now."""

    def __init__(self, message: str, until: datetime) -> None:
        super().__init__(message, f"nothing: it is asked again after {until:%Y-%m-%d %H:%M} UTC")
        self.until = until


class Unchanged(Exception):  # noqa: N818
    """The source said that it shows nothing new since the last reading (HTTP 304)."""


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
    """An item as a source shows it. ``position`` says where it stood, for a dead letter about it.

    ``author`` is whoever published it (a channel, a site), ``language`` what the source says of it, ``caption`` its text
    where a title is only how that begins, ``duration_s`` its length in seconds, ``audio`` the sound it uses.
    """

    position: str
    external_id: Any
    title: Any
    url: Any = None
    published_at: Any = None
    category: Any = None
    tags: Any = None
    author: Any = None
    language: Any = None
    caption: Any = None
    duration_s: Any = None
    audio: Any = None
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
        """Yield what the source shows for ``day`` (UTC).

        A live source shows the present and yields nothing for another day than the clock's, unless it keeps a history.

        Raises:
            SourceError: the source cannot be read at all.
            Unchanged: nothing changed since the pages that the tools' memory knows.
        """
        ...


@dataclass
class PageMemory:
    """Validators (ETag, Last-Modified) of a source's pages: those known before a reading, and those it met.

    What was met becomes known only when ``kept`` is stored, after the items were: a crash in between asks again.
    """

    known: dict[str, dict[str, str]] = field(default_factory=dict)
    met: dict[str, dict[str, str]] = field(default_factory=dict)

    def load(self, known: Mapping[str, Mapping[str, str]]) -> None:
        """Begin a reading with these validators, by address."""
        self.known = {url: dict(headers) for url, headers in known.items()}
        self.met = {}

    def kept(self) -> dict[str, dict[str, str]]:
        """Return the validators to begin the next reading with."""
        return self.known | self.met


class Budget(Protocol):
    """A limit on different things that may be asked for in a window of time; asking for one again is free."""

    def spend(self, budget: str, unit: str, *, limit: int, days: int) -> bool:
        """Take one unit of ``budget``; False where ``limit`` others were taken in the last ``days`` days."""
        ...

    def spent(self, budget: str, *, days: int) -> list[str]:
        """Return the units taken in the last ``days`` days, the latest first."""
        ...


class NoBudget:
    """Lets nothing be spent: for readers that were given no operations database."""

    def spend(self, budget: str, unit: str, *, limit: int, days: int) -> bool:  # noqa: ARG002
        """Refuse."""
        return False

    def spent(self, budget: str, *, days: int) -> list[str]:  # noqa: ARG002
        """Return nothing."""
        return []


@dataclass(frozen=True)
class Tools:
    """What an adapter is given: the time, secrets, its pages' validators, budgets, the sandbox's address.

    ``contact`` is a mail address or a page of whoever runs the reader.
    """

    now: Callable[[], datetime]
    sandbox_url: str | None = None
    memory: PageMemory = field(default_factory=PageMemory)
    budget: Budget = field(default_factory=NoBudget)
    contact: str | None = None
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)

    @property
    def user_agent(self) -> str:
        """Return how the reader introduces itself; Wikimedia and Reddit ask for a way to reach whoever runs it."""
        contact = " ".join((self.contact or "trend reader").split())
        # A header carries ASCII only.
        return (
            f"content-pipeline/{version('content-pipeline')} ({contact.encode('ascii', 'replace').decode()})"
        )

    def secret(self, variable: str) -> SecretStr:
        """Return a secret from the environment, without the spaces and line breaks around it.

        Raises:
            MissingSecret: the variable is not set.
        """
        value = self.environ.get(variable, "").strip()
        if not value:
            raise MissingSecret(
                f"off: {variable} is not set", f"put the secret into the environment as {variable}"
            )
        return SecretStr(value)


def one_line(error: object, limit: int = EXCERPT_LENGTH) -> str:
    """Return a message folded to one line of at most ``limit`` characters, fit to be stored as UTF-8."""
    return " ".join(str(error).encode("utf-8", "replace").decode().split())[:limit]

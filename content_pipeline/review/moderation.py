"""What a moderation service said of a day's scripts. Asking it is ``moderator``'s part, judging what it said the rule's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Moderation:
    """The categories that are flagged, with their scores in [0, 1], by content hash; ``problem`` where the service did not answer.

    A script that is in neither was not asked about.
    """

    flagged: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    problem: str | None = None


class Moderator(Protocol):
    """A moderation service."""

    def judge(self, texts: Mapping[str, str]) -> Moderation:
        """Return what is flagged in texts, by their keys (content hashes); it never raises for a service that fails."""
        ...

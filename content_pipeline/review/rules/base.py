"""What a rule family is, and what rules look at."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from content_pipeline.accounts import Account
from content_pipeline.review.records import Finding
from content_pipeline.review.spellings import readings
from content_pipeline.scripts.records import Script

EXCERPT = 80


@dataclass(frozen=True)
class Context:
    """What a rule may know beside the script: earlier captions of the account, and the other scripts of the day."""

    recent_captions: Sequence[str] = ()
    others: Sequence[Script] = ()


@dataclass(frozen=True)
class Material:
    """A script as rules see it: with its account, its context, and the text that reaches the public."""

    script: Script
    account: Account
    context: Context = field(default_factory=Context)

    @cached_property
    def text(self) -> str:
        """Return everything that a viewer sees, hears or reads, one part a line."""
        script = self.script
        parts = [part for s in script.segments for part in (s.on_screen_text, s.voice_text)]
        return "\n".join(
            [*parts, script.cover_text, script.caption_long, " ".join(script.hashtags), script.alt_text]
        )

    @cached_property
    def readings(self) -> Sequence[str]:
        """Return the text in lower case, and as it reads once its disguises are undone, where that is another."""
        return readings(self.text)


Rule = Callable[[Material], Iterable[Finding]]
"""A family of rules: yields what is wrong with a script; nothing if nothing is."""


def excerpt(text: str, start: int = 0) -> str:
    """Return some characters around a place in a text, on one line."""
    return " ".join(text[max(0, start - 20) : start + EXCERPT].split())

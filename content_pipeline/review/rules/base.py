"""What a rule family is, and the text of a script that rules look at."""

from collections.abc import Callable, Iterable, Sequence

from content_pipeline.accounts import Account
from content_pipeline.review.records import Finding
from content_pipeline.scripts.records import Script
from content_pipeline.storage.records import Part

EXCERPT = 80


class Context(Part):
    """What a rule may know beside the script: earlier captions of the account, and the other scripts of the day."""

    recent_captions: list[str]
    others: list[Script]


Rule = Callable[[Script, Account, Context], Iterable[Finding]]
"""A family of rules: yields what is wrong with a script; nothing if nothing is."""


def visible_text(script: Script) -> str:
    """Return everything that a viewer sees, hears or reads, one part a line."""
    parts = [part for s in script.segments for part in (s.on_screen_text, s.voice_text)]
    return "\n".join(
        [*parts, script.cover_text, script.caption_long, " ".join(script.hashtags), script.alt_text]
    )


def excerpt(text: str, start: int = 0) -> str:
    """Return some characters around a place in a text, on one line."""
    return " ".join(text[max(0, start - 20) : start + EXCERPT].split())


def texts(script: Script) -> Sequence[str]:
    """Return the caption and each on-screen text, for rules that judge them one by one."""
    return [script.caption, script.cover_text, *(s.on_screen_text for s in script.segments)]

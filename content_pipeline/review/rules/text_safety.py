"""Text that came from outside: links, control characters, instructions to a model. And engagement bait."""

import re
import unicodedata
from collections.abc import Iterator

from content_pipeline.review.records import Finding
from content_pipeline.review.rules.base import Material, excerpt
from content_pipeline.trends.words.orders import gives_instructions

LINK = re.compile(
    r"https?://|www\.|\b[\w-]+\.(?:com|net|org|io|ly|me|co|info|ru|xyz|example)\b(?!\w)", re.IGNORECASE
)
BAIT = re.compile(
    r"\b(like|tag|share) (this )?(if|or) you|\btag \d+ friends\b|\bfollow for follow\b|\b(f4f|l4l)\b|\blike4like\b|\bdouble tap if\b",
    re.IGNORECASE,
)


def check_text_safety(material: Material) -> Iterator[Finding]:
    """Find links, invisible control characters, injected instructions (blocked) and engagement bait (a warning)."""
    text = material.text
    link = LINK.search(text.replace(material.account.handle, ""))
    if link:
        yield _finding(
            "link",
            "block",
            "a link stands in the text",
            "links go to the profile, never into a caption",
            text,
            link.start(),
        )
    hidden = next((i for i, c in enumerate(text) if _hidden(c)), None)
    if hidden is not None:
        yield _finding(
            "control", "block", "the text has invisible control characters", "remove them", text, hidden
        )
    injected = next((line for line in text.splitlines() if gives_instructions(line)), None)
    if injected is not None:
        message = "the text contains instructions to a language model"
        yield _finding("injection", "block", message, "drop the trend: its title is an attack", injected, 0)
    bait = BAIT.search(text)
    if bait:
        yield _finding(
            "bait",
            "warning",
            "the text begs for engagement",
            "ask for something useful instead",
            text,
            bait.start(),
        )


def _hidden(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf") and character not in "\n\t\u200d\u200c"


def _finding(name: str, severity: str, message: str, remedy: str, text: str, at: int) -> Finding:
    return Finding(
        rule_id=f"text.{name}",
        severity=severity,
        message=message,
        remedy=remedy,
        excerpt=excerpt(text, at),
    )

"""What must not come through from text of others: links, invisible control characters, instructions to a language model."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from content_pipeline.review.records import Finding
from content_pipeline.review.rules.base import Material, excerpt
from content_pipeline.review.spellings import in_plain_letters
from content_pipeline.trends.words.orders import gives_instructions

_ENDINGS = "com|net|org|io|ly|me|co|info|ru|xyz|example|app|dev|ai|gg|tv|shop|store|site|online|link|uk|de|biz|click|top|gl|be|in|us"
LINK = re.compile(
    rf"(?:https?|ftp|hxxps?)\s?:\s?/\s?/|\bwww\s?\.|(?<![@\w.])(?:[\w-]+\.)+(?:{_ENDINGS})(?=/\w)"
    r"|(?<![@\w.])(?:[\w-]+\.)+(?:com|net|org|io|ly|me|co|info|ru|xyz|example|app|dev|gg|shop|store|site|online|biz|click)\b(?![\w-])"
    r"|\b[\w-]+ ?(?:\[\.\]|\(\.\)|\[dot\]|\(dot\)| dot ) ?(?:com|net|org|io|ly|co)\b",
    re.IGNORECASE,
)
"""Addresses with their scheme, of the usual endings, and those written so that a filter misses them ("evil [.] com")."""
_JOINERS = "\u200d\u200c"
"""Joiners: emoji and some scripts (Persian, Hindi) are written with them."""


def check_untrusted(material: Material) -> Iterator[Finding]:
    """Find links, invisible control characters and injected instructions; all are blocked."""
    text = material.text
    lines = dict.fromkeys(text.replace(material.account.handle, "").splitlines())
    linked = next((line for line in lines if _has_link(line)), None)
    if linked is not None:
        remedy = "links go to the profile, never into a caption"
        yield _finding("link", "a link stands in the text", remedy, excerpt(linked))
    # Most texts are printable, which is quickly told.
    suspect = not text.replace("\n", "").isprintable()
    hidden = next((i for i, c in enumerate(text) if _is_hidden(c)), None) if suspect else None
    if hidden is not None:
        message = "the text has invisible control characters"
        yield _finding("control", message, "remove them", excerpt(text, hidden))
    injected = next((line for line in lines if _is_order(line)), None)
    if injected is not None:
        message = "the text contains instructions to a language model"
        yield _finding("injection", message, "drop the trend: its title is an attack", excerpt(injected))


# Lines come again in the variants of a day.
@lru_cache(maxsize=8192)
def _has_link(line: str) -> bool:
    return any(LINK.search(form) for form in dict.fromkeys((line, in_plain_letters(line))))


@lru_cache(maxsize=8192)
def _is_order(line: str) -> bool:
    return gives_instructions(line)


def _is_hidden(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf") and character not in f"\n\t{_JOINERS}"


def _finding(name: str, message: str, remedy: str, where: str) -> Finding:
    return Finding(rule_id=f"text.{name}", severity="block", message=message, remedy=remedy, excerpt=where)

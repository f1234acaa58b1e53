"""Spam and scams: prizes, premium numbers, money for nothing (words as data), and texts that shout or repeat themselves."""

import re
from collections.abc import Iterator
from functools import lru_cache

from content_pipeline.review.records import Finding
from content_pipeline.review.rules.base import Material, excerpt
from content_pipeline.review.rules.lexicon import lexicon

SHOUTED_WORDS = 10
"""Words in a row, in capitals, from which a text shouts: a title of a few such words is a style of its platform."""
SAME_WORD = 5
"""Times that a word stands in a row, or a run of the same emoji is long, from which it is stuffing."""
_PHONE = re.compile(
    r"(?<![\w.,$£€/=-])(?:\+\d{1,3}[ -.]?(?:\(?\d{2,4}\)?[ -.]?){2,4}\d{2,4}|0\d{3,4}[ -]?\d{3}[ -]?\d{3,4}|0\d{9,10}"
    r"|\(\d{3}\) ?\d{3}-\d{4}|1?-?\d{3}-\d{3}-\d{4})(?![\d-])"
)
_SHOUTED = re.compile(rf"(?:\b[A-Z][A-Z'’]*\b[ ,'’&-]*){{{SHOUTED_WORDS},}}")
_DRAWN = re.compile(r"([a-zA-Z])\1{4,}|([!?])\2{3,}", re.ASCII)
_SIGNS = re.compile(
    r"((?:[\U0001f300-\U0001faff\u2600-\u27bf]\ufe0f?)(?:\u200d[\U0001f300-\U0001faff]\ufe0f?)*)\s*(?:\1\s*){4,}"
)
_EMOJI = re.compile(r"[\U0001f300-\U0001faff\u2600-\u27bf]")
_RUN = re.compile(r"\b(\w{2,})\b(?:\W+\1\b){4,}", re.IGNORECASE)
MANY_EMOJI = 10
"""Emoji of a line from which they are stuffing."""


def check_spam(material: Material) -> Iterator[Finding]:
    """Find scams, prizes, paid numbers and contact outside of the platform (blocked), and stuffing and shouting (warnings)."""
    yield from lexicon("spam").findings(material.readings)
    for line in dict.fromkeys(material.text.splitlines()):
        yield from _habits(line)


# Lines come again in the variants of a day.
@lru_cache(maxsize=8192)
def _habits(line: str) -> tuple[Finding, ...]:
    """Return what is wrong with how a line is written, whatever it says."""
    found = []
    if phone := _PHONE.search(line):
        found.append(
            (
                "phone",
                "block",
                "a telephone number stands in the text",
                "remove it; contact goes through the profile",
                phone,
            )
        )
    if shouted := _SHOUTED.search(line):
        found.append(
            ("shouting", "warning", "the text shouts in capitals", "write it in sentence case", shouted)
        )
    if repeated := _DRAWN.search(line) or _SIGNS.search(line) or _RUN.search(line):
        found.append(("repeated", "warning", "letters, signs or words are repeated", "say it once", repeated))
    elif len(_EMOJI.findall(line)) > MANY_EMOJI and (first := _EMOJI.search(line)):
        message = f"a line has more than {MANY_EMOJI} emoji"
        found.append(("repeated", "warning", message, "keep the one that says something", first))
    return tuple(
        Finding(
            rule_id=f"spam.{name}",
            severity=severity,
            message=message,
            remedy=remedy,
            excerpt=excerpt(line, match.start()),
        )
        for name, severity, message, remedy, match in found
    )

"""Rules that an account sets for its brand: topics, words and competitors that it does not speak of, and how loud it may be.

What brands in general stay away from, and what nobody may say, are other families'. Whether a text is well written is a person's call.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from content_pipeline.accounts import Tone
from content_pipeline.review.records import Finding
from content_pipeline.review.rules.base import Material, excerpt
from content_pipeline.review.rules.patterns import patterns
from content_pipeline.trends.words.phrases import mentioned
from content_pipeline.trends.words.text import words

EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff\u2600-\u2604\u260e\u2614\u2615\u2639-\u263b\u2660-\u2668\u2693-\u26fd"
    "\u2702\u2705-\u270d\u2728\u274c\u274e\u2753-\u2757\u2763\u2764\u2795-\u2797\u2b50\u2b55\u231a\u231b\u23e9-\u23f3]"
)
"""Characters that are drawn as pictures (Unicode, emoji-data), without the check boxes, ticks and arrows of plain lists."""
SHOUTED = re.compile(r"\b[A-ZÀ-ÖØ-Þ]{5,}\b|\b[A-ZÀ-ÖØ-Þ]{2,}(?: [A-ZÀ-ÖØ-Þ]{2,}){2,}\b")
"""A word of five capitals and more, or three words of capitals in a row: shorter ones are acronyms."""


class Loudness(NamedTuple):
    """What a tone may use in a whole script."""

    exclamation_marks: int
    emoji: int
    shouted_words: int
    hype: bool


TONES: dict[Tone, Loudness] = {
    "plain": Loudness(exclamation_marks=0, emoji=3, shouted_words=1, hype=False),
    "warm": Loudness(exclamation_marks=3, emoji=8, shouted_words=1, hype=False),
    "bold": Loudness(exclamation_marks=8, emoji=12, shouted_words=4, hype=True),
}


def check_brand(material: Material) -> Iterator[Finding]:
    """Find what the account does not speak of (blocked) and what is louder than its personas (a warning that asks the brand)."""
    yield from _banned(material)
    yield from _loud(material)


def _banned(material: Material) -> Iterator[Finding]:
    text, account = material.readings[0], material.account
    everything = [*account.banned_topics, *account.banned_words, *account.competitors]
    if not any(mentioned(everything, form) for form in material.readings):
        return
    kinds = (
        (
            "banned_topic",
            account.banned_topics,
            "does not speak about",
            "choose another trend",
            "banned_topics",
        ),
        (
            "banned_word",
            account.banned_words,
            "does not use the word",
            "say it in another way",
            "banned_words",
        ),
        (
            "competitor",
            account.competitors,
            "does not name its competitor",
            "leave the name out",
            "competitors",
        ),
    )
    for name, phrases, what, remedy, field in kinds:
        phrase = next(filter(None, (mentioned(phrases, form) for form in material.readings)), None)
        if phrase is not None:
            yield Finding(
                rule_id=f"brand.{name}",
                severity="block",
                message=f"the account {what} {phrase!r}",
                remedy=f"{remedy}, or take it off {field} in the account's file",
                excerpt=excerpt(text, max(0, text.find(words(phrase)[0]))),
            )


def _loud(material: Material) -> Iterator[Finding]:
    """Judge by the loudest of the account's personas, because a script does not say which of them speaks."""
    tone = max((persona.tone for persona in material.account.voices), key=list(TONES).index)
    may, own = TONES[tone], _once(material)
    marks, pictures, shouted = own.count("!") + own.count("！"), EMOJI.findall(own), SHOUTED.findall(own)
    hype = None if may.hype else patterns("brand", "hype").search(own.casefold().replace("’", "'"))
    remedy = f"the account's tone is {tone}: "
    if marks > may.exclamation_marks:
        yield _finding(
            "exclamations",
            f"the text has {marks} exclamation marks",
            f"{remedy}use {may.exclamation_marks or 'none'}",
            excerpt(own, own.find("!")),
        )
    if len(pictures) > may.emoji:
        yield _finding(
            "emoji",
            f"the text has {len(pictures)} emoji",
            f"{remedy}use {may.emoji} at most",
            "".join(pictures[:20]),
        )
    if len(shouted) > may.shouted_words:
        yield _finding(
            "shouting",
            f"the text shouts in capitals ({len(shouted)} times)",
            f"{remedy}write words in small letters",
            ", ".join(shouted[:5]),
        )
    if hype:
        yield _finding(
            "hype",
            f"the text uses the hype word {hype[0]!r}",
            f"{remedy}say what is special about it instead",
            excerpt(own, hype.start()),
        )


def _once(material: Material) -> str:
    """Return the account's own words, each line once: the same line on screen, in the voice and in the caption is not louder."""
    lines = (line.strip() for line in material.own_text.splitlines())
    seen: dict[str, None] = {}
    for line in sorted(filter(None, lines), key=len, reverse=True):
        if not any(line in longer for longer in seen):
            seen[line] = None
    return "\n".join(seen)


def _finding(name: str, message: str, remedy: str, place: str) -> Finding:
    return Finding(
        rule_id=f"brand.{name}",
        severity="warning",
        message=message,
        remedy=remedy,
        excerpt=place,
        asks=["brand"],
    )

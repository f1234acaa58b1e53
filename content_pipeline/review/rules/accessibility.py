"""Accessibility: whether people who listen to a screen reader, or read slowly, get what the others get.

The contrast of what is drawn is judged on the finished file (``renders``), which knows the colours; nothing of that is here.
"""

import re
from collections.abc import Iterator

from rapidfuzz.fuzz import ratio

from content_pipeline.review.records import Finding, Severity
from content_pipeline.review.rules.base import Material, excerpt
from content_pipeline.review.rules.brand import EMOJI
from content_pipeline.scripts.pacing import CHARACTERS_PER_SECOND

FASTEST = 1.05 * CHARACTERS_PER_SECOND
"""The planned reading speed, with what rounding to whole frames may add to it."""
UNREADABLE = 1.5 * CHARACTERS_PER_SECOND
"""From here on most viewers miss the text: research finds comprehension to fall above 20 characters a second (Szarkowska and
Gerber-Morón, 2018)."""
ALT_TEXT_WORDS = 4
"""An alt text of fewer words names a thing and describes nothing."""
SAME = 90
EMOJI_IN_A_ROW = 4
LONG_TAG = 14
"""Letters from which a hashtag in small letters is likely of several words."""
GENERIC = re.compile(
    r"^(?:an? |the )?(?:image|picture|photo|photograph|graphic|screenshot|video|reel) of\b"
    r"|^(?:image|photo|reel|video|picture|img_?\d*)\.?$"
)
SENTENCE = re.compile(r"[^.!?…\n]+")


def check_accessibility(material: Material) -> Iterator[Finding]:
    """Find alt texts that say nothing (a missing one blocks), text that is gone too soon, capitals, and what is tedious to hear."""
    yield from _alt_text(material)
    yield from _reading_speed(material)
    own = material.own_text
    if shouted := next((s for s in SENTENCE.findall(own) if _all_capitals(s)), None):
        yield _finding(
            "capitals",
            "warning",
            "a sentence is all in capitals, which screen readers may spell letter by letter",
            "write it in small letters",
            shouted,
        )
    if flood := re.search(rf"(?:{EMOJI.pattern}[\ufe0f\u200d\s]*){{{EMOJI_IN_A_ROW},}}", own):
        yield _finding(
            "emoji",
            "warning",
            "emoji stand in a row, and a screen reader reads the name of each",
            f"keep fewer than {EMOJI_IN_A_ROW} together",
            own[flood.start() :],
        )
    tags = [t for t in material.script.hashtags if len(t) > LONG_TAG and t[1:].islower() and t[1:].isascii()]
    if tags:
        yield _finding(
            "hashtags",
            "info",
            "a long hashtag is all in small letters, which screen readers read as one word",
            "begin each of its words with a capital, as in #DeepWork",
            " ".join(tags),
        )


def _alt_text(material: Material) -> Iterator[Finding]:
    script = material.script
    alt = script.alt_text.strip()
    plain = alt.casefold()
    if not alt:
        yield _finding(
            "alt_text_missing",
            "block",
            "the reel has no alt text",
            "say in a sentence or two what a person who cannot see it needs to know",
            "",
        )
    elif GENERIC.search(plain) or len(alt.split()) < ALT_TEXT_WORDS:
        yield _finding(
            "alt_text_generic",
            "warning",
            "the alt text does not say what is seen",
            "leave out words such as image of, and say what stands on screen",
            alt,
        )
    elif any(ratio(plain, text.casefold()) >= SAME for text in (script.caption_long, script.caption_short)):
        yield _finding(
            "alt_text_repeats",
            "warning",
            "the alt text repeats the caption, which a screen reader reads anyway",
            "say what is seen and heard in the reel",
            alt,
        )


def _reading_speed(material: Material) -> Iterator[Finding]:
    segments = [s for s in material.script.segments if s.end_s > s.start_s]
    if not segments:
        return
    speed, worst = max(
        ((len(s.on_screen_text) / (s.end_s - s.start_s), s) for s in segments), key=lambda p: p[0]
    )
    if speed <= FASTEST:
        return
    needed = len(worst.on_screen_text) / CHARACTERS_PER_SECOND
    yield _finding(
        "reading_speed",
        "block" if speed > UNREADABLE else "warning",
        f"a text on screen asks for {speed:.0f} characters a second; {CHARACTERS_PER_SECOND:.0f} can be read",
        f"shorten it, or show it for {needed:.1f} s",
        worst.on_screen_text,
    )


def _all_capitals(sentence: str) -> bool:
    found = re.findall(r"[^\W\d_]{2,}", sentence)
    return len(found) >= 4 and all(word.isupper() for word in found)


def _finding(name: str, severity: Severity, message: str, remedy: str, place: str) -> Finding:
    return Finding(
        rule_id=f"accessibility.{name}",
        severity=severity,
        message=message,
        remedy=remedy,
        excerpt=excerpt(place),
    )

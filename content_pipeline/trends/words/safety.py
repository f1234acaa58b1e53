"""Flags for what brands stay away from, each with the words that raised it. The words are data (``safety.yaml``).

Whole words and phrases, no model: whoever reads a flag can see why it stands. What a flag leads to is decided elsewhere.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

import yaml

from content_pipeline.storage.records import Part
from content_pipeline.trends.words.text import words

STEM = 3
"""Letters that a word with any ending (``murder*``) has at least."""
OVER_18 = "over 18 at the source"

_NUMBERS = frozenset(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen twenty thirty forty fifty "  # noqa: SIM905
    "dozen dozens hundred hundreds thousand thousands dos tres cuatro cinco deux trois quatre cinq drei vier fünf".split()
)
_ENGLISH_GENITIVE = "'s"


class FlagWords(Part):
    """What raises a flag: phrases (split by commas) by language, and categories of sources.

    ``plain`` phrases count wherever they stand, ``usual`` ones not in categories of play and fiction.
    """

    plain: dict[str, str]
    usual: dict[str, str]
    categories: str = ""


class Play(Part):
    """What an item of play or fiction is known by: its source's category, or words of its title."""

    categories: str
    words: str


class SafetyWords(Part):
    """The whole of ``safety.yaml``; ``harmless`` are phrases, by language, in which no word counts."""

    flags: dict[str, FlagWords]
    play: Play
    harmless: dict[str, str]


@dataclass(frozen=True)
class _Phrase:
    text: str
    words: tuple[str, ...]
    flag: str
    tier: Literal["plain", "usual", "play", "harmless"]

    def at(self, found: list[str], start: int) -> bool:
        """Tell whether the phrase stands at a position of a text's words."""
        end = start + len(self.words)
        return end <= len(found) and all(map(_fits, self.words, found[start:end]))

    def said(self, found: list[str], start: int) -> str:
        """Return the phrase as it is said there."""
        return " ".join(found[start : start + len(self.words)]) if {"*", "#"} & set(self.text) else self.text


@dataclass(frozen=True)
class _Match:
    span: range
    phrase: _Phrase


def safety_flags(
    title: str, keywords: Iterable[str] = (), nsfw: bool = False, category: str | None = None
) -> dict[str, list[str]]:
    """Return the flags of a trend and, for each, the words that raised it, in their order; nothing for a harmless one.

    Args:
        title: in any language; English is known best, then Spanish, Portuguese, German and French.
        keywords: further words or phrases; those whose words are all in the title are read there, in their place.
        nsfw: whether the source marks it as not safe for work.
        category: the source's own category, such as ``Gaming`` or a subreddit.
    """
    section = (category or "").casefold()
    flags: dict[str, dict[str, None]] = defaultdict(dict)
    if nsfw:
        flags["nsfw"][OVER_18] = None
    for flag in _categories().get(section, ()):
        flags[flag][f"category {category}"] = None
    told = _words(title)
    further = [found for found in map(_words, keywords) if not set(found) <= set(told)]
    in_play = section in _play() or any(match.phrase.tier == "play" for match in _matches(told))
    for found in [told, *further]:
        for flag, phrase in _raised(found, in_play):
            flags[flag][phrase] = None
    return {flag: list(flags[flag]) for flag in sorted(flags)}


def _matches(found: list[str]) -> list[_Match]:
    return [
        _Match(range(start, start + len(phrase.words)), phrase)
        for start in range(len(found))
        for phrase in _candidates(found[start])
        if phrase.at(found, start)
    ]


def _raised(found: list[str], in_play: bool) -> list[tuple[str, str]]:
    """Return the flags that words raise, each with its phrase; of phrases within one another the longest."""
    matches = _matches(found)
    harmless = {n for match in matches if match.phrase.tier == "harmless" for n in match.span}
    counted = [
        match
        for match in matches
        if match.phrase.tier == "plain" or (match.phrase.tier == "usual" and not in_play)
        if harmless.isdisjoint(match.span)
    ]
    longest = sorted(counted, key=lambda match: -len(match.span))
    taken: dict[str, set[int]] = defaultdict(set)
    raised = []
    for match in longest:
        if not taken[match.phrase.flag].issuperset(match.span):
            taken[match.phrase.flag].update(match.span)
            raised.append(match)
    raised.sort(key=lambda match: match.span.start)
    return [(match.phrase.flag, match.phrase.said(found, match.span.start)) for match in raised]


def _candidates(word: str) -> list[_Phrase]:
    index = _index()
    found = [*index.get(word, ()), *index.get(word[:STEM] + "*", ())]
    return found + index.get("#", []) if _is_number(word) else found


def _fits(wanted: str, word: str) -> bool:
    if wanted == "#":
        return _is_number(word)
    return word.startswith(wanted[:-1]) if wanted.endswith("*") else word == wanted


def _is_number(word: str) -> bool:
    return word.isnumeric() or word in _NUMBERS


def _words(text: str) -> list[str]:
    # Accents are left out as often as not: only the marks of Latin, Greek and Cyrillic letters, so that kana stay as they are.
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not "\u0300" <= c <= "\u036f")
    return [word.removesuffix(_ENGLISH_GENITIVE) for word in words(bare)]


@cache
def _data() -> SafetyWords:
    text = files("content_pipeline.trends.words").joinpath("safety.yaml").read_text(encoding="utf-8")
    return SafetyWords.model_validate(yaml.safe_load(text))


@cache
def _index() -> dict[str, list[_Phrase]]:
    """Return all phrases by their first word: itself, ``#``, or where any ending goes, its first letters and ``*``."""
    index: dict[str, list[_Phrase]] = defaultdict(list)
    for phrase in _phrases():
        first = phrase.words[0]
        index[first[:STEM] + "*" if first.endswith("*") else first].append(phrase)
    return dict(index)


def _phrases() -> Iterator[_Phrase]:
    data = _data()
    for flag, known in data.flags.items():
        yield from (_Phrase(text, _pattern(text), flag, "plain") for text in _split(known.plain.values()))
        yield from (_Phrase(text, _pattern(text), flag, "usual") for text in _split(known.usual.values()))
    yield from (_Phrase(text, _pattern(text), "", "play") for text in _split([data.play.words]))
    yield from (_Phrase(text, _pattern(text), "", "harmless") for text in _split(data.harmless.values()))


def _split(texts: Iterable[str]) -> list[str]:
    """Return each phrase of texts with commas once, in order."""
    return list(
        dict.fromkeys(
            " ".join(phrase.split()) for text in texts for phrase in text.split(",") if phrase.strip()
        )
    )


def _pattern(phrase: str) -> tuple[str, ...]:
    parts: list[str] = []
    for part in phrase.split():
        read = ["#"] if part == "#" else _words(part)
        parts += [*read[:-1], read[-1] + "*"] if part.endswith("*") else read
    return tuple(parts)


@cache
def _categories() -> dict[str, list[str]]:
    flags: dict[str, list[str]] = defaultdict(list)
    for flag, known in _data().flags.items():
        for name in _split([known.categories]):
            flags[name].append(flag)
    return dict(flags)


@cache
def _play() -> frozenset[str]:
    return frozenset(_split([_data().play.categories]))

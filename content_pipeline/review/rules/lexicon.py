"""Word lists with exceptions: what the families of rules that are data (one YAML file each) are matched with.

A list speaks of words, not of letters: phrases in a small notation, harmless phrases in which they do not count, and contexts that
clear a sentence. What is wrong with what was found, and what to do about it, stands beside the words. No rule belongs here.

The notation, phrases split by commas: ``kill*`` any ending; ``#`` a number, in digits or as a word, ``####`` one of four digits or
more; ``a|b_c`` one of these, b and c being two words; ``your?`` may be left out; ``..`` up to four words of the same sentence;
anything else is a whole word, in any case, with or without its apostrophe.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Literal

import yaml
from pydantic import Field

from content_pipeline.review.records import ApprovalKind, Finding
from content_pipeline.review.rules.base import excerpt
from content_pipeline.storage.records import Part

GAP = 4
"""Words that ``..`` stands for at most."""
STEM = 2
"""Letters that a word with any ending has at least: phrases are looked up by them."""
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_](?:['’]?[^\W_])*|[%$€£]")
_STOP = re.compile(r"[.!?;…]+(?=[\s\"'”’)]|$)|\n")
_ANY_NUMBER = ("#", "####")
_NUMBERS = frozenset(
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen "  # noqa: SIM905
    "twenty thirty forty fifty sixty seventy eighty ninety dozen dozens hundred hundreds thousand thousands million millions".split()
)


class Entry(Part):
    """A rule that is a list: its id (``family.rule``), what it says, and the words by which it is found.

    ``words`` raise it, but not where one of ``harmless`` shares a word with them, and not in a sentence in which one of ``unless``
    stands: names of contexts (``contexts.yaml``). One of ``unless_anywhere`` clears the whole text. ``but`` are further phrases, of
    this entry alone, that clear a sentence.
    """

    id: str
    severity: Literal["warning", "block"]
    message: str
    remedy: str
    asks: list[ApprovalKind] = Field(default_factory=list)
    words: str
    harmless: str = ""
    unless: list[str] = Field(default_factory=list)
    unless_anywhere: list[str] = Field(default_factory=list)
    but: str = ""


@dataclass(frozen=True)
class Sentence:
    """The words, numbers, money and per-cent signs of a sentence in order, and of each its first character and the one after."""

    words: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Hit:
    """Where an entry's words were found: the entry, and the first character and the one after the last."""

    entry: Entry
    start: int
    end: int


@dataclass(frozen=True)
class _Piece:
    """A place of a phrase: the single words of which one stands there, or else one of the other choices."""

    plain: frozenset[str]
    others: tuple[tuple[str, ...], ...] = ()
    optional: bool = False
    gap: bool = False


@dataclass(frozen=True)
class _Phrase:
    """A phrase and whose it is: an entry's by its number, a context's by its name."""

    pieces: tuple[_Piece, ...]
    role: Literal["words", "harmless", "clears"]
    of: int | str


class Lexicon:
    """The entries of one file, ready to be looked for."""

    def __init__(self, entries: Sequence[Entry], contexts: Mapping[str, str]) -> None:
        self.entries = entries
        self._index: dict[str, list[_Phrase]] = defaultdict(list)
        # Sentences come again: on screen, spoken, in the caption, in other variants, in the readings of one text.
        self._read = lru_cache(maxsize=8192)(self._in_sentence)
        for number, entry in enumerate(entries):
            self._add("words", number, entry.words)
            self._add("harmless", number, entry.harmless)
            self._add("clears", number, entry.but)
        for name in {name for entry in entries for name in (*entry.unless, *entry.unless_anywhere)}:
            self._add("clears", name, contexts[name])

    def _add(self, role: Literal["words", "harmless", "clears"], of: int | str, text: str) -> None:
        for pieces in parse_phrases(text):
            first = pieces[0]
            for word in dict.fromkeys([*first.plain, *(other[0] for other in first.others)]):
                key = word[:STEM] + "*" if word.endswith("*") else word
                self._index[key].append(_Phrase(pieces, role, of))

    def hits(self, text: str) -> Iterator[Hit]:
        """Yield every place at which a text (in lower case) raises an entry, by entry in the order of the file."""
        places: list[tuple[int, int, int]] = []
        contexts: set[str] = set()
        for begin, sentence in sentences_of(text):
            raised, named = self._read(sentence)
            contexts |= named
            spans = read_sentence(sentence).spans if raised else ()
            places += [(n, begin + spans[first][0], begin + spans[end - 1][1]) for n, first, end in raised]
        for number, start, end in sorted(places):
            if contexts.isdisjoint(self.entries[number].unless_anywhere):
                yield Hit(self.entries[number], start, end)

    def _in_sentence(self, sentence: str) -> tuple[list[tuple[int, int, int]], frozenset[str]]:
        """Return the number of each entry that a sentence raises, with its first word and the one after its last; and its contexts."""
        words = read_sentence(sentence).words
        found: dict[tuple[str, int | str], list[tuple[int, int]]] = defaultdict(list)
        for at, word in enumerate(words):
            for phrase in self._candidates(word):
                end = _end(phrase.pieces, words, at)
                if end is not None:
                    found[phrase.role, phrase.of].append((at, end))
        raised = [
            (number, start, end)
            for number, entry in enumerate(self.entries)
            if ("words", number) in found
            and not any(("clears", name) in found for name in (number, *entry.unless))
            for start, end in found["words", number]
            if not any(s < end and start < e for s, e in found.get(("harmless", number), ()))
        ]
        return raised, frozenset(name for role, name in found if role == "clears" and isinstance(name, str))

    def findings(self, readings: Iterable[str]) -> Iterator[Finding]:
        """Yield a finding for each entry that one of a text's readings raises."""
        seen: set[str] = set()
        for reading in readings:
            for hit in self.hits(reading):
                if hit.entry.id not in seen:
                    seen.add(hit.entry.id)
                    yield found(hit.entry, reading, hit.start)

    def _candidates(self, word: str) -> list[_Phrase]:
        index = self._index
        found = [*index.get(word, ()), *index.get(word[:STEM] + "*", ())]
        if _is_number(word):
            found += [phrase for key in _ANY_NUMBER if _fits(key, word) for phrase in index.get(key, ())]
        return found


def found(entry: Entry, text: str, start: int) -> Finding:
    """Return the finding of an entry at a place of a text."""
    return Finding(
        rule_id=entry.id,
        severity=entry.severity,
        message=entry.message,
        remedy=entry.remedy,
        excerpt=excerpt(text, start),
        asks=entry.asks,
    )


@cache
def lexicon(name: str) -> Lexicon:
    """Return the lexicon of ``<name>.yaml`` beside this module, read once."""
    return Lexicon([Entry(**item) for item in _yaml(name)["rules"]], _yaml("contexts"))


@lru_cache(maxsize=64)
def sentences_of(text: str) -> tuple[tuple[int, str], ...]:
    """Return the sentences of a text with their first character; a line ends a sentence too."""
    found, start = [], 0
    for stop in _STOP.finditer(text):
        if stop.start() > start:
            found.append((start, text[start : stop.start()]))
        start = stop.end()
    if start < len(text):
        found.append((start, text[start:]))
    return tuple(found)


@lru_cache(maxsize=8192)
def read_sentence(sentence: str) -> Sentence:
    """Return the words of a sentence (in lower case) and where they stand."""
    found = [(_plain(match.group()), match.span()) for match in _TOKEN.finditer(sentence)]
    return Sentence(tuple(word for word, _ in found), tuple(span for _, span in found))


def words_of(text: str) -> list[str]:
    """Return the words, numbers and signs of a text (in lower case) in order."""
    return [word for _, sentence in sentences_of(text) for word in read_sentence(sentence).words]


def parse_phrases(text: str) -> list[tuple[_Piece, ...]]:
    """Return the phrases of a text in the notation of this module; each begins with something that must be there.

    Raises:
        ValueError: a phrase begins with a gap or has no word, or an ending is open after one letter.
    """
    # A long choice may be written over several lines.
    phrases = re.sub(r"\s*\|\s*", "|", text).split(",")
    return [way for phrase in phrases if phrase.strip() for way in _ways(tuple(_pieces(phrase)))]


def _ways(pieces: tuple[_Piece, ...]) -> list[tuple[_Piece, ...]]:
    if not pieces or pieces[0].gap:
        raise ValueError(f"a phrase must begin with a word: {pieces}")
    if not pieces[0].optional:
        return [pieces]
    return [(replace(pieces[0], optional=False), *pieces[1:]), *_ways(pieces[1:])]


def _pieces(phrase: str) -> Iterator[_Piece]:
    for part in phrase.split():
        optional = part.endswith("?")
        if part == "..":
            yield _Piece(frozenset(), gap=True)
        else:
            yield from _choices(part.removesuffix("?"), optional)


def _choices(part: str, optional: bool) -> Iterator[_Piece]:
    options = part.split("|")
    if len(options) > 1:
        yield _piece([tuple(_read(option)) for option in options], optional)
    else:
        # A word such as "5g" or "self-harm" is read as more than one.
        yield from (_piece([(word,)], optional) for word in _read(part))


def _piece(options: Sequence[tuple[str, ...]], optional: bool) -> _Piece:
    plain = [o for o in options if len(o) == 1 and not o[0].endswith("*") and o[0] not in _ANY_NUMBER]
    return _Piece(frozenset(o[0] for o in plain), tuple(o for o in options if o not in plain), optional)


def _read(option: str) -> list[str]:
    found: list[str] = []
    for word in option.casefold().split("_"):
        found += [word] if word in _ANY_NUMBER else _words(word)
    return found


def _words(word: str) -> list[str]:
    *start, last = [_plain(match.group()) for match in _TOKEN.finditer(word)] or [""]
    if len(last) < (STEM if word.endswith("*") else 1):
        raise ValueError(
            f"{word!r} has no word in it, or an ending that is open after fewer than {STEM} letters"
        )
    return [*start, last + "*" if word.endswith("*") else last]


def _plain(token: str) -> str:
    return token.replace("'", "").replace("’", "")


def _is_number(word: str) -> bool:
    return word[0].isdigit() or word in _NUMBERS


def _end(pieces: Sequence[_Piece], words: Sequence[str], at: int) -> int | None:
    """Return the index after the last word of a phrase that begins at ``at``; nothing if it does not stand there."""
    if not pieces:
        return at
    piece, rest = pieces[0], pieces[1:]
    if piece.gap:
        ends = (_end(rest, words, begin) for begin in range(at, min(at + GAP, len(words) - 1) + 1))
        return next((end for end in ends if end is not None), None)
    if at < len(words) and words[at] in piece.plain:
        end = _end(rest, words, at + 1)
        if end is not None:
            return end
    for option in piece.others:
        after = at + len(option)
        if after <= len(words) and all(map(_fits, option, words[at:after])):
            end = _end(rest, words, after)
            if end is not None:
                return end
    return _end(rest, words, at) if piece.optional else None


def _fits(option: str, word: str) -> bool:
    if option in _ANY_NUMBER:
        return _is_number(word) and (option == "#" or sum(map(str.isdigit, word)) >= 4)
    return word.startswith(option[:-1]) if option.endswith("*") else word == option


def _yaml(name: str) -> dict[str, Any]:
    text = files("content_pipeline.review.rules").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded

"""What part each word of a sentence plays: ``lexicon.yaml`` as a lookup, and a sentence as a string of one letter a word.

The letters are the lexicon's (``G`` a protected group, ``.`` an unknown word). What they mean together is in ``sentences``.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

import yaml

from content_pipeline.review.spellings import parts
from content_pipeline.trends.words.text import STOP_WORDS

GROUP, UNKNOWN, SILENT = "G", ".", "-"
_LONG = re.compile(r"(?<![^\W_])[a-z]{8,}(?![^\W_])")
_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


@dataclass(frozen=True)
class Lexicon:
    """The lexicon's phrases by their words, what is known of groups, and the longest phrase by its first word."""

    letters: dict[tuple[str, ...], str]
    adjectives: frozenset[str]
    people: frozenset[str]
    things: frozenset[str]
    longest: dict[str, int]
    known: frozenset[str]


@cache
def lexicon() -> Lexicon:
    """Return the lexicon of the project."""
    text = files("content_pipeline.review.abuse").joinpath("lexicon.yaml").read_text(encoding="utf-8")
    listed = yaml.safe_load(text)
    groups = {kind: [tokens(word) for word in words] for kind, words in listed["groups"].items()}
    nouns = [*groups["nouns"], *map(_plural, groups["nouns"]), *groups["plural"]]
    letters = dict.fromkeys(nouns, GROUP)
    for group in listed["classes"]:
        words = [tokens(word) for word in group["words"]]
        if group.get("plural"):
            words += [_plural(word) for word in words]
        letters |= dict.fromkeys(words, group["letter"])
    longest: dict[str, int] = {}
    for words_of in letters:
        longest[words_of[0]] = max(len(words_of), longest.get(words_of[0], 1))
    single = {
        kind: frozenset(word[0] for word in groups[kind]) for kind in ("adjectives", "people", "things")
    }
    known = {word for phrase in letters for word in phrase if len(word) > 2 or word in STOP_WORDS}
    return Lexicon(letters, **single, longest=longest, known=frozenset(known | STOP_WORDS))


def tokens(text: str) -> tuple[str, ...]:
    """Return a text's words, in lower case; hyphens part them."""
    return tuple(_TOKEN.findall(text.casefold().replace("’", "'")))


def encoded(words: tuple[str, ...]) -> str:
    """Return the letters of a sentence's words: one a phrase or word, none for words that change nothing."""
    book = lexicon()
    letters: list[str] = []
    at = 0
    while at < len(words):
        letter, used = _group(words, at, book) or _phrase(words, at, book)
        if letter != SILENT:
            letters.append(letter)
        at += used
    return "".join(letters)


def parted(text: str) -> str:
    """Return the text with long words that the lexicon does not know cut into known ones, where that leaves nothing over."""
    return _LONG.sub(lambda found: " ".join(_parts(found[0])) or found[0], text)


def _phrase(words: tuple[str, ...], at: int, book: Lexicon) -> tuple[str, int]:
    for length in range(min(book.longest.get(words[at], 1), len(words) - at), 0, -1):
        letter = book.letters.get(words[at : at + length])
        if letter == GROUP and length == 1 and words[at] in book.adjectives:
            follows = words[at + 1 : at + 2]
            letter = GROUP if not follows or _phrase(words, at + 1, book)[0] != UNKNOWN else UNKNOWN
        if letter:
            return letter, length
    return UNKNOWN, 1


def _group(words: tuple[str, ...], at: int, book: Lexicon) -> tuple[str, int] | None:
    """Return a group that adjectives and a word for people make (``young black men``), None if there is none at that place."""
    end = at
    while end < len(words) and words[end] in book.adjectives:
        end += 1
    if end == at or end == len(words):
        return None
    if words[end] in book.people:
        return GROUP, end + 1 - at
    return (UNKNOWN, end + 1 - at) if words[end] in book.things else None


@lru_cache(maxsize=8192)
def _parts(run: str) -> tuple[str, ...]:
    known = lexicon().known
    return () if run in known else tuple(parts(run, known))


def _plural(words: tuple[str, ...]) -> tuple[str, ...]:
    *start, last = words
    if last.endswith("y") and last[-2:-1] not in "aeiou":
        return (*start, last[:-1] + "ies")
    if last.endswith("man"):
        return (*start, last[:-3] + "men")
    return (*start, last + ("es" if last.endswith(("s", "x", "ch", "sh")) else "s"))

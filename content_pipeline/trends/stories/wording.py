"""A title made ready for comparison: what sources put around it is taken off, its words and numbers are found.

When two titles tell one story is decided in ``likeness``.
"""

import html
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from content_pipeline.trends.words.text import STOP_WORDS, runs, words, words_of

_CUT_OFF = re.compile(r"(?:…|\.{3})[\s\])]*$")
_SEPARATOR = re.compile(r"\s[-–—|·•/]+\s|[|｜•·—()\[\]【】「」『』“”\"]|:\s")
_FIRST_PART = re.compile(r"[\W_]*([^:|\])】–—]{2,24}?)(?:[:|\])】–—]|\s-\s)[\s\W]*(?=\w)")
_LAST_PART = re.compile(
    r"(?:\s[-–—|·•/]+\s|[|｜]\s*|\s[\[(](?:via\s)?)([^-–—|｜·•\[\]()]{2,40})[\])]?\W{0,20}$"
)
_WEB_SITE = re.compile(r"[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|tv|news|info|[a-z]{2})")
_THOUSANDS = re.compile(r"(?<=\d)[,'’](?=\d{3}(?!\d))")
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)")
_PART = re.compile(r"(?:ch|chapter|day|e|ep|episode|no|part|pt|round|s|season|vol|week)0*(\d{1,3})")
# Instalments as Japanese and Chinese write them: the third part, the former half.
_INSTALMENT = re.compile(r"第[一二三四五六七八九十百]+|[前中後上下][編篇巻]")
_MOST_PARTS = 2

_DATA: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("wordings.yaml").read_text(encoding="utf-8"))
_AROUND = frozenset(" ".join(runs(name)) for name in [*_DATA["labels"], *_DATA["outlets"]])


NONE: frozenset[str] = frozenset()
"""No words; many titles share it, as they have no numbers."""


@dataclass(frozen=True, slots=True)
class Wording:
    """A title's words as they are compared: folded, without accents, without labels and names of sources.

    ``numbers`` (with dates) and ``versions`` tell the parts of a series apart; ``firm`` are the numbers written as such.
    ``first_part`` is the text before the first separator, ``tail`` the telling words after the last; empty where there is none.
    """

    text: str
    words: tuple[str, ...]
    telling: frozenset[str]
    numbers: frozenset[str]
    firm: frozenset[str]
    versions: frozenset[str]
    cut_off: bool
    first_part: str
    tail: frozenset[str]

    @property
    def squeezed(self) -> str:
        """Return the text without spaces."""
        return self.text.replace(" ", "")

    @property
    def head(self) -> frozenset[str]:
        """Return the telling words before the first separator."""
        return self.telling & set(map(fold, words(self.first_part)))


def wording(title: str, author: str | None = None) -> Wording:
    """Return a title's wording; ``author`` is whoever published it, whose name may stand at its end."""
    bare = html.unescape(html.unescape(title)) if "&" in title else title
    first_part, tail = "", NONE
    if _SEPARATOR.search(bare):
        bare = _bare(bare, author)
        parts = [part for part in _SEPARATOR.split(bare) if part and not part.isspace()]
        if len(parts) > 1:
            first_part, tail = parts[0], frozenset(map(fold, words(parts[-1])))
    found = runs(_THOUSANDS.sub("", bare))
    split = words_of(found)
    folded = tuple(map(fold, split))
    telling = frozenset(w for w in folded if len(w) > 1 and w not in _LIGHT and not w.isnumeric()) or NONE
    numbers, firm = _numbers(folded, found)
    return Wording(
        text=" ".join(folded) if len(split) == len(found) else " ".join(map(fold, found)),
        words=folded,
        telling=telling,
        numbers=numbers,
        firm=firm,
        versions=telling & _VERSIONS or NONE,
        cut_off=_CUT_OFF.search(bare) is not None,
        first_part=first_part,
        tail=telling & tail or NONE,
    )


@lru_cache(maxsize=1 << 16)
def fold(word: str) -> str:
    """Return a case-folded word without accents on Latin letters, apostrophes and the possessive ending; a numeral in digits."""
    if not word.isascii():
        plain = (c for c in unicodedata.normalize("NFD", word) if not "\u0300" <= c <= "\u036f")
        word = unicodedata.normalize("NFC", "".join(plain))
    if "'" in word:
        word = word.removesuffix("'s").replace("'", "")
    return _NUMERALS.get(word, word)


def _bare(title: str, author: str | None) -> str:
    """Take labels off both ends of a title, and names of outlets and the author off its last."""
    around = {" ".join(runs(author))} if author else set()
    for _ in range(_MOST_PARTS):
        first = _FIRST_PART.match(title)
        if first is None or " ".join(runs(first[1])) not in _AROUND:
            break
        title = title[first.end() :]
    for _ in range(_MOST_PARTS):
        last = _LAST_PART.search(title)
        if last is None or not last.start():
            break
        name = " ".join(runs(last[1]))
        if name not in _AROUND and name not in around and not _WEB_SITE.fullmatch(last[1].strip().lower()):
            break
        title = title[: last.start()]
    return title


def _numbers(folded: tuple[str, ...], found: list[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Return a title's numbers and dates, and those that are written in digits or numerals."""
    firm: set[str] = set()
    soft: set[str] = set()
    for word in folded:
        if not word.isalpha() and any(map(str.isdigit, word)):
            part = _PART.fullmatch(word) or _ORDINAL.fullmatch(word)
            firm.add(part[1] if part else word)
        elif word in _SOFT:
            soft.add(_SOFT[word])
    if len(folded) != len(found):
        firm.update(part for run in found for part in _INSTALMENT.findall(run))
    return frozenset(firm | soft) or NONE, frozenset(firm) or NONE


_NUMERALS: dict[str, str] = {word: str(value) for word, value in _DATA["numerals"].items()}
_LIGHT = frozenset(map(fold, STOP_WORDS)) | STOP_WORDS
_VERSIONS = frozenset(map(fold, _DATA["versions"]))
_SOFT: dict[str, str] = {fold(word): str(value) for word, value in _DATA["numbers"].items()} | {
    fold(word): fold(word) for word in _DATA["dates"]
}

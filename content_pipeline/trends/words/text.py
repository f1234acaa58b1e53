"""Words of a title in any script, and which of them say little.

Clustering, keywords and niche fit share them; measures over words belong there.
"""

import re
import unicodedata
from pathlib import Path

# Vowel signs and accents that stand beside their letter (Devanagari, Arabic, Hebrew); emoji's selectors come after.
_SIGNS = "".join(chr(n) for n in range(0x300, 0xFE00) if unicodedata.category(chr(n)) in ("Mn", "Mc"))
_LETTERS = r"[^\W_]+"
_WORD = re.compile(rf"{_LETTERS}(?:['{_SIGNS}]+{_LETTERS})*[{_SIGNS}]*")
# Scripts that are written without spaces: kana, Han, Thai, Lao, Myanmar, Khmer.
_UNSPACED = re.compile(
    r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+"
)

STOP_WORDS = frozenset(Path(__file__).with_name("stop_words.txt").read_text(encoding="utf-8").split())
"""Words that say little: particles of the commonest languages, and labels of media formats."""


def runs(text: str) -> list[str]:
    """Return a text's runs of letters and digits in order, case-folded; scripts without spaces stay whole."""
    if text.isascii():
        return _WORD.findall(text.lower())
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold().replace("’", "'"))


def words(text: str) -> list[str]:
    """Return a text's words in order, case-folded; of scripts without spaces, pairs of characters."""
    return words_of(runs(text))


def words_of(found: list[str]) -> list[str]:
    """Return the words of a text's runs: each run is one, but of scripts without spaces pairs of characters are."""
    if all(map(str.isascii, found)):
        return found
    split: list[str] = []
    for run in found:
        if run.isascii() or not _UNSPACED.search(run):
            split.append(run)
            continue
        at = 0
        for part in _UNSPACED.finditer(run):
            split += [run[at : part.start()]] if part.start() > at else []
            split += _pairs(part.group())
            at = part.end()
        split += [run[at:]] if at < len(run) else []
    return split


def telling_words(text: str) -> list[str]:
    """Return the words that are no stop words, no single characters and no bare numbers, in order."""
    return [word for word in words(text) if is_telling(word)]


def is_telling(word: str) -> bool:
    """Tell whether a word (case-folded) is no stop word, no single character and no bare number."""
    return len(word) > 1 and word not in STOP_WORDS and not word.isnumeric()


def is_unspaced(word: str) -> bool:
    """Tell whether a word is a piece of a script that is written without spaces."""
    return not word.isascii() and _UNSPACED.fullmatch(word) is not None


def _pairs(run: str) -> list[str]:
    return [run] if len(run) < 3 else [run[i : i + 2] for i in range(len(run) - 1)]

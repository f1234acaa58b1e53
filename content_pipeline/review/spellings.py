"""Undoes disguised spellings: what a reader sees through, a rule must see through too."""

import re
from collections.abc import Iterable

_SPELLINGS = str.maketrans(
    {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"}
)


def readings(text: str) -> tuple[str, ...]:
    """Return the text in lower case, and its reading with disguises undone where that is another."""
    plain = text.casefold()
    return tuple(dict.fromkeys((plain, _unmasked(plain))))


def _unmasked(text: str) -> str:
    """Return the text with words that mix letters and digits or signs read as letters (``k1ll``)."""
    words: Iterable[str] = re.split(r"(\s+)", text)
    return "".join(_read(word) for word in words)


def _read(word: str) -> str:
    core = word.strip(".,!?:;\"'“”()")
    mixed = any(c.isalpha() for c in core) and any(c in "013457@$!" for c in core)
    return word.translate(_SPELLINGS) if mixed else word

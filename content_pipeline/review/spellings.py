"""Undoes disguised spellings: what a reader sees through, a rule must see through too.

What it undoes: invisible characters, look-alikes of other alphabets, stacked accents, letters set apart, digits and signs for
letters, asterisks, drawn-out letters, and words run together in a hashtag. What words mean is for the rules.
"""

import re
import unicodedata
from collections.abc import Set
from functools import cache, lru_cache
from importlib.resources import files
from itertools import product

import yaml

from content_pipeline.trends.words.text import STOP_WORDS

_LOOK_ALIKES = {
    "a": "аɑαᴀ∂", "b": "ьвʙƅβΒъ", "c": "сϲᴄ", "d": "ԁᴅժ", "e": "еҽєεᴇ℮əɛ", "f": "ғꜰƒք", "g": "ɡցɢԍɠ", "h": "һհнʜΗ", "i": "іıιɪӏɩ",
    "j": "јϳᴊ", "k": "кκᴋқ", "l": "ʟǀɭ", "m": "мᴍʍΜ", "n": "ոռηɴпиΝ", "o": "оοօσᴏөø", "p": "рρᴘ", "q": "ԛզ", "r": "гʀᴦя",
    "s": "ѕꜱʂ", "t": "тτᴛ", "u": "υսᴜцμʋ", "v": "ѵνᴠ", "w": "ѡԝωᴡшա", "x": "хχ×", "y": "уүγʏчΥ", "z": "ᴢʐΖ",
}  # fmt: skip
"""Letters that look like a Latin one and that compatibility forms (NFKD) leave as they are; after Unicode TR 39, and phonetics."""
_LATIN_OF = {like: letter for letter, likes in _LOOK_ALIKES.items() for like in likes}
_BADGES = {start + n: chr(97 + n) for start in (0x1F150, 0x1F170) for n in range(26)}
"""White letters on dark discs and squares, which NFKD leaves too."""
_SIGNS = dict(zip("0134567892@$!|€£+", "oieasgtbgzasiielt", strict=True))
_FULL_STOPS = str.maketrans("。․·﹒", "....")
_AS_I, _AS_L = str.maketrans(_SIGNS), str.maketrans(_SIGNS | {"1": "l", "!": "l", "|": "l"})
_LEET = re.compile(r"(?<!\S)\S*[0-9@$!|€£+]\S*")
_UNITS = "[xkmbgshdwypcf°]|th|st|nd|rd|am|pm|kg|km|cm|mm|ml|[kmgt]b|k?hz|kw|fps|in|ft|oz|min|mins|sec|secs|hrs?|kms|lbs?|mph|yrs?"
_FIGURE = re.compile(rf"[$€£+]?\d[\d.,:/+|-]*(?:{_UNITS})?[\d+!%]*|[^\W\d_]{{2,}}[+|-]?\d{{2,4}}[+!%]*")
"""A figure with its unit, or a name with a number: 3.5x, 20s, 4k, 1st, $5m, covid19."""
_ADDRESS = re.compile(r"https?:|www\.|\S+@\S+\.\w")
_LETTER = r"(?:[^\W_]|[@$!])"
_APART = re.compile(rf"(?<![\w@$'’]){_LETTER}(?:([^\w\s@$!]{{1,2}} ?|_| ){_LETTER})(?:\1{_LETTER})+(?![\w*])")
_MASKED = re.compile(r"(?<!\w)\w*[*#%^@-][\w*#%^@-]*")
_DRAWN = re.compile(r"([^\W\d_])\1{2,}")
_TAG = re.compile(r"#(\w+)")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NOT_ASCII = re.compile(r"\w*[^\W\d_a-zA-Z]\w*")
_EDGES = ".,!?:;+\"'“”()[]…"
_LONGEST_RUN, _LONGEST_WORD = 60, 16
_ENDINGS = ("s", "es", "z", "a", "as", "ed", "d", "er", "ers", "ing", "in", "y")


def in_plain_letters(text: str) -> str:
    """Return the text without invisible characters, wide forms and look-alikes, its full stops as plain ones; otherwise as it is."""
    return text if text.isascii() else _bare(text).translate(_FULL_STOPS)


def readings(text: str) -> tuple[str, ...]:
    """Return the text in lower case, and after it what it reads as with its disguises undone: at most two more, none twice.

    The two differ in what is ambiguous (``1`` is i or l; drawn-out letters stand for one or two). A reading may hold words that
    nobody meant (``abc`` for a, b, c): look for words in all of them, and conclude nothing from one that is missing.
    """
    plain = text.casefold()
    bare = text if text.isascii() else _bare(text)
    if "#" in bare:
        bare = _TAG.sub(lambda tag: "#" + _HUMP.sub(" ", tag[1]), bare)
    joined = _APART.sub(_joined, bare.casefold())
    joined = _MASKED.sub(lambda found: unmasked(found[0]) or found[0], joined)
    found = [plain, _undrawn(_LEET.sub(lambda word: _letters(word[0], _AS_I), joined), 1)]
    if any(sign in joined for sign in "1!|") or _DRAWN.search(joined):
        found.append(_undrawn(_LEET.sub(lambda word: _letters(word[0], _AS_L), joined), 2))
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=4096)
def unmasked(word: str) -> str | None:
    """Return the word of the list that one with signs for some letters stands for (``f*ck``), None if there is none.

    A sign is a letter, or a run of them up to five letters. A dash, which also joins words, is one letter of four or more.
    """
    core = word.casefold()
    shown = sum(map(str.isalpha, core))
    if (
        not 1 <= shown < len(core) < 24
        or len(core) < 3
        or core[0] in "#@-"
        or (shown < 3 and not set("*#%^") & set(core))
    ):
        return None
    for hidden, signs in (("[a-z]", "[*#%^_@-]"), ("[a-z]{1,5}", "[*#%^]+"))[: 1 + (shown > 1)]:
        pattern = re.compile("^" + re.sub(signs, hidden, core) + "$", re.MULTILINE)
        found = pattern.search(_masked_words())
        if found:
            return found[0]
    return None


def parts(run: str, known: Set[str]) -> list[str]:
    """Return the fewest known words that a run of at most 60 letters is made of, nothing if it is not."""
    best: list[list[str] | None] = [[]] + [None] * len(run)
    for end in range(1, len(run) + 1 if len(run) <= _LONGEST_RUN else 1):
        for start in range(max(0, end - _LONGEST_WORD), end):
            before = best[start]
            if before is not None and run[start:end] in known:
                whole = best[end]
                if whole is None or len(before) + 1 < len(whole):
                    best[end] = [*before, run[start:end]]
    return best[-1] or []


def _bare(text: str) -> str:
    """Return the text without invisible characters, in plain letters, with look-alikes of Latin ones replaced."""
    kept: list[str] = []
    for c in unicodedata.normalize("NFKD", text.translate(_BADGES)):
        kind = unicodedata.category(c)
        if kind == "Cf" or (kind == "Mn" and kept and (kept[-1].isascii() or kept[-1] in _LATIN_OF)):
            continue
        kept.append(c)
    bare = unicodedata.normalize("NFC", "".join(kept))
    letters = [c for c in bare if c.isalpha()]
    latin = sum(unicodedata.name(c, "").startswith("LATIN") for c in letters) * 2 >= len(letters)
    return _NOT_ASCII.sub(lambda word: _latin(word[0], latin), bare)


def _latin(word: str, among_latin: bool) -> str:
    """Return a word in Latin letters if it mixes alphabets, or if it is all look-alikes in a text that is mostly Latin."""
    letters = [_LATIN_OF.get(c) or _LATIN_OF.get(c.casefold()) or c for c in word]
    mixed = any(c.isascii() and c.isalpha() for c in word)
    return "".join(letters) if mixed or (among_latin and all(map(str.isascii, letters))) else word


def _joined(found: re.Match[str]) -> str:
    """Return letters that stand apart as a word, or as words if they stand for several; figures that stand apart stay."""
    together = found[0].replace(found[1], "")
    if not any(c.isalpha() for c in together):
        return found[0]
    plain = together.translate(_AS_I)
    known = _known() | STOP_WORDS
    if len(together) < 5 or plain in known:
        return together
    return " ".join(parts(plain, known)) or _inside().sub(r" \g<0> ", plain).strip()


def _letters(word: str, signs: dict[int, str]) -> str:
    """Return a word that mixes letters with digits or signs in letters; figures, addresses and plain mentions stay."""
    core = word.strip(_EDGES)
    if _FIGURE.fullmatch(core) or _ADDRESS.match(core) or not any(c.isalpha() for c in core):
        return word
    if core.startswith("@") and len(core) > 4 and not _LEET.match(core[1:]):
        return word
    return word.replace(core, core.translate(signs))


def _undrawn(text: str, length: int) -> str:
    """Return the text with letters drawn out over three or more places cut to ``length``, or as a word of the list has them."""
    if not _DRAWN.search(text):
        return text
    return re.sub(r"(?<!\w)\w*([^\W\d_])\1{2,}\w*", lambda word: _cut(word[0], length), text)


def _cut(word: str, length: int) -> str:
    runs = _DRAWN.findall(word)
    if len(runs) <= 4:
        for lengths in product((1, 2), repeat=len(runs)):
            left = iter(lengths)
            cut = _DRAWN.sub(lambda run, left=left: run[1] * next(left), word)  # type: ignore[misc]
            if cut in _known():
                return cut
    return _DRAWN.sub(lambda run: run[1] * length, word)


@cache
def _masked_words() -> str:
    """Return the list's words, one a line, and after all of them their forms with endings."""
    text = files("content_pipeline.review").joinpath("spellings.yaml").read_text(encoding="utf-8")
    listed = yaml.safe_load(text)["masked"]
    return "\n".join([*listed, *(word + ending for ending in _ENDINGS for word in listed)])


@cache
def _inside() -> re.Pattern[str]:
    """Return what finds the list's words of four letters and more, the longest that begins at a place, inside a run."""
    return re.compile("|".join(sorted((word for word in _known() if len(word) > 3), key=len, reverse=True)))


@cache
def _known() -> frozenset[str]:
    return frozenset(_masked_words().split("\n"))

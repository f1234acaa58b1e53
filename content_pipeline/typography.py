"""The measure of text on a reel: packaged fonts, what they can draw, and fitting a text into a box.

Also the canvas and its safe zones. Which box a text of a reel gets is said in ``boxes``; nothing is drawn here.
"""

import functools
import importlib.resources
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from fontTools.ttLib import TTFont
from PIL import ImageFont

from content_pipeline.errors import UserError

WIDTH, HEIGHT = 1080, 1920
SAFE_TOP, SAFE_BOTTOM, SAFE_RIGHT = 270, 1536, 950
"""Where the app's own buttons and texts never lie: below 14 %, above the last 20 %, left of the last 12 %."""
SAFE_LEFT = 84
FONT_FILES = {
    "Inter": "Inter[opsz,wght].ttf",
    "Roboto": "Roboto[wdth,wght].ttf",
    "DM Sans": "DMSans[opsz,wght].ttf",
}
BOLD, MEDIUM = 800, 550
SIZE_STEP = 4
EXCERPT = 60
WIDEST_KERNING = 1.12
"""By how much shaping may widen a line at most; the worst pair of the packaged fonts takes 1.085."""
Measured = Callable[[str, str, int, int], float]
"""From text, family, size and weight to a width in pixels."""


class TextError(UserError):
    """A text cannot be set; the message names the text and says why."""


@dataclass(frozen=True)
class Box:
    """Room for a text in pixels, the text's weight, and its largest and smallest size: whole steps of
    ``SIZE_STEP`` apart.
    """

    width: int
    height: int
    weight: int
    largest: int
    smallest: int


@dataclass(frozen=True)
class Block:
    """Lines of text that fit a box, at one size in pixels."""

    lines: tuple[str, ...]
    size: int
    line_height: int

    @property
    def text(self) -> str:
        """Return the text in one line."""
        return " ".join(self.lines)

    @property
    def height(self) -> int:
        """Return the height of all lines in pixels."""
        return self.line_height * len(self.lines)


@functools.lru_cache(maxsize=256)
def font(family: str, size: int, weight: int) -> ImageFont.FreeTypeFont:
    """Return a packaged font with its axes set; shaping is raqm's, so that scripts and ligatures come out
    right.
    """
    file = importlib.resources.files("deckr_fonts") / "fonts" / FONT_FILES[family]
    with importlib.resources.as_file(file) as path:
        made = ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.RAQM)
    wanted = {"wght": weight, "opsz": size}
    made.set_variation_by_axes(
        [min(max(wanted.get(tag, default), low), high) for tag, low, default, high in _axes(family)]
    )
    return made


def drawable(text: str, family: str) -> str:
    """Return ``text`` on one line without the symbols that the font lacks; styled letters become plain ones.

    Raises:
        TextError: the font lacks letters or digits; the message names the font and the characters.
    """
    known = _characters(family)
    kept, missing = [], []
    for character in unicodedata.normalize("NFC", text):
        plain = unicodedata.normalize("NFKC", character)
        if character.isspace():
            kept.append(" ")
        elif unicodedata.category(character)[0] == "C":
            continue  # Controls and marks of direction are not seen, and could reorder the line.
        elif ord(character) in known:
            kept.append(character)
        elif all(ord(part) in known for part in plain):
            kept.append(plain)
        elif unicodedata.category(character)[0] == "L" or unicodedata.category(character) in ("Nd", "Mc"):
            missing.append(character)
    if missing:
        names = ", ".join(f"{c} (U+{ord(c):04X})" for c in dict.fromkeys(missing[:8]))
        raise TextError(f"the font {family} lacks {names} of the text {excerpt(text)}")
    return " ".join("".join(kept).split())


def fit(text: str, family: str, box: Box) -> Block:
    """Wrap ``text`` on words into a box at the largest size that fits.

    Raises:
        TextError: the text does not fit at the smallest size; the message names the text.
    """
    words = text.split()
    for size in range(box.largest, box.smallest - 1, -SIZE_STEP):
        if _fits(words, family, size, box, measure):
            lines = wrap(words, family, size, box.weight, box.width)
            return Block(lines, size, line_height(size))
    raise TextError(
        f"the text {excerpt(text)} ({len(text)} characters) does not fit {box.width}x{box.height} pixels "
        f"at {box.smallest} pixels: shorten it"
    )


def check_fit(text: str, family: str, box: Box) -> None:
    """Raise what ``fit`` raises, with a fraction of its work: the smallest size is tried first, and roughly before
    exactly.

    Raises:
        TextError: see ``fit``.
    """
    words, small = text.split(), box.smallest
    if not any(_fits(words, family, small, box, measured) for measured in (at_most, measure)):
        fit(text, family, box)


def wrap(words: list[str], family: str, size: int, weight: int, width: int) -> tuple[str, ...]:
    """Return as few lines as ``width`` allows, and then lines as even as can be, so that no word is left
    alone.
    """
    lines = _fill(words, family, size, weight, width, measure)
    # Narrowing the box as long as the number of lines stays the same evens out the lines.
    narrower = width
    while narrower > width // 2:
        narrower -= 20
        tried = _fill(words, family, size, weight, narrower, measure)
        if len(tried) > len(lines) or any(measure(t, family, size, weight) > narrower for t in tried):
            break
        lines = tried
    return lines


@functools.lru_cache(maxsize=4096)
def measure(text: str, family: str, size: int, weight: int) -> float:
    """Return the advance width of ``text`` in pixels."""
    return float(font(family, size, weight).getlength(text))


def at_most(text: str, family: str, size: int, weight: int) -> float:
    """Return a width in pixels that ``text`` does not exceed, from the widths of its characters: fast."""
    return WIDEST_KERNING * sum(_advance(character, family, size, weight) for character in text)


def line_height(size: int) -> int:
    """Return the distance of two baselines: tight for headings, looser for small text."""
    return round(size * (1.1 if size >= 90 else 1.2))


def excerpt(text: str) -> str:
    """Return the beginning of ``text``, quoted, for a message."""
    return repr(text if len(text) <= EXCERPT else text[: EXCERPT - 1] + "…")


def _fits(words: list[str], family: str, size: int, box: Box, measured: Measured) -> bool:
    # No line-breaking can make so much text fit; without this, a hostile text would be measured at each size.
    if sum(len(word) + 1 for word in words) * size * size * 0.2 > box.width * box.height:
        return False
    lines = _fill(words, family, size, box.weight, box.width, measured)
    return len(lines) * line_height(size) <= box.height and all(
        measured(line, family, size, box.weight) <= box.width for line in lines
    )


def _fill(
    words: list[str], family: str, size: int, weight: int, width: int, measured: Measured
) -> tuple[str, ...]:
    lines: list[str] = []
    for word in words:
        if lines and measured(f"{lines[-1]} {word}", family, size, weight) <= width:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines.append(word)
    return tuple(lines)


@functools.lru_cache(maxsize=16_384)
def _advance(character: str, family: str, size: int, weight: int) -> float:
    return float(font(family, size, weight).getlength(character))


@functools.cache
def _characters(family: str) -> frozenset[int]:
    with _font_file(family) as opened:
        return frozenset(opened.getBestCmap())


@functools.cache
def _axes(family: str) -> tuple[tuple[str, float, float, float], ...]:
    with _font_file(family) as opened:
        return tuple((a.axisTag, a.minValue, a.defaultValue, a.maxValue) for a in opened["fvar"].axes)


def font_licence(family: str) -> str:
    """Return what a packaged font's file says of its licence (OpenType, name table, id 13), or nothing."""
    with _font_file(family) as opened:
        return str(opened["name"].getDebugName(13) or "")


def _font_file(family: str) -> TTFont:
    file = importlib.resources.files("deckr_fonts") / "fonts" / FONT_FILES[family]
    with importlib.resources.as_file(file) as path:
        return TTFont(path)

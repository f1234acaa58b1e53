"""Text on the reel's canvas: packaged fonts, what they can draw, and fitting a text into a box.

Also the canvas and its safe zones. Colours, shapes and motion are made elsewhere.
"""

import functools
import importlib.resources
import unicodedata
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


class RenderError(UserError):
    """A script cannot be rendered; the message says why."""


@dataclass(frozen=True)
class Block:
    """Lines of text that fit a box, at one size in pixels."""

    lines: tuple[str, ...]
    size: int
    line_height: int

    @property
    def height(self) -> int:
        """Return the height of all lines in pixels."""
        return self.line_height * len(self.lines)


@functools.lru_cache(maxsize=64)
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
        RenderError: the font lacks letters or digits; the message names the font and the characters.
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
        raise RenderError(f"the font {family} lacks {names} of the text {excerpt(text)}")
    return " ".join("".join(kept).split())


def fit(text: str, family: str, weight: int, width: int, height: int, largest: int, smallest: int) -> Block:
    """Wrap ``text`` on words into ``width`` x ``height`` pixels at the largest size that fits.

    Raises:
        RenderError: the text does not fit at ``smallest``; the message names the text.
    """
    words = text.split()
    for size in range(largest, smallest - 1, -SIZE_STEP):
        # No size can make so much text fit; without this, a hostile text would be measured at each size.
        if len(text) * size * size * 0.2 > width * height:
            continue
        block = Block(wrap(words, family, size, weight, width), size, line_height(size))
        if block.height <= height and all(measure(w, family, size, weight) <= width for w in block.lines):
            return block
    raise RenderError(
        f"the text {excerpt(text)} ({len(text)} characters) does not fit {width}x{height} pixels "
        f"at {smallest} pixels: shorten it"
    )


def wrap(words: list[str], family: str, size: int, weight: int, width: int) -> tuple[str, ...]:
    """Return as few lines as ``width`` allows, and then lines as even as can be, so that no word is left
    alone.
    """
    lines = _fill(words, family, size, weight, width)
    # Narrowing the box as long as the number of lines stays the same evens out the lines.
    narrower = width
    while narrower > width // 2:
        narrower -= 20
        tried = _fill(words, family, size, weight, narrower)
        if len(tried) > len(lines) or any(measure(t, family, size, weight) > narrower for t in tried):
            break
        lines = tried
    return lines


@functools.lru_cache(maxsize=4096)
def measure(text: str, family: str, size: int, weight: int) -> float:
    """Return the advance width of ``text`` in pixels."""
    return float(font(family, size, weight).getlength(text))


def line_height(size: int) -> int:
    """Return the distance of two baselines: tight for headings, looser for small text."""
    return round(size * (1.1 if size >= 90 else 1.2))


def excerpt(text: str) -> str:
    """Return the beginning of ``text``, quoted, for a message."""
    return repr(text if len(text) <= EXCERPT else text[: EXCERPT - 1] + "…")


def _fill(words: list[str], family: str, size: int, weight: int, width: int) -> tuple[str, ...]:
    lines: list[str] = []
    for word in words:
        if lines and measure(f"{lines[-1]} {word}", family, size, weight) <= width:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines.append(word)
    return tuple(lines)


@functools.cache
def _characters(family: str) -> frozenset[int]:
    with _font_file(family) as opened:
        return frozenset(opened.getBestCmap())


@functools.cache
def _axes(family: str) -> tuple[tuple[str, float, float, float], ...]:
    with _font_file(family) as opened:
        return tuple((a.axisTag, a.minValue, a.defaultValue, a.maxValue) for a in opened["fvar"].axes)


def _font_file(family: str) -> TTFont:
    file = importlib.resources.files("deckr_fonts") / "fonts" / FONT_FILES[family]
    with importlib.resources.as_file(file) as path:
        return TTFont(path)

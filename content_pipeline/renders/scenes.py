"""What a reel shows, scene by scene: pictures of a script's segments with their times and entrances.

Nothing is blended here: the compositor does that, frame by frame.
"""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from content_pipeline.renders import drawing
from content_pipeline.renders.captions import Phrase, Word, phrases, time_words
from content_pipeline.renders.drawing import Picture, bare, rounded, stacked, text_lines, words
from content_pipeline.renders.layout import (
    BOLD,
    MEDIUM,
    SAFE_BOTTOM,
    SAFE_LEFT,
    SAFE_RIGHT,
    SAFE_TOP,
    RenderError,
    drawable,
    fit,
    font,
    line_height,
    measure,
)
from content_pipeline.renders.palette import NEAR_BLACK, WHITE, Palette, Rgb, contrast, mix, palette
from content_pipeline.scripts.records import Script, Segment
from content_pipeline.settings import Brand

SLIDE_S = 0.35
STAGGER_S = 0.07
LEAVE_S = 0.12
BLOCK_TOP, BLOCK_BOTTOM = 400, 1250
"""Between the handle above and the captions below."""
COLUMN = SAFE_RIGHT - SAFE_LEFT
CAPTION_SIZE = 52
CAPTION_PAD = 28
CAPTION_SPACE = 19
"""Wider than a space of the font: a chip must not touch the words beside it."""
NUMBERED = re.compile(r"^(?:\w+\s+)?(\d{1,2})\s*[.:)]\s+(?=\S)")
HEADED = re.compile(r"^([^:]{2,36}):\s+(?=\S)")
ACTIONS = {"save": "Save", "share": "Share", "send": "Share", "comment": "Comment", "follow": "Follow"}
_PLAIN = (
    "about after again before being could does every from have here into just like more most much nobody"
    " never only other over really should some than that their them then there these they thing things this"
    " those through what when where which while will with without would your yourself"
)
PLAIN_WORDS = frozenset(_PLAIN.split())
"""Words that are long and say little: no key words."""


@dataclass(frozen=True)
class Element:
    """A picture that is seen from ``start_s`` to ``end_s``, comes in from ``slide`` pixels off, and fades in
    and out.
    """

    picture: Picture
    start_s: float
    end_s: float
    slide: tuple[int, int] = (0, 0)
    enter_s: float = SLIDE_S
    leave_s: float = LEAVE_S


@dataclass(frozen=True)
class Scene:
    """A segment of the reel as it is drawn; later elements lie over earlier ones."""

    number: int
    start_s: float
    end_s: float
    colours: Palette
    elements: tuple[Element, ...]

    def ground(self) -> NDArray[np.float32]:
        """Draw the ground (see ``drawing.ground``)."""
        return drawing.ground(self.colours, self.number)


def build_scenes(script: Script, brand: Brand, handle: str) -> list[Scene]:
    """Lay out every segment of a script.

    Raises:
        RenderError: a text does not fit, or the font lacks its letters.
    """
    scenes, bodies = [], 0
    for number, segment in enumerate(script.segments):
        colours = palette(brand, number)
        text = drawable(segment.on_screen_text, brand.font)
        if not text:
            raise RenderError(f"nothing of the text {segment.on_screen_text!r} can be drawn")
        if segment.role == "body":
            bodies += 1
            pictures = _body(text, bodies, brand, colours)
        elif segment.role == "cta":
            pictures = _call(text, handle, script.language, brand, colours)
        else:
            pictures = headline(text, brand, colours, BLOCK_TOP, BLOCK_BOTTOM)
        elements = [_handle(segment, handle, brand, colours)]
        # A reel's first frame is its still picture in feeds: the hook is there from the beginning.
        lead = SLIDE_S if number == 0 else -0.1
        for order, picture in enumerate(pictures):
            begin = segment.start_s - lead + order * STAGGER_S
            elements.append(Element(picture, begin, segment.end_s, slide=(0, 90)))
        elements += _captions(segment, brand, colours)
        scenes.append(Scene(number, segment.start_s, segment.end_s, colours, tuple(elements)))
    return scenes


def headline(text: str, brand: Brand, colours: Palette, top: int, bottom: int) -> list[Picture]:
    """Draw a huge text under a short bar, in the middle between ``top`` and ``bottom``; key words take the
    accent.
    """
    block = fit(text, brand.font, BOLD, COLUMN, bottom - top - 70, 176, 64)
    start = top + (bottom - top - block.height - 70) // 2
    bar = rounded(SAFE_LEFT, start, 120, 14, 7, colours.primary)
    lines = text_lines(
        block, brand.font, BOLD, SAFE_LEFT, start + 62, colours.ink, colours.accent, key_words(text)
    )
    return [bar, *lines]


def key_words(text: str) -> frozenset[str]:
    """Return the words of a text that carry it: numbers, and its two longest words that are not common
    ones.
    """
    found = list(dict.fromkeys(bare(word) for word in text.split()))
    numbers = {word for word in found if any(character.isdigit() for character in word)}
    long = sorted((w for w in found if len(w) > 3 and w not in PLAIN_WORDS), key=len, reverse=True)
    return frozenset(numbers | set(long[: max(1, 2 - len(numbers))]))


def _body(text: str, count: int, brand: Brand, colours: Palette) -> list[Picture]:
    """Draw a numbered point: badge, rule, heading, and what follows a colon as a smaller text."""
    numbered = NUMBERED.match(text)
    number = numbered[1] if numbered else str(count)
    text = text[numbered.end() :] if numbered else text
    headed = HEADED.match(text)
    title, rest = (headed[1], text[headed.end() :]) if headed else (text, "")
    badge, gap = 150, 54
    room = BLOCK_BOTTOM - BLOCK_TOP - badge - 2 * gap
    title_block = fit(title, brand.font, BOLD, COLUMN, room if not rest else room // 2, 152, 52)
    rest_block = fit(rest, brand.font, MEDIUM, COLUMN, room // 2 - 30, 76, 40) if rest else None
    height = badge + 2 * gap + title_block.height + (30 + rest_block.height if rest_block else 0)
    top = BLOCK_TOP + (BLOCK_BOTTOM - BLOCK_TOP - height) // 2
    circle = rounded(SAFE_LEFT, top, badge, badge, badge // 2, colours.primary)
    digits = _centred(
        number, brand.font, BOLD, 84, SAFE_LEFT + badge // 2, top + badge // 2, colours.on_primary
    )
    rule_left = SAFE_LEFT + badge + 36
    rule = rounded(
        rule_left, top + badge // 2 - 3, SAFE_RIGHT - rule_left, 6, 3, mix(colours.top, colours.ink, 0.35)
    )
    top += badge + gap
    pictures = [stacked(circle, digits), rule]
    keys = key_words(title) if not rest else frozenset(bare(word) for word in title.split())
    pictures += text_lines(title_block, brand.font, BOLD, SAFE_LEFT, top, colours.ink, colours.accent, keys)
    if rest_block:
        top += title_block.height + 30
        pictures += text_lines(
            rest_block, brand.font, MEDIUM, SAFE_LEFT, top, colours.ink, colours.accent, frozenset()
        )
    return pictures


def _call(text: str, handle: str, language: str, brand: Brand, colours: Palette) -> list[Picture]:
    """Draw the call to action: a large text over a pill with its verb, and the handle beside it."""
    pill_height, gap = 136, 70
    block = fit(text, brand.font, BOLD, COLUMN, BLOCK_BOTTOM - BLOCK_TOP - pill_height - gap, 140, 56)
    top = BLOCK_TOP + (BLOCK_BOTTOM - BLOCK_TOP - block.height - pill_height - gap) // 2
    lines = text_lines(
        block, brand.font, BOLD, SAFE_LEFT, top, colours.ink, colours.accent, frozenset(key_words(text))
    )
    top += block.height + gap
    action = ACTIONS.get(bare(text.split()[0])) if language == "en" else None
    label = fit(action or f"@{handle}", brand.font, BOLD, COLUMN - 140, 90, 60, 28)
    width = round(measure(label.lines[0], brand.font, label.size, BOLD)) + 140
    pill = stacked(
        rounded(SAFE_LEFT, top, width, pill_height, pill_height // 2, colours.primary),
        _centred(
            label.lines[0],
            brand.font,
            BOLD,
            label.size,
            SAFE_LEFT + width // 2,
            top + pill_height // 2,
            colours.on_primary,
        ),
    )
    left = SAFE_LEFT + width + 36
    if not action or SAFE_RIGHT - left < 200:
        return [*lines, pill]
    name = fit(f"@{handle}", brand.font, MEDIUM, SAFE_RIGHT - left, 70, 48, 24)
    beside = words(
        [(name.lines[0], 0.0, colours.ink)],
        brand.font,
        MEDIUM,
        name.size,
        left,
        top + pill_height // 2 - round(name.size * 0.64),
    )
    return [*lines, pill, beside]


def _handle(segment: Segment, handle: str, brand: Brand, colours: Palette) -> Element:
    block = fit(drawable(f"@{handle}", brand.font), brand.font, MEDIUM, COLUMN, 60, 36, 20)
    picture = words(
        [(block.lines[0], 0.0, colours.ink)], brand.font, MEDIUM, block.size, SAFE_LEFT, SAFE_TOP + 34
    )
    return Element(picture, segment.start_s, segment.end_s, enter_s=0.0, leave_s=0.0)


def _captions(segment: Segment, brand: Brand, colours: Palette) -> list[Element]:
    """Draw each phrase on a plate; the word that is being said lies on it again, on a chip of the primary
    colour.
    """
    text = drawable(segment.voice_text, brand.font)
    if not text:
        return []
    spoken = time_words(text, segment.start_s + 0.1, segment.end_s - 0.1)
    found = phrases(spoken, brand.font, MEDIUM, CAPTION_SIZE, COLUMN - 2 * CAPTION_PAD - 60)
    elements = []
    for number, phrase in enumerate(found):
        end = found[number + 1].words[0].start_s if number + 1 < len(found) else segment.end_s
        elements += _phrase(phrase, end, brand, colours)
    return elements


def _phrase(phrase: Phrase, end_s: float, brand: Brand, colours: Palette) -> list[Element]:
    pitch = line_height(CAPTION_SIZE) + 12
    widths = [_width(line, brand) for line in phrase.lines]
    height = pitch * len(phrase.lines) + 2 * CAPTION_PAD - 12
    top = SAFE_BOTTOM - 12 - height
    plate_colour = mix(colours.top, NEAR_BLACK if contrast(colours.ink, NEAR_BLACK) > 4.5 else WHITE, 0.55)
    plate = rounded(SAFE_LEFT, top, round(max(widths)) + 2 * CAPTION_PAD, height, 28, plate_colour, 0.82)
    drawn, chips = [], []
    for row, line in enumerate(phrase.lines):
        y = top + CAPTION_PAD + row * pitch
        x = 0.0
        for word in line:
            runs = [(word.text, 0.0, colours.ink)]
            left = SAFE_LEFT + CAPTION_PAD + round(x)
            drawn.append(words(runs, brand.font, MEDIUM, CAPTION_SIZE, left, y))
            chips.append(_chip(word, left, y, brand, colours))
            x += measure(word.text, brand.font, CAPTION_SIZE, MEDIUM) + CAPTION_SPACE
    start = phrase.words[0].start_s
    still = Element(stacked(plate, *drawn), start, end_s, enter_s=0.1, leave_s=0.0)
    ends = [word.start_s for word in phrase.words[1:]] + [end_s]
    return [
        still,
        *(
            Element(chip, word.start_s, until, enter_s=0.0, leave_s=0.0)
            for chip, word, until in zip(chips, phrase.words, ends, strict=True)
        ),
    ]


def _chip(word: Word, left: int, top: int, brand: Brand, colours: Palette) -> Picture:
    width = round(measure(word.text, brand.font, CAPTION_SIZE, MEDIUM))
    plate = rounded(left - 9, top - 1, width + 18, line_height(CAPTION_SIZE) + 6, 16, colours.primary)
    return stacked(
        plate, words([(word.text, 0.0, colours.on_primary)], brand.font, MEDIUM, CAPTION_SIZE, left, top)
    )


def _width(line: tuple[Word, ...], brand: Brand) -> float:
    texts = sum(measure(word.text, brand.font, CAPTION_SIZE, MEDIUM) for word in line)
    return texts + CAPTION_SPACE * (len(line) - 1)


def _centred(text: str, family: str, weight: int, size: int, x: int, y: int, ink: Rgb) -> Picture:
    """Draw one line with the middle of its capitals at ``x``, ``y``."""
    _left, top, _right, bottom = font(family, size, weight).getbbox("H", anchor="ls")
    width = measure(text, family, size, weight)
    return words(
        [(text, 0.0, ink)], family, weight, size, round(x - width / 2), round(y - (top + bottom) / 2) - size
    )

"""What a reel shows, scene by scene: pictures of a script's segments with their times and entrances.

How a text looks is in ``looks``. Nothing is blended here: the compositor does that, frame by frame.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from content_pipeline.accounts import Brand
from content_pipeline.boxes import (
    BLOCK_BOTTOM,
    BLOCK_TOP,
    CAPTION_PAD,
    CAPTION_SIZE,
    CAPTION_WIDTH,
    COLUMN,
    caption_text,
    fitted,
    split_point,
)
from content_pipeline.renders import drawing, looks
from content_pipeline.renders.captions import Phrase, Word, phrases, time_words
from content_pipeline.renders.drawing import Picture, rounded, stacked, words
from content_pipeline.renders.palette import NEAR_BLACK, WHITE, Palette, contrast, mix, palette
from content_pipeline.scripts.records import Script, Segment
from content_pipeline.typography import (
    MEDIUM,
    SAFE_BOTTOM,
    SAFE_LEFT,
    SAFE_TOP,
    Box,
    drawable,
    fit,
    line_height,
    measure,
)

SLIDE_S = 0.35
STAGGER_S = 0.07
LEAVE_S = 0.12
CAPTION_SPACE = 19
"""Wider than a space of the font: a chip must not touch the words beside it."""


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
        TextError: a text does not fit, or the font lacks its letters.
        RenderError: a voice text has more words than anyone can follow.
    """
    scenes, points = [], 0
    for number, segment in enumerate(script.segments):
        colours = palette(brand, number)
        points += segment.role == "body"
        pictures = _pictures(segment, points, script.language, handle, brand, colours)
        elements = [_handle(segment, handle, brand, colours)]
        # A reel's first frame is its still picture in feeds: the hook is there from the beginning.
        lead = SLIDE_S if number == 0 else -0.1
        for order, picture in enumerate(pictures):
            begin = segment.start_s - lead + order * STAGGER_S
            elements.append(Element(picture, begin, segment.end_s, slide=(0, 90)))
        elements += _captions(segment, brand, colours)
        scenes.append(Scene(number, segment.start_s, segment.end_s, colours, tuple(elements)))
    return scenes


def _pictures(
    segment: Segment, number: int, language: str, handle: str, brand: Brand, colours: Palette
) -> list[Picture]:
    """Draw a segment's text by its role; ``number`` is what a point counts as."""
    text, family = segment.on_screen_text, brand.font
    blocks = fitted(segment.role, text, family)
    if segment.role == "body":
        return looks.point(split_point(text, family), number, blocks, family, colours)
    if segment.role == "cta":
        return looks.call(blocks[0], handle, language, family, colours)
    if segment.role == "context":
        return looks.context(blocks[0], language, family, colours)
    return looks.headline(blocks[0], family, colours, BLOCK_TOP, BLOCK_BOTTOM)


def _handle(segment: Segment, handle: str, brand: Brand, colours: Palette) -> Element:
    block = fit(drawable(f"@{handle}", brand.font), brand.font, Box(COLUMN, 60, MEDIUM, 36, 20))
    picture = words(
        [(block.lines[0], 0.0, colours.ink)], brand.font, MEDIUM, block.size, SAFE_LEFT, SAFE_TOP + 34
    )
    return Element(picture, segment.start_s, segment.end_s, enter_s=0.0, leave_s=0.0)


def _captions(segment: Segment, brand: Brand, colours: Palette) -> list[Element]:
    """Draw each phrase on a plate; the word that is being said lies on it again, on a chip of the primary
    colour.
    """
    text = caption_text(segment.voice_text, brand.font)
    if not text:
        return []
    spoken = time_words(text, segment.start_s + 0.1, segment.end_s - 0.1)
    found = phrases(spoken, brand.font, MEDIUM, CAPTION_SIZE, CAPTION_WIDTH)
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

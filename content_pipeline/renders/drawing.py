"""Pictures of a scene's parts, drawn once with Pillow: words, shapes, the ground. RGBA with straight alpha.

A picture knows where it lies on the canvas; when it is seen and how it moves is the scenes' matter.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from content_pipeline.renders.palette import Palette, Rgb
from content_pipeline.typography import HEIGHT, WIDTH, Block, font, measure

MARGIN = 96
"""By how much the ground is larger than the canvas on each axis, so that it can drift."""
SUPERSAMPLING = 4
GROUND_SCALE = 8
SPOTS = (((1.0, 0.04), 0.85), ((0.0, 0.98), 0.7))
"""Soft discs: centre as shares of width and height, radius as a share of the width."""
RINGS = (150, 220, 290)
"""Radii in pixels of the fine rings around the discs' centres; they stay clear of the text."""
RING_WIDTH, RING_ALPHA = 3, 0.3


@dataclass(frozen=True)
class Picture:
    """An RGBA image with its place: ``left`` and ``top`` in pixels of the canvas."""

    image: Image.Image
    left: int
    top: int

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Return left, top, right, bottom of what is visible, right and bottom exclusive."""
        seen = self.image.getchannel("A").getbbox() or (0, 0, 0, 0)
        return self.left + seen[0], self.top + seen[1], self.left + seen[2], self.top + seen[3]


def text_lines(
    block: Block, family: str, weight: int, left: int, top: int, ink: Rgb, accent: Rgb, keys: frozenset[str]
) -> list[Picture]:
    """Draw each line of a block as its own picture; words in ``keys`` (lower case, bare) take the accent
    colour.
    """
    pictures = []
    for number, line in enumerate(block.lines):
        runs, x = [], 0.0
        space = measure(" ", family, block.size, weight)
        for word in line.split():
            colour = accent if bare(word) in keys else ink
            runs.append((word, x, colour))
            x += measure(word, family, block.size, weight) + space
        pictures.append(words(runs, family, weight, block.size, left, top + number * block.line_height))
    return pictures


def words(
    runs: list[tuple[str, float, Rgb]], family: str, weight: int, size: int, left: int, top: int
) -> Picture:
    """Draw words of one line at their horizontal offsets; ``top`` is the top of the line, descenders
    included below.
    """
    face = font(family, size, weight)
    width = max(x + measure(word, family, size, weight) for word, x, _ in runs)
    pad = size // 4
    # Colour is laid down everywhere and only alpha is drawn, so that edges never mix with black.
    image = Image.new("RGBA", (round(width) + 2 * pad, round(size * 1.3) + 2 * pad))
    for word, x, colour in runs:
        mask = Image.new("L", image.size)
        ImageDraw.Draw(mask).text((pad + x, pad + size), word, font=face, fill=255, anchor="ls")
        layer = Image.new("RGBA", image.size, (*colour, 255))
        layer.putalpha(mask)
        image.alpha_composite(layer)
    return Picture(image, left - pad, top - pad)


def rounded(
    left: int, top: int, width: int, height: int, radius: int, colour: Rgb, alpha: float = 1.0
) -> Picture:
    """Draw a filled rectangle with smooth round corners."""
    scale = SUPERSAMPLING
    mask = Image.new("L", (width * scale, height * scale))
    ImageDraw.Draw(mask).rounded_rectangle(
        (0, 0, width * scale - 1, height * scale - 1), radius * scale, fill=round(255 * alpha)
    )
    image = Image.new("RGBA", (width, height), (*colour, 255))
    image.putalpha(mask.resize((width, height), Image.Resampling.BOX))
    return Picture(image, left, top)


def tick(left: int, top: int, size: int, colour: Rgb, mark: Rgb, ticked: bool) -> Picture:
    """Draw a square to tick: an outline with smooth round corners, filled and with a mark where it is ticked."""
    scale = SUPERSAMPLING
    large, edge = size * scale, size * scale // 11
    mask = Image.new("L", (large, large))
    pen = ImageDraw.Draw(mask)
    pen.rounded_rectangle((0, 0, large - 1, large - 1), large // 5, fill=255)
    image = Image.new("RGBA", (size, size), (*colour, 255))
    if not ticked:
        inner = (edge, edge, large - 1 - edge, large - 1 - edge)
        pen.rounded_rectangle(inner, large // 5 - edge, fill=0)
    image.putalpha(mask.resize((size, size), Image.Resampling.BOX))
    if ticked:
        stroke = Image.new("L", (large, large))
        points = [(round(large * x), round(large * y)) for x, y in ((0.27, 0.52), (0.44, 0.69), (0.74, 0.33))]
        pen = ImageDraw.Draw(stroke)
        pen.line(points, fill=255, width=round(edge * 1.4), joint="curve")
        for x, y in (points[0], points[-1]):
            pen.circle((x, y), edge * 0.7, fill=255)
        layer = Image.new("RGBA", (size, size), (*mark, 255))
        layer.putalpha(stroke.resize((size, size), Image.Resampling.BOX))
        image.alpha_composite(layer)
    return Picture(image, left, top)


def stacked(*pictures: Picture) -> Picture:
    """Join pictures into one, the first at the bottom."""
    left, top = min(p.left for p in pictures), min(p.top for p in pictures)
    right = max(p.left + p.image.width for p in pictures)
    bottom = max(p.top + p.image.height for p in pictures)
    image = Image.new("RGBA", (right - left, bottom - top))
    for picture in pictures:
        image.alpha_composite(picture.image, (picture.left - left, picture.top - top))
    return Picture(image, left, top)


def ground(palette: Palette, scene: int) -> NDArray[np.float32]:
    """Return the ground of a scene as RGB floats of 0 to 255, (HEIGHT + MARGIN, WIDTH + MARGIN, 3).

    A gradient under large soft discs and fine rings of the primary colour. What is soft is drawn small and
    enlarged.
    """
    height, width = (HEIGHT + MARGIN) // GROUND_SCALE, (WIDTH + MARGIN) // GROUND_SCALE
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    slope = ((rows / height) * 0.8 + (columns / width) * 0.2)[..., None]
    picture = np.array(palette.top, np.float32) * (1 - slope) + np.array(palette.bottom, np.float32) * slope
    glow = np.zeros((height, width), np.float32)
    centres = [_turned(centre, scene) for centre, _ in SPOTS]
    for (x, y), (_, radius) in zip(centres, SPOTS, strict=True):
        distance = np.hypot(columns - x * width, rows - y * height) / (radius * width)
        glow = np.maximum(glow, np.clip(1 - distance, 0, 1) ** 1.5)
    glow = cv2.GaussianBlur(glow, (0, 0), 6)[..., None] * palette.glow
    picture = picture * (1 - glow) + np.array(palette.primary, np.float32) * glow
    large = cv2.resize(picture, (WIDTH + MARGIN, HEIGHT + MARGIN), interpolation=cv2.INTER_CUBIC)
    for x, y in centres:
        _draw_rings(large, round(x * large.shape[1]), round(y * large.shape[0]), palette.primary)
    return np.asarray(large, np.float32)


def _draw_rings(picture: NDArray[np.float32], x: int, y: int, colour: Rgb) -> None:
    """Draw the fine rings around a point, where they are within the picture."""
    reach = RINGS[-1] + 8
    mask = Image.new("L", (2 * reach, 2 * reach))
    for radius in RINGS:
        ImageDraw.Draw(mask).circle((reach, reach), radius, outline=255, width=RING_WIDTH)
    soft = cv2.GaussianBlur(np.asarray(mask, np.float32), (0, 0), 0.8) / 255 * RING_ALPHA
    left, top = max(0, x - reach), max(0, y - reach)
    part = picture[top : y + reach, left : x + reach]
    line = soft[top - y + reach :, left - x + reach :][: part.shape[0], : part.shape[1], None]
    part += (np.array(colour, np.float32) - part) * line


def _turned(centre: tuple[float, float], scene: int) -> tuple[float, float]:
    """Mirror a shape from scene to scene, so that a cut is seen and the brand is kept."""
    x, y = centre
    return (1 - x if scene % 2 else x), y


def bare(word: str) -> str:
    """Return a word in lower case without the punctuation around it."""
    return word.strip(".,:;!?\"'()“”‘’…").lower()

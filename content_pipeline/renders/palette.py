"""Colours of a scene, derived from a brand: readable inks, hue-shifted gradients, and BT.709 video levels.

Every pair of ink and ground that a palette gives meets WCAG's contrast of 4.5 to 1. Shapes and text are
drawn elsewhere.
"""

import colorsys
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from content_pipeline.accounts import Brand

Rgb = tuple[int, int, int]

BLACK: Rgb = (0, 0, 0)
WHITE: Rgb = (255, 255, 255)
NEAR_BLACK: Rgb = (11, 13, 18)
CONTRAST = 4.5
"""WCAG 2.2, success criterion 1.4.3, for text of any size."""
HUE_STEP = 0.018
GLOW = 0.2

_LUMA = np.array([0.2126, 0.7152, 0.0722])
TO_YUV = np.column_stack(
    [
        np.stack(
            [
                219 / 255 * _LUMA,
                224 / 255 * (np.array([0, 0, 1]) - _LUMA) / 1.8556,
                224 / 255 * (np.array([1, 0, 0]) - _LUMA) / 1.5748,
            ]
        ),
        [16, 128, 128],
    ]
).astype(np.float32)
"""From RGB of 0 to 255 to Y, Cb and Cr of limited range (ITU-R BT.709-6, tables 3 and 4); the last column is
added.
"""


@dataclass(frozen=True)
class Palette:
    """The colours of one scene. ``ink`` and ``accent`` are readable on every shade of the ground,
    ``on_primary`` on ``primary``.

    ``glow`` is the share of the primary colour that the soft shapes add to the ground at most.
    """

    top: Rgb
    bottom: Rgb
    glow: float
    primary: Rgb
    ink: Rgb
    accent: Rgb
    on_primary: Rgb


def palette(brand: Brand, scene: int) -> Palette:
    """Return the colours of a brand's scene: the ground's hue moves a little with ``scene``."""
    primary = rgb(brand.primary)
    top, end = (_shift_hue(rgb(colour), scene) for colour in (brand.background, brand.surface))
    wish = rgb(brand.text)
    # On a gradient from dark to light, or under a strong glow, no ink may be readable everywhere: then the
    # ground gets plainer.
    for bottom, glow in ((end, GLOW), (top, GLOW), (top, 0.0)):
        grounds = [top, bottom, mix(top, primary, glow), mix(bottom, primary, glow)]
        ink = readable(wish, grounds)
        if _worst(ink, grounds) >= CONTRAST:
            break
    return Palette(top, bottom, glow, primary, ink, _accent(primary, ink, grounds), readable(top, [primary]))


def readable(wish: Rgb, grounds: list[Rgb]) -> Rgb:
    """Return ``wish`` if it meets the contrast on all ``grounds``, else white, near-black or black, the
    first that does.

    On a single ground one of them always does. Where none does, the best of them is returned.
    """
    inks = (wish, *sorted((WHITE, NEAR_BLACK), key=lambda ink: -_worst(ink, grounds)), BLACK)
    met = (ink for ink in inks if _worst(ink, grounds) >= CONTRAST)
    return next(met, None) or max(inks[1:], key=lambda ink: _worst(ink, grounds))


def contrast(first: Rgb, second: Rgb) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.2, definition of contrast ratio)."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def mix(first: Rgb, second: Rgb, share: float) -> Rgb:
    """Return the colour between two, ``share`` of the way from the first to the second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def rgb(colour: str) -> Rgb:
    """Return ``#rrggbb`` as three numbers of 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def to_yuv(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """Convert RGB (..., 3) of 0 to 255 into Y, Cb and Cr of limited range, in the same shape."""
    return np.asarray(cv2.transform(picture.reshape(-1, 1, 3), TO_YUV), np.float32).reshape(picture.shape)


def _accent(primary: Rgb, ink: Rgb, grounds: list[Rgb]) -> Rgb:
    """Return the primary colour, moved towards the ink no further than readability asks for."""
    candidates = (mix(primary, ink, step / 10) for step in range(11))
    return next((colour for colour in candidates if _worst(colour, grounds) >= CONTRAST), ink)


def _worst(ink: Rgb, grounds: list[Rgb]) -> float:
    return min(contrast(ink, ground) for ground in grounds)


def _luminance(colour: Rgb) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _shift_hue(colour: Rgb, scene: int) -> Rgb:
    hue, lightness, saturation = colorsys.rgb_to_hls(*(value / 255 for value in colour))
    red, green, blue = colorsys.hls_to_rgb((hue + HUE_STEP * scene) % 1, lightness, saturation)
    return round(red * 255), round(green * 255), round(blue * 255)

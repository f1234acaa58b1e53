"""Frames of a reel in YUV 4:2:0: layers are converted once, and a frame blends only what it shows.

Blending is done in 8-bit planes with premultiplied layers, so that no RGB frame is ever made.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from content_pipeline.renders.drawing import MARGIN, Picture
from content_pipeline.renders.palette import Rgb, mix, to_yuv
from content_pipeline.renders.scenes import Element, Scene
from content_pipeline.typography import HEIGHT, SAFE_LEFT, SAFE_RIGHT, SAFE_TOP, WIDTH

FPS = 30
WIPE_S = 0.3
WIPE_EDGE = 20
DRIFT_FRAMES = 3
"""The ground moves by one chroma sample every so many frames: slow, and the frames between cost the encoder
nothing.
"""
BAR_HEIGHT = 8
BAYER = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.float32) / 16

Bytes = NDArray[np.uint8]
Planes = tuple[Bytes, Bytes, Bytes]


@dataclass(frozen=True)
class Layer:
    """A picture as premultiplied planes and how much of what lies below shines through, at even
    coordinates.
    """

    left: int
    top: int
    planes: Planes
    through: Planes


def layer(picture: Picture) -> Layer:
    """Convert a picture; it is padded so that chroma samples are not cut, and cropped to what is visible."""
    left, top, right, bottom = picture.box
    even_left, even_top = left & ~1, top & ~1
    width, height = (right - even_left + 1) & ~1, (bottom - even_top + 1) & ~1
    rgba = np.zeros((height, width, 4), np.float32)
    cut = picture.image.crop(
        (left - picture.left, top - picture.top, right - picture.left, bottom - picture.top)
    )
    inset = rgba[top - even_top :, left - even_left :]
    inset[: bottom - top, : right - left] = np.asarray(cut, np.float32)
    alpha = rgba[..., 3:] / 255
    premultiplied = to_yuv(rgba[..., :3]) * alpha
    half = (width // 2, height // 2)
    chroma, thin = (
        cv2.resize(part, half, interpolation=cv2.INTER_AREA) for part in (premultiplied[..., 1:], alpha)
    )
    through = _round(255 * (1 - alpha[..., 0])), _round(255 * (1 - thin))
    planes = _round(premultiplied[..., 0]), _round(chroma[..., 0]), _round(chroma[..., 1])
    return Layer(even_left, even_top, planes, (through[0], through[1], through[1]))


def ground_planes(picture: NDArray[np.float32]) -> Planes:
    """Convert an RGB ground; ordered dither hides the steps that 8 bits leave in a soft gradient."""
    yuv = to_yuv(picture)
    height, width = yuv.shape[:2]
    small = cv2.resize(yuv[..., 1:], (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    return tuple(  # type: ignore[return-value]
        np.floor(plane + np.tile(BAYER, (plane.shape[0] // 4, plane.shape[1] // 4))).astype(np.uint8)
        for plane in (yuv[..., 0], small[..., 0], small[..., 1])
    )


class Compositor:
    """Composes the frames of scenes that follow one another."""

    def __init__(self, scenes: list[Scene]) -> None:
        self._scenes = scenes
        self._frames = round(scenes[-1].end_s * FPS)
        self._video_frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
        self._planes = tuple(_writable(plane) for plane in self._video_frame.planes)

    @property
    def count(self) -> int:
        """Return the number of frames."""
        return self._frames

    def frames(self) -> Iterator[av.VideoFrame]:
        """Yield every frame; it is one reused frame, which must be encoded before the next is asked for."""
        before: Planes | None = None
        for scene in self._scenes:
            first, last = round(scene.start_s * FPS), round(scene.end_s * FPS)
            ground = ground_planes(scene.ground())
            layers: dict[int, Layer] = {}
            drawn: list[object] = []
            for index in range(first, last):
                age = index - first
                seen = [_seen(element, index / FPS) for element in scene.elements]
                state: list[object] = [_drift(age), age if age < WIPE_S * FPS else None, seen]
                # A frame that differs from the one before by the bar alone is already in the planes.
                if state != drawn:
                    self._draw_ground(ground, age, before, scene)
                    self._draw_elements(scene.elements, seen, layers)
                    drawn = state
                self._draw_bar(scene, index)
                self._video_frame.pts = index
                yield self._video_frame
            before = tuple(plane.copy() for plane in _crop(ground, _drift(last - 1 - first)))  # type: ignore[assignment]

    def _draw_ground(self, ground: Planes, age: int, before: Planes | None, scene: Scene) -> None:
        """Copy the visible part of the ground; a new scene wipes up over the one before."""
        passed = age / (WIPE_S * FPS)
        shift = _drift(age)
        edge = 0 if before is None or passed >= 1 else round(HEIGHT * (1 - ease(passed))) & ~1
        colour = _level(scene.colours.primary)
        for number, (target, source) in enumerate(zip(self._planes, _crop(ground, shift), strict=True)):
            half = 1 if number == 0 else 2
            limit = edge // half
            target[limit:] = source[limit:]
            if before is not None and limit:
                target[:limit] = before[number][:limit]
                target[max(0, limit - WIPE_EDGE // half) : limit] = colour[number]

    def _draw_elements(
        self,
        elements: tuple[Element, ...],
        seen: list[tuple[float, int, int] | None],
        layers: dict[int, Layer],
    ) -> None:
        """Blend what is seen now; a layer is made when its element is first seen and dropped afterwards."""
        for order, (element, look) in enumerate(zip(elements, seen, strict=True)):
            if look is None:
                layers.pop(order, None)
                continue
            if order not in layers:
                layers[order] = layer(element.picture)
            opacity, right, down = look
            self._blend(layers[order], right, down, opacity)

    def _blend(self, drawn: Layer, right: int, down: int, opacity: float) -> None:
        for number, (target, own, through) in enumerate(
            zip(self._planes, drawn.planes, drawn.through, strict=True)
        ):
            half = 1 if number == 0 else 2
            x, y = (drawn.left + right) // half, (drawn.top + down) // half
            if opacity < 1:
                own = np.asarray(cv2.convertScaleAbs(own, alpha=opacity), np.uint8)
                through = np.asarray(
                    cv2.convertScaleAbs(through, alpha=opacity, beta=255 * (1 - opacity)), np.uint8
                )
            part = target[y : y + own.shape[0], x : x + own.shape[1]]
            own, through = own[: part.shape[0], : part.shape[1]], through[: part.shape[0], : part.shape[1]]
            part[:] = cv2.add(cv2.multiply(part, through, scale=1 / 255), own)

    def _draw_bar(self, scene: Scene, index: int) -> None:
        """Fill the thin bar at the top of the safe zone as far as the reel has run."""
        whole = SAFE_RIGHT - SAFE_LEFT
        done = SAFE_LEFT + round(whole * (index + 1) / self._frames / 2) * 2
        full, rest = _level(scene.colours.primary), _level(mix(scene.colours.top, scene.colours.ink, 0.22))
        for number, target in enumerate(self._planes):
            half = 1 if number == 0 else 2
            rows = target[SAFE_TOP // half : (SAFE_TOP + BAR_HEIGHT) // half]
            rows[:, SAFE_LEFT // half : done // half] = full[number]
            rows[:, done // half : SAFE_RIGHT // half] = rest[number]


def _seen(element: Element, now: float) -> tuple[float, int, int] | None:
    """Return how an element looks at ``now``: opacity, and by how many pixels it is still off; None when it
    is not seen.
    """
    if not element.start_s - 1e-6 <= now < element.end_s - 1e-6:
        return None
    entered = ease((now - element.start_s) / element.enter_s) if element.enter_s else 1.0
    left = (element.end_s - now) / element.leave_s if element.leave_s else 1.0
    right, down = (round(distance * (1 - entered) / 2) * 2 for distance in element.slide)
    return max(0.0, min(entered, left, 1.0)), right, down


def ease(share: float) -> float:
    """Return the cubic ease-out of ``share``: fast at first, at rest at 1."""
    return 1 - (1 - min(max(share, 0.0), 1.0)) ** 3


def _drift(age: int) -> int:
    return min(age // DRIFT_FRAMES * 2, MARGIN)


def _crop(ground: Planes, shift: int) -> Planes:
    luma, blue, red = ground
    half = shift // 2
    top, left = slice(half, half + HEIGHT // 2), slice(MARGIN // 2 - half, MARGIN // 2 - half + WIDTH // 2)
    whole = luma[shift : shift + HEIGHT, MARGIN - shift : MARGIN - shift + WIDTH]
    return whole, blue[top, left], red[top, left]


def _level(colour: Rgb) -> tuple[int, int, int]:
    luma, blue, red = (round(float(value)) for value in to_yuv(np.array(colour, np.float32)))
    return luma, blue, red


def _round(plane: NDArray[Any]) -> Bytes:
    return np.clip(plane + 0.5, 0, 255).astype(np.uint8)


def _writable(plane: av.video.plane.VideoPlane) -> Bytes:
    return np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]

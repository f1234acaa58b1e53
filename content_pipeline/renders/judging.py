"""What stands against a finished file: the rights of its parts, and what only the drawn pictures show.

The platform's limits on the file itself are ``media_checks``'s; a file that fails them is no render at all.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from content_pipeline.renders.palette import CONTRAST, GLOW, Palette, contrast, mix
from content_pipeline.renders.records import Provenance
from content_pipeline.review.records import Finding
from content_pipeline.review.rules.rights import check_rights
from content_pipeline.typography import HEIGHT, WIDTH

COVER_BYTES = 8_000_000
"""Meta, IG User Media, ``cover_url``: a JPEG of at most 8 MB."""
BLANK = 4.0
"""Standard deviation of the brightness (0 to 255) below which a picture shows nothing."""


def judge_pictures(palettes: Sequence[Palette], cover: Path) -> list[Finding]:
    """Return what stands against the pictures of a render: colours that cannot be read, and a cover that cannot be used.

    Args:
        palettes: the colours that the scenes and the cover are drawn in.
        cover: the cover's file.
    """
    return [*_contrast(palettes), *_cover(cover)]


def judge_parts(parts: Iterable[Provenance], caption: str) -> list[Finding]:
    """Return what stands against using the parts of a render beside a caption."""
    return list(check_rights(parts, caption))


def _contrast(palettes: Sequence[Palette]) -> Iterator[Finding]:
    ratio, number, what = min(
        ((value, n, name) for n, colours in enumerate(palettes) for name, value in _ratios(colours)),
        default=(CONTRAST, 0, ""),
    )
    if ratio < CONTRAST:
        yield Finding(
            rule_id="accessibility.contrast",
            severity="block",
            message=f"the {what} of scene {number + 1} has a contrast of {ratio:.1f} to 1; text needs {CONTRAST} to 1",
            remedy="choose brand colours that differ more in brightness, in the account's file",
            excerpt="",
        )


def _ratios(colours: Palette) -> Iterator[tuple[str, float]]:
    grounds = [colours.top, colours.bottom]
    grounds += [mix(ground, colours.primary, min(colours.glow, GLOW)) for ground in grounds]
    for name, ink in (("text", colours.ink), ("accented text", colours.accent)):
        yield name, min(contrast(ink, ground) for ground in grounds)
    yield "text on the primary colour", contrast(colours.on_primary, colours.primary)


def _cover(path: Path) -> Iterator[Finding]:
    try:
        size = path.stat().st_size
        with Image.open(path) as picture:
            form, shape, shades = picture.format, picture.size, np.asarray(picture.convert("L"), np.float32)
    except (OSError, UnidentifiedImageError) as error:
        yield _about_cover(f"the cover cannot be read: {error}")
        return
    if form != "JPEG" or shape != (WIDTH, HEIGHT) or size > COVER_BYTES:
        yield _about_cover(
            f"the cover is a {form} of {shape[0]}x{shape[1]} and {size} bytes; a JPEG of {WIDTH}x{HEIGHT} and 8 MB at most is needed"
        )
    elif float(shades.std()) < BLANK:
        yield _about_cover("the cover shows nothing")


def _about_cover(message: str) -> Finding:
    return Finding(
        rule_id="platform.cover",
        severity="block",
        message=message,
        remedy="give the script a cover text that can be drawn, and render it again",
        excerpt="",
    )

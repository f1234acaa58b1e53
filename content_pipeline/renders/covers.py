"""A reel's cover: one still picture, drawn like the hook but with the cover's own text.

The text stays in the middle, because a profile's grid crops the cover to 3:4.
"""

from pathlib import Path

import numpy as np
from PIL import Image, ImageCms

from content_pipeline.accounts import Brand
from content_pipeline.boxes import COLUMN, COVER_BOTTOM, COVER_TOP, fitted
from content_pipeline.renders import drawing
from content_pipeline.renders.looks import headline
from content_pipeline.renders.palette import palette
from content_pipeline.scripts.records import Script
from content_pipeline.typography import HEIGHT, MEDIUM, SAFE_LEFT, WIDTH, Box, drawable, fit

QUALITY = 92
PROFILE_DATE = slice(24, 36)
"""Where an ICC profile keeps its date of creation (ICC.1:2022, table 17): blanked, so that the same cover
has the same bytes.
"""


def draw_cover(script: Script, brand: Brand, handle: str, path: Path) -> None:
    """Write a 1080x1920 sRGB JPEG with the cover's text and the handle to ``path``.

    Raises:
        TextError: the text does not fit, or the font lacks its letters.
    """
    block = fitted("cover", script.cover_text, brand.font)[0]
    colours = palette(brand, 0)
    ground = drawing.ground(colours, 0)[:HEIGHT, -WIDTH:]
    picture = Image.fromarray(np.clip(ground + 0.5, 0, 255).astype(np.uint8)).convert("RGBA")
    name = fit(drawable(f"@{handle}", brand.font), brand.font, Box(COLUMN, 60, MEDIUM, 44, 20))
    pictures = headline(block, brand.font, colours, COVER_TOP, COVER_BOTTOM)
    runs = [(name.lines[0], 0.0, colours.ink)]
    pictures.append(drawing.words(runs, brand.font, MEDIUM, name.size, SAFE_LEFT, COVER_BOTTOM + 40))
    for part in pictures:
        picture.alpha_composite(part.image, (part.left, part.top))
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[PROFILE_DATE] = bytes(PROFILE_DATE.stop - PROFILE_DATE.start)
    picture.convert("RGB").save(path, "JPEG", quality=QUALITY, subsampling=0, icc_profile=bytes(profile))

"""Where every part of a reel and its cover comes from, read from the parts themselves where they say it.

Whether a licence lets a business post a part is ``review.rules.rights``'s to judge.
"""

from functools import cache
from importlib.metadata import version

from content_pipeline.accounts import Brand
from content_pipeline.renders.records import Provenance
from content_pipeline.typography import FONT_FILES, font_licence

OWN = "own work"
SPDX = {"SIL Open Font License, Version 1.1": "OFL-1.1", "Apache License, Version 2.0": "Apache-2.0"}
"""How fonts call their licence, and its SPDX id."""


def provenance(brand: Brand, renderer: str) -> list[Provenance]:
    """Return the parts of what ``renderer`` draws for a brand: one font, and what it makes itself."""
    return [
        Provenance(
            kind="font",
            name=brand.font,
            source=f"deckr-fonts {version('deckr-fonts')}, {FONT_FILES[brand.font]}",
            licence=_licence(brand.font),
        ),
        Provenance(kind="sound", name="soundtrack", source=f"synthesized by {renderer}", licence=OWN),
        Provenance(kind="picture", name="grounds and marks", source=f"drawn by {renderer}", licence=OWN),
        Provenance(kind="picture", name="cover", source=f"drawn by {renderer}", licence=OWN),
    ]


@cache
def _licence(family: str) -> str:
    """Return the licence that the font's file names, by its SPDX id where it is known; "" where it names none."""
    said = font_licence(family)
    return next((spdx for name, spdx in SPDX.items() if name in said), said)

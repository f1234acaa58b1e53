"""Deceptive engagement bait: traded reach, chain letters, prizes for likes, and begging for reactions. The words are data.

The kinds are those that Meta demotes. A headline that makes curious is none of them.
"""

from collections.abc import Iterator

from content_pipeline.review.records import Finding
from content_pipeline.review.rules.base import Material
from content_pipeline.review.rules.lexicon import lexicon


def check_bait(material: Material) -> Iterator[Finding]:
    """Find traded engagement, chain letters and fake giveaways (blocked), and begging (a warning that asks editorial)."""
    yield from lexicon("bait").findings(material.readings)

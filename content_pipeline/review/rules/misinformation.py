"""Markers of misinformation: hidden truths, miracle cures, conspiracies, health hoaxes, false urgency. The words are data.

Found by how such texts speak. Whether a sober statement is true nobody can read off its words: ``claims`` asks for its evidence.
"""

from collections.abc import Iterator

from content_pipeline.review.records import Finding
from content_pipeline.review.rules.base import Material
from content_pipeline.review.rules.lexicon import lexicon


def check_misinformation(material: Material) -> Iterator[Finding]:
    """Find the markers of hoaxes (blocked), and promises of a hidden truth (a warning that asks editorial)."""
    yield from lexicon("misinformation").findings(material.readings)

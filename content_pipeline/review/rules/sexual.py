"""Sexual content, and minors in harmful contexts, which is blocked always. The words are data."""

from collections.abc import Iterator

from content_pipeline.review.records import Finding
from content_pipeline.review.rules.base import Material
from content_pipeline.review.rules.lexicon import lexicon


def check_sexual(material: Material) -> Iterator[Finding]:
    """Find sexual content (blocked, suggestive words ask the brand) and minors in sexual or harmful contexts (blocked)."""
    found = list(lexicon("sexual").findings(material.readings))
    blocked = any(finding.severity == "block" for finding in found)
    yield from (finding for finding in found if finding.severity == "block" or not blocked)

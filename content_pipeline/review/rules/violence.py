"""Violence, self-harm, drugs and tragedies: threats and methods, and what does not belong beside a light reel. The words are data."""

from collections.abc import Iterator

from content_pipeline.review.records import Finding
from content_pipeline.review.rules.base import Material
from content_pipeline.review.rules.lexicon import lexicon


def check_violence(material: Material) -> Iterator[Finding]:
    """Find threats, weapons, cruelty, deaths, tragedies, self-harm and drugs; words that say little alone ask a person.

    Self-harm in words of help (a help line, recovery) is not blocked but asks compliance.
    """
    found = list(lexicon("violence").findings(material.readings))
    blocked = {finding.rule_id.split(".")[0] for finding in found if finding.severity == "block"}
    # Where a family blocks already, its milder rules on the same words say nothing new.
    yield from (f for f in found if f.severity == "block" or f.rule_id.split(".")[0] not in blocked)

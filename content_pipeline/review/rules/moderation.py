"""OpenAI's moderation endpoint as one more voice: what it flags, or that it did not answer. Without a key there is nothing to find."""

from collections.abc import Iterator

from content_pipeline.review.records import Finding
from content_pipeline.review.rules.base import Material

BLOCKED = frozenset(
    {
        "hate/threatening",
        "harassment/threatening",
        "illicit/violent",
        "self-harm",
        "self-harm/intent",
        "self-harm/instructions",
        "sexual/minors",
        "violence/graphic",
    }
)
"""Categories that no one's word lets pass. The others (hate, harassment, illicit, sexual, violence) are flagged for reports and
education too, so that people decide. Source: OpenAI API specification, CreateModerationResponse."""


def check_moderation(material: Material) -> Iterator[Finding]:
    """Find flagged categories (blocked, or a warning that asks compliance), and a service that did not answer."""
    moderation = material.context.moderation
    flagged = moderation.flagged.get(material.script.content_hash)
    for category, score in (flagged or {}).items():
        blocked = category in BLOCKED
        yield Finding(
            rule_id=f"moderation.{category.replace('/', '_').replace('-', '_')}",
            severity="block" if blocked else "warning",
            message=f"OpenAI's moderation flags it as {category} (score {score:.2f})",
            remedy="choose another trend or angle" if blocked else "read it with that in mind, and decide",
            excerpt="",
            asks=[] if blocked else ["compliance"],
        )
    if flagged is None and moderation.problem:
        yield Finding(
            rule_id="moderation.unavailable",
            severity="warning",
            message=f"OpenAI's moderation did not answer ({moderation.problem})",
            remedy="read the script with harm in mind, or materialize reviews again when the service answers",
            excerpt="",
            asks=["compliance"],
        )

"""How a script was written: what its engine doubts is looked at by a person, and a model's work says that it is one's."""

from collections.abc import Iterator

from content_pipeline.review.records import Finding
from content_pipeline.review.rules.base import Material, excerpt


def check_writing(material: Material) -> Iterator[Finding]:
    """Find scripts that the engine asks a person to look at, and those of a model that do not say so."""
    script = material.script
    if script.needs_human:
        yield Finding(
            rule_id="writing.needs_human",
            severity="warning",
            message=f"the engine is not sure of it (confidence {script.writing.confidence:.2f})",
            remedy="read it against its evidence before you approve it",
            excerpt=excerpt("; ".join(script.writing.doubts)),
            asks=["editorial"],
        )
    disclosed = script.disclosure is not None and script.disclosure in script.caption
    if script.writing.model is not None and not (disclosed and script.is_ai_generated):
        yield Finding(
            rule_id="writing.undisclosed",
            severity="block",
            message="a model wrote it and the caption does not say so",
            remedy="put the account's ai_disclosure into the caption and set is_ai_generated",
            excerpt=excerpt(script.caption),
        )

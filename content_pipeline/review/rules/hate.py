"""Hate and abuse: what demeans people for what they are, attacks a person, or is strong language and nothing more.

The detector is ``review/abuse``; here its scores become findings.
"""

from collections.abc import Iterator
from typing import Literal

from content_pipeline.review.abuse.score import Passage, scored, worst_sentence
from content_pipeline.review.records import ApprovalKind, Finding
from content_pipeline.review.rules.base import Material, excerpt

BLOCKED_FROM = 0.8
LOOKED_AT_FROM = 0.75


def check_hate(material: Material) -> Iterator[Finding]:
    """Find hate (blocked), what may be hateful or abusive (compliance looks at it) and strong language (a warning).

    At most one finding: that of the worst passage.
    """
    found = scored([material.text])
    hate = _worst([p for p in found if p.hateful and p.score >= BLOCKED_FROM])
    abuse = _worst([p for p in found if p.score >= LOOKED_AT_FROM])
    profane = _worst([p for p in found if p.profane])
    if hate:
        yield _finding(
            "hateful",
            "block",
            hate,
            "demeans or threatens people",
            "remove the passage; where it reports or counters hate, say so without repeating it",
        )
    elif abuse:
        yield _finding(
            "abusive",
            "warning",
            abuse,
            "may be hateful or abusive",
            "rephrase it without insults, or have compliance judge it",
            ["compliance"],
        )
    elif profane:
        yield _finding("profanity", "warning", profane, "contains strong language", "rephrase")


def _worst(found: list[Passage]) -> Passage | None:
    return max(found, key=lambda passage: passage.score, default=None)


def _finding(
    name: str,
    severity: Literal["warning", "block"],
    passage: Passage,
    message: str,
    remedy: str,
    asks: list[ApprovalKind] | None = None,
) -> Finding:
    return Finding(
        rule_id=f"hate.{name}",
        severity=severity,
        message=f"the script {message} (score {passage.score:.2f} of 1)",
        remedy=remedy,
        excerpt=excerpt(worst_sentence(passage.text)),
        asks=asks or [],
    )

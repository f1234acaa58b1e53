"""Claims: guarantees in medicine, law and money, and statements of fact without a source."""

import re
from collections.abc import Iterator

from content_pipeline.review.records import Finding
from content_pipeline.review.rules.base import Material, excerpt

GUARANTEES = {
    "medical": r"\b(cures?|heals?|treats?|reverses?|prevents?) (your )?"
    r"(depression|anxiety|cancer|diabetes|adhd|burnout|insomnia|disease)\b"
    r"|\bclinically proven\b|\bno side effects\b",
    "financial": r"\b(guaranteed|risk[- ]free) (returns?|profits?|income|gains?)\b|\b\d+ ?% (a|per) (day|week|month) (return|profit)"
    r"|\bcan(no|')t lose\b|\bbecome a millionaire\b",
    "legal": r"\byou will win (your|the) case\b|\bpay no tax(es)?\b|\blegal loophole\b",
    "results": r"\b(lose|drop) \d+ ?(kg|pounds?|lbs?) in \d+ (days?|weeks?)\b"
    r"|\bworks (100 ?%|every time) of the time\b|\b100 ?% guaranteed\b",
}
SENSITIVE = re.compile(
    r"\b(medication|diagnos\w+|therapy|supplements?|invest(ing|ment)?s?|stocks?|crypto|bitcoin|loans?|mortgage|lawsuit)\b"
)
DISCLAIMER = re.compile(r"\bnot (medical|financial|legal|professional) advice\b|#notadvice\b")


def check_claims(material: Material) -> Iterator[Finding]:
    """Find guarantees (blocked), sensitive information without a disclaimer, and claims without a source."""
    script = material.script
    text = material.text.casefold()
    for name, pattern in GUARANTEES.items():
        match = re.search(pattern, text)
        if match:
            yield Finding(
                rule_id=f"claims.{name}_guarantee",
                severity="block",
                message=f"the script makes a {name} promise",
                remedy="say what was observed, with its source, instead of promising a result",
                excerpt=excerpt(text, match.start()),
            )
    match = SENSITIVE.search(text)
    if match and not DISCLAIMER.search(text):
        yield Finding(
            rule_id="claims.disclaimer",
            severity="warning",
            message="the script informs about health, law or money without a disclaimer",
            remedy="add a line such as: not financial advice",
            excerpt=excerpt(text, match.start()),
            asks=["legal"],
        )
    for claim in script.claims:
        if claim.kind == "evidence" and not (claim.url and claim.signal_id and claim.quote):
            yield Finding(
                rule_id="claims.no_source",
                severity="block",
                message="a statement of fact has no source",
                remedy="name the signal, its address and its words, or mark the statement as opinion",
                excerpt=excerpt(claim.text),
            )

"""Claims: promises in medicine, law and money, information that needs a disclaimer, and statements of fact without a source.

The words are data. That a source says what a claim says is seen to where scripts are written; here a claim must have one.
"""

import re
from collections.abc import Iterator, Sequence

from content_pipeline.review.records import Finding
from content_pipeline.review.rules.base import Material, excerpt
from content_pipeline.review.rules.lexicon import Hit, found, lexicon, words_of
from content_pipeline.scripts.records import Claim

_ADVICE = r"\bnot (?:\w+,? (?:(?:or|and|nor) )?){{0,3}}{kinds} (?:or \w+ )?advice\b|#notadvice\b"
_PURPOSE = r"|\bfor (?:informational|information|educational|education) (?:and \w+ )?purposes? only\b"
DISCLAIMERS = {
    "claims.health": re.compile(
        _ADVICE.format(kinds=r"(?:medical|health|professional)")
        + _PURPOSE
        + r"|\b(?:ask|consult|see|(?:talk|speak) (?:to|with)|check with) (?:your|a) (?:own )?"
        r"(?:doctor|physician|gp|pharmacist)\b"
    ),
    "claims.money": re.compile(
        _ADVICE.format(kinds=r"(?:financial|investment|tax|professional)")
        + _PURPOSE
        + r"|\byour capital is at risk\b|\bpast performance (?:is|does) no\w*"
    ),
    "claims.law": re.compile(_ADVICE.format(kinds=r"(?:legal|professional)") + _PURPOSE),
}
"""What counts as a disclaimer, by the topic that needs it: one about money clears nothing about health."""
UNSOURCED = "claims.unsourced"


def check_claims(material: Material) -> Iterator[Finding]:
    """Find promises and diagnoses (blocked), topics without their disclaimer, and claims and figures without a source."""
    seen: set[str] = set()
    for reading in material.readings:
        for hit in lexicon("claims").hits(reading):
            finding = _judged(material, reading, hit)
            if finding is not None and finding.rule_id not in seen:
                seen.add(finding.rule_id)
                yield finding
    for claim in material.script.claims:
        if claim.kind == "evidence" and not (claim.url and claim.signal_id and claim.quote):
            yield Finding(
                rule_id="claims.no_source",
                severity="block",
                message="a statement of fact has no source",
                remedy="name the signal, its address and its words, or mark the statement as opinion",
                excerpt=excerpt(claim.text),
            )


def _judged(material: Material, reading: str, hit: Hit) -> Finding | None:
    """Return the finding of a hit; nothing where a disclaimer or a source carries it."""
    name = hit.entry.id
    if name == UNSOURCED and is_carried(reading[hit.start : hit.end], material.script.claims):
        return None
    finding = found(hit.entry, reading, hit.start)
    if name not in DISCLAIMERS:
        return finding
    disclaimed = DISCLAIMERS[name].search(material.readings[0])
    return None if disclaimed else finding.model_copy(update={"rule_id": "claims.disclaimer"})


def is_carried(statement: str, claims: Sequence[Claim]) -> bool:
    """Tell whether the words of a statement stand, in their order, in a claim of fact or in the words that it quotes."""
    wanted = words_of(statement.casefold())
    for claim in claims:
        if claim.kind != "evidence":
            continue
        for text in (claim.quote or "", claim.text):
            words = words_of(text.casefold())
            if any(words[i : i + len(wanted)] == wanted for i in range(len(words) - len(wanted) + 1)):
                return True
    return False

"""Rows that the review stage makes: what the policy gate found in a script and who must approve it."""

from datetime import date
from typing import Literal

from pydantic import Field

from content_pipeline.storage.records import Part, Record

Severity = Literal["info", "warning", "block"]
RiskTier = Literal["low", "medium", "high"]
Verdict = Literal["released", "needs_approval", "blocked"]


ApprovalKind = Literal["editorial", "compliance", "rights", "legal", "brand"]
"""Whose word a script may need: on its quality, the rules, the rights of its parts, the law, and the brand."""


class Finding(Part):
    """What a rule found, where, and what to do about it.

    ``rule_id`` is ``family.rule``. A finding that ``asks`` for approvals makes the script one of high risk, so that people look at it
    whatever the account's phase is: those who always do, and those that it asks for.
    """

    rule_id: str
    severity: Severity
    message: str
    remedy: str
    excerpt: str
    asks: list[ApprovalKind] = Field(default_factory=list)


class Review(Record):
    """The gate's answer for one script. ``approvals_needed`` bind to ``content_hash``: a changed script needs new ones.

    ``reasons`` say in words why it needs them, or none.
    """

    review_id: str
    script_id: str
    slot_id: str
    account: str
    day: date
    content_hash: str
    verdict: Verdict
    risk_tier: RiskTier
    findings: list[Finding]
    approvals_needed: list[ApprovalKind]
    reasons: list[str] = Field(default_factory=list)

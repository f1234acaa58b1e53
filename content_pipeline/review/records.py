"""Rows that the review stage makes: what the policy gate found in a script and who must approve it."""

from datetime import date
from typing import Literal

from content_pipeline.storage.records import Part, Record

Severity = Literal["info", "warning", "block"]
RiskTier = Literal["low", "medium", "high"]
Verdict = Literal["released", "needs_approval", "blocked"]


class Finding(Part):
    """What a rule found, where, and what to do about it."""

    rule_id: str
    severity: Severity
    message: str
    remedy: str
    excerpt: str


class Review(Record):
    """The gate's answer for one script. ``approvals_needed`` bind to ``content_hash``: a changed script needs new ones."""

    review_id: str
    script_id: str
    slot_id: str
    account: str
    day: date
    content_hash: str
    verdict: Verdict
    risk_tier: RiskTier
    findings: list[Finding]
    approvals_needed: list[str]

"""Governance phases: who must look at a script, by the account's phase, its standing, and what the rules found.

Pure functions over facts that ``incidents.standing_of`` reads once, as of a moment: a replay of an earlier day sees no later incident.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from content_pipeline.review.records import ApprovalKind, Finding, RiskTier
from content_pipeline.storage.records import content_hash

Phase = Literal["pilot", "stabilization", "mature"]

BY_HAND: tuple[ApprovalKind, ...] = ("editorial", "compliance", "rights")
"""Whose word every script needs that people look at; a finding may ask for more."""
SAMPLED_ONE_IN = 10
"""Of the scripts of lower risk in ``stabilization``, one in so many is looked at by people."""
CALM = timedelta(weeks=4)
"""How long ``stabilization`` has everything by hand: after the account's first post, and after each sev1 incident."""
AFTER_CRITICAL = timedelta(hours=48)
"""How long everything is by hand after a sev1 incident was opened, in every phase."""
ALWAYS_BY_HAND = frozenset({"disclosure"})
"""Families whose every finding brings people in, in every phase: sponsored and affiliate content."""


@dataclass(frozen=True)
class Critical:
    """A sev1 incident as the phases see it."""

    incident_id: str
    opened_at: datetime


@dataclass(frozen=True)
class Standing:
    """What an account has behind it at a moment (``at``).

    ``open_incidents`` are the open sev1 and sev2 incidents, the worst and oldest first, as pairs (severity, id).
    """

    at: datetime
    first_post_at: datetime | None = None
    last_critical: Critical | None = None
    open_incidents: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Looks:
    """The approvals that a script needs, and the reasons for them, or for needing none."""

    kinds: list[ApprovalKind]
    reasons: list[str]


def risk_tier(findings: Sequence[Finding]) -> RiskTier:
    """Return high for a block or what people must see in any phase, medium for any other warning, else low."""
    if any(finding.severity == "block" or _brings_people(finding) for finding in findings):
        return "high"
    return "medium" if any(finding.severity == "warning" for finding in findings) else "low"


def looks_needed(phase: Phase, standing: Standing, findings: Sequence[Finding], content: str) -> Looks:
    """Return who must look at a script whose content hash is ``content``; it is drawn into the sample by that hash alone."""
    asked = [kind for finding in findings for kind in finding.asks]
    kinds = list(dict.fromkeys([*BY_HAND, *asked]))
    rules = dict.fromkeys(finding.rule_id for finding in findings if _brings_people(finding))
    reasons = [
        *_everything_by_hand(phase, standing),
        *([f"high risk: {', '.join(rules)}"] if rules else []),
    ]
    if not reasons and phase == "stabilization" and _drawn(content):
        reasons = [f"{phase}: drawn into the sample (1 in {SAMPLED_ONE_IN})"]
    if reasons:
        return Looks(kinds, reasons)
    return Looks(
        [], [f"{phase}: not drawn into the sample" if phase == "stabilization" else f"{phase}: no high risk"]
    )


def incident_reasons(standing: Standing) -> list[str]:
    """Return which incidents bring people in, in every phase: open ones, else the last sev1 for 48 hours; nothing if none does."""
    reasons = [
        f"{severity} incident {name} is open: everything by hand"
        for severity, name in standing.open_incidents
    ]
    critical = standing.last_critical
    if critical and not reasons and standing.at < critical.opened_at + AFTER_CRITICAL:
        reasons.append(_after(critical, critical.opened_at + AFTER_CRITICAL))
    return reasons


def _everything_by_hand(phase: Phase, standing: Standing) -> list[str]:
    """Return why everything of the account is looked at by people now; nothing if it is not."""
    reasons = incident_reasons(standing)
    if phase == "pilot":
        reasons.append("pilot: everything by hand")
    if phase == "stabilization" and not reasons:
        reasons += _not_calm(standing)
    return reasons


def _not_calm(standing: Standing) -> list[str]:
    """Return why an account in ``stabilization`` has not had its four weeks without a critical incident."""
    if standing.first_post_at is None:
        return ["stabilization: everything by hand until four weeks after the first post"]
    critical = standing.last_critical
    if critical and critical.opened_at >= standing.first_post_at:
        until = critical.opened_at + CALM
        return [f"stabilization: {_after(critical, until)}"] if standing.at < until else []
    until = standing.first_post_at + CALM
    told = f"first post on {standing.first_post_at:%Y-%m-%d}: everything by hand until {until:%Y-%m-%d %H:%M} UTC"
    return [f"stabilization: {told}"] if standing.at < until else []


def _after(critical: Critical, until: datetime) -> str:
    return (
        f"sev1 incident {critical.incident_id} on {critical.opened_at:%Y-%m-%d}: "
        f"everything by hand until {until:%Y-%m-%d %H:%M} UTC"
    )


def _brings_people(finding: Finding) -> bool:
    return bool(finding.asks) or finding.rule_id.partition(".")[0] in ALWAYS_BY_HAND


def _drawn(content: str) -> bool:
    """Draw a script by lot, from its content hash: the same content is always drawn, or never."""
    return int(content_hash("sample", content)[:8], 16) % SAMPLED_ONE_IN == 0

"""The policy gate: runs every rule on a script and answers with a verdict, a risk tier and the approvals that are needed.

Rules find; the account's governance phase decides who must look. A block cannot be approved away.
"""

from collections.abc import Sequence
from typing import Literal

from content_pipeline.accounts import Account
from content_pipeline.review.records import ApprovalKind, Finding, Review, RiskTier
from content_pipeline.review.rules.base import Context, Material, Rule
from content_pipeline.review.rules.blocklist import check_blocklist
from content_pipeline.review.rules.claims import check_claims
from content_pipeline.review.rules.duplicates import check_duplicates
from content_pipeline.review.rules.platform_limits import check_platform_limits
from content_pipeline.review.rules.text_safety import check_text_safety
from content_pipeline.review.rules.writing import check_writing
from content_pipeline.scripts.records import Script
from content_pipeline.storage.records import Stamp, content_hash, stable_id

RULES: tuple[Rule, ...] = (
    check_blocklist,
    check_claims,
    check_text_safety,
    check_platform_limits,
    check_duplicates,
    check_writing,
)
BY_HAND: tuple[ApprovalKind, ...] = ("editorial", "compliance", "rights")
"""Whose word every script needs that people look at; a finding may ask for more."""
SAMPLED_SHARE = 0.1


def review_scripts(
    account: Account, scripts: Sequence[Script], recent_captions: Sequence[str], stamp: Stamp
) -> list[Review]:
    """Return one review a script, in the order of the scripts."""
    context = Context(recent_captions=recent_captions, others=scripts)
    return [review_script(account, script, context, stamp) for script in scripts]


def review_script(account: Account, script: Script, context: Context, stamp: Stamp) -> Review:
    """Return the review of a script; its approvals bind to the script's content hash."""
    material = Material(script, account, context)
    findings = [finding for rule in RULES for finding in rule(material)]
    findings = list({finding.rule_id: finding for finding in reversed(findings)}.values())[::-1]
    tier = risk_tier(findings)
    needed = approvals_needed(account, tier, findings, script.content_hash)
    blocked = any(finding.severity == "block" for finding in findings)
    verdict: Literal["blocked", "needs_approval", "released"] = (
        "blocked" if blocked else "needs_approval" if needed else "released"
    )
    return Review(
        review_id=stable_id("review", script.script_id, script.content_hash),
        script_id=script.script_id,
        slot_id=script.slot_id,
        account=script.account,
        day=script.day,
        content_hash=script.content_hash,
        verdict=verdict,
        risk_tier=tier,
        findings=findings,
        approvals_needed=[] if blocked else needed,
        **stamp.fields(),
    )


def risk_tier(findings: Sequence[Finding]) -> RiskTier:
    """Return high for a block or what asks for people, medium for any other warning, else low."""
    if any(f.severity == "block" or f.asks for f in findings):
        return "high"
    return "medium" if any(f.severity == "warning" for f in findings) else "low"


def approvals_needed(
    account: Account, tier: RiskTier, findings: Sequence[Finding], content: str
) -> list[ApprovalKind]:
    """Return the kinds of approval that the account's phase asks for.

    ``pilot``: everything by hand. ``stabilization``: high risk by hand, and a tenth of the rest by lot (its content hash).
    ``mature``: high risk by hand.
    """
    if account.governance_phase == "pilot" or tier == "high":
        asked = [kind for finding in findings for kind in finding.asks]
        return list(dict.fromkeys([*BY_HAND, *asked]))
    if account.governance_phase == "stabilization":
        drawn = int(content_hash("sample", content)[:8], 16) / 16**8 < SAMPLED_SHARE
        return ["editorial"] if drawn else []
    return []

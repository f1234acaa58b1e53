"""The policy gate: runs every rule on a script and answers with a verdict, a risk tier and the approvals that are needed.

Rules find; the account's governance phase decides who must look (``phases``). A block cannot be approved away.
"""

from collections.abc import Sequence

from content_pipeline.accounts import Account
from content_pipeline.review.phases import Looks, Standing, looks_needed, risk_tier
from content_pipeline.review.records import Review
from content_pipeline.review.rules.accessibility import check_accessibility
from content_pipeline.review.rules.base import Context, Material, Rule
from content_pipeline.review.rules.duplicates import check_duplicates
from content_pipeline.review.rules.incidents import check_incidents
from content_pipeline.review.rules.moderation import check_moderation
from content_pipeline.review.rules.platform_limits import check_platform_limits
from content_pipeline.review.rules.writing import check_writing
from content_pipeline.review.texts import TEXT_RULES
from content_pipeline.scripts.records import Script
from content_pipeline.storage.records import Stamp, stable_id

RULES: tuple[Rule, ...] = (
    *TEXT_RULES,
    check_accessibility,
    check_platform_limits,
    check_duplicates,
    check_moderation,
    check_incidents,
    check_writing,
)


def review_scripts(
    account: Account, scripts: Sequence[Script], context: Context, stamp: Stamp
) -> list[Review]:
    """Return one review a script, in the order of the scripts; ``surroundings.read_context`` reads the context."""
    return [review_script(account, script, context, stamp) for script in scripts]


def review_script(account: Account, script: Script, context: Context, stamp: Stamp) -> Review:
    """Return the review of a script; its approvals bind to the script's content hash."""
    material = Material(script, account, context)
    findings = [finding for rule in RULES for finding in rule(material)]
    findings = list({finding.rule_id: finding for finding in reversed(findings)}.values())[::-1]
    standing = context.standing or Standing(at=stamp.created_at)
    looks = looks_needed(account.governance_phase, standing, findings, script.content_hash)
    blocks = [finding.rule_id for finding in findings if finding.severity == "block"]
    if blocks:
        looks = Looks([], [f"blocked by {', '.join(blocks)}"])
    return Review(
        review_id=stable_id("review", script.script_id, script.content_hash),
        script_id=script.script_id,
        slot_id=script.slot_id,
        account=script.account,
        day=script.day,
        content_hash=script.content_hash,
        verdict="blocked" if blocks else "needs_approval" if looks.kinds else "released",
        risk_tier=risk_tier(findings),
        findings=findings,
        approvals_needed=looks.kinds,
        reasons=looks.reasons,
        **stamp.fields(),
    )

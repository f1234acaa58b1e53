"""Dagster's face of the review stage: the policy gate's answer for every script."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import dagster as dg

from content_pipeline.accounts import Account, pick_account
from content_pipeline.clock import Clock
from content_pipeline.lake_assets import check, lake_asset, markdown_table, stamp
from content_pipeline.partitions import ACCOUNT_DAY, account_days
from content_pipeline.review.changes import Changes
from content_pipeline.review.gate import review_scripts
from content_pipeline.review.moderation import Moderator
from content_pipeline.review.records import Review
from content_pipeline.review.rules.base import Material
from content_pipeline.review.surroundings import read_context
from content_pipeline.scripts.records import Script
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.operations import OperationsDatabase


@lake_asset(Review, ACCOUNT_DAY, checks=["every_script_is_reviewed"])
def reviews(
    context: dg.AssetExecutionContext,
    scripts: list[Script],
    accounts: dg.ResourceParam[Mapping[str, Account]],
    lake: dg.ResourceParam[Lake],
    operations: dg.ResourceParam[OperationsDatabase],
    clock: dg.ResourceParam[Clock],
    moderator: dg.ResourceParam[Moderator | None],
) -> dg.MaterializeResult:
    """What the policy gate found in each script, its risk tier, and the approvals that it needs before it may be posted."""
    rows: list[Review] = []
    for name, day in account_days(context):
        own = Changes(operations).apply([s for s in scripts if (s.account, s.day) == (name, day)])
        now = stamp(context, clock.now())
        known = read_context(lake, operations, name, day, own, now.created_at)
        account = pick_account(accounts, name)
        if moderator is not None:
            texts = {s.content_hash: Material(s, account).text for s in own}
            known = replace(known, moderation=moderator.judge(texts))
        rows += review_scripts(account, own, known, now)
    findings = [(f.rule_id, f.severity, f.message, f.excerpt) for row in rows for f in row.findings]
    return dg.MaterializeResult(
        value=rows,
        metadata={
            "verdicts": dict(Counter(row.verdict for row in rows)),
            "risk": dict(Counter(row.risk_tier for row in rows)),
            "reasons": dict(Counter(reason for row in rows for reason in row.reasons)),
            "findings": markdown_table(("rule", "severity", "message", "excerpt"), findings, most=20),
        },
        check_results=[
            check(
                "every_script_is_reviewed",
                {r.script_id for r in rows} == {s.script_id for s in scripts},
                reviews=len(rows),
            )
        ],
    )

"""Dagster's face of the reports: a week of an account as a page that stands alone."""

from collections.abc import Mapping
from datetime import date

import dagster as dg

from content_pipeline.accounts import Account, pick_account
from content_pipeline.lake_assets import OWNER
from content_pipeline.marts.build import MARTS
from content_pipeline.partitions import ACCOUNT_WEEK, run_dims
from content_pipeline.reports.weekly import read_decisions, report_path
from content_pipeline.reports.weekly import weekly_report as write_report
from content_pipeline.settings import Settings
from content_pipeline.storage.files import write_atomically
from content_pipeline.storage.lake import Lake

DECIDED = ["reviews", "reward_model", "mode_decision", "experiment_decisions"]


@dg.asset(
    # Without a prefix the asset's op would be called as the job, which Dagster refuses.
    key_prefix="reports",
    partitions_def=ACCOUNT_WEEK,
    backfill_policy=dg.BackfillPolicy.single_run(),
    deps=[*DECIDED, *(dg.AssetKey(["marts", mart]) for mart in MARTS)],
    group_name="reports",
    owners=[OWNER],
    kinds={"python", "html"},
)
def weekly_report(
    context: dg.AssetExecutionContext,
    accounts: dg.ResourceParam[Mapping[str, Account]],
    settings: dg.ResourceParam[Settings],
    lake: dg.ResourceParam[Lake],
) -> dg.MaterializeResult:
    """An HTML report of a week: figures, posts, growth, what was learned, and what went wrong."""
    pages = []
    for dims in run_dims(context):
        account, week = pick_account(accounts, dims["account"]), date.fromisoformat(dims["week"])
        page = report_path(settings.home, account.id, week)
        decisions = read_decisions(lake, account.id, week)
        write_atomically(page, write_report(settings.marts_path, account, week, decisions).encode())
        pages.append(page)
    return dg.MaterializeResult(
        metadata={"report": dg.MetadataValue.path(str(pages[-1])), "pages": len(pages)}
    )

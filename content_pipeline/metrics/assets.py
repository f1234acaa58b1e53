"""Dagster's face of the metrics stage: snapshots of posts at their ages, and of the account, as observed on a day."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date

import dagster as dg

from content_pipeline.accounts import Account, pick_account
from content_pipeline.clock import Clock
from content_pipeline.lake_assets import check, lake_asset, markdown_table, stamp
from content_pipeline.metrics.history import answered_pulls, recently_published
from content_pipeline.metrics.insights import collect, collect_account, due_pulls, merge
from content_pipeline.metrics.records import AccountMetrics, PostMetrics
from content_pipeline.partitions import ACCOUNT_DAY, account_days
from content_pipeline.posts.instagram.errors import DeliveryUnknown, GraphError
from content_pipeline.posts.ledger import Ledger
from content_pipeline.storage.dead_letters import DeadLetters
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.operations import OperationsDatabase

Accounts = dg.ResourceParam[Mapping[str, Account]]


@lake_asset(
    PostMetrics,
    ACCOUNT_DAY,
    deps=["posts"],
    checks=["counts_are_not_negative", "every_account_answered"],
    pool="metrics",  # it reads, merges and replaces its partition
)
def post_metrics(
    context: dg.AssetExecutionContext,
    accounts: Accounts,
    platform: dg.ResourceParam,
    lake: dg.ResourceParam[Lake],
    operations: dg.ResourceParam[OperationsDatabase],
    clock: dg.ResourceParam[Clock],
) -> dg.MaterializeResult:
    """Snapshots of posts at 1, 6, 24, 72 and 168 hours, in the partition of the day on which they were observed.

    Only the partition of the present day can gain rows: the past cannot be observed any more. What was observed stays as it was.
    """
    now = clock.now()
    rows: list[PostMetrics] = []
    letters = []
    for name, day in account_days(context):
        account = pick_account(accounts, name)
        existing = lake.read_existing("post_metrics", PostMetrics, [{"account": name, "day": str(day)}])
        new: list[PostMetrics] = []
        if day == _today(account, clock):
            pulls = due_pulls(
                recently_published(Ledger(operations), account, now), answered_pulls(lake, account, now), now
            )
            with platform.client(account) as client:
                new, failed = collect(client, account, pulls, now, stamp(context, now))
            letters += failed
        rows += merge(existing, new)
    DeadLetters(operations).add(letters, stamp(context, now))
    counts = [
        value for r in rows for value in (r.views, r.reach, r.likes, r.saves, r.shares) if value is not None
    ]
    return dg.MaterializeResult(
        value=rows,
        metadata={
            "snapshots": len(rows),
            "dead_letters": len(letters),
            "views": markdown_table(
                ("post", "age (h)", "views", "saves"),
                ((r.post_id, r.target_age_h, r.views, r.saves) for r in rows),
            ),
        },
        check_results=[
            check(
                "every_account_answered",
                not letters,
                stops=False,
                problems=markdown_table(("post", "reason"), [(x.position, x.reason) for x in letters]),
            ),
            check("counts_are_not_negative", all(value >= 0 for value in counts), counts=len(counts)),
        ],
    )


@lake_asset(AccountMetrics, ACCOUNT_DAY, deps=["posts"])
def account_metrics(
    context: dg.AssetExecutionContext,
    accounts: Accounts,
    platform: dg.ResourceParam,
    lake: dg.ResourceParam[Lake],
    clock: dg.ResourceParam[Clock],
) -> dg.MaterializeResult:
    """An account's followers, reach and views of a day, as last observed on that day."""
    rows: list[AccountMetrics] = []
    for name, day in account_days(context):
        account = pick_account(accounts, name)
        if day == _today(account, clock):
            with platform.client(account) as client, _tolerant(context, name):
                rows.append(collect_account(client, account, clock.now(), stamp(context, clock.now())))
        else:
            rows += lake.read_existing(
                "account_metrics", AccountMetrics, [{"account": name, "day": str(day)}]
            )
    return dg.MaterializeResult(
        value=rows,
        metadata={
            "followers": rows[-1].followers if rows and rows[-1].followers is not None else "not observed"
        },
    )


def _today(account: Account, clock: Clock) -> date:
    return clock.now().astimezone(account.zone).date()


@contextmanager
def _tolerant(context: dg.AssetExecutionContext, account: str) -> Iterator[None]:
    """Let one account that does not answer not stop the others; its day keeps no row, and the log says why."""
    try:
        yield
    except (GraphError, DeliveryUnknown) as error:
        context.log.error(f"account {account} could not be measured: {error}")

"""When production runs. All schedules are off until somebody turns them on; each says in its name what it starts.

A tick asks for runs of those accounts alone that have something to do, in their own time zones. In sandbox mode a run moves the
sandbox's clock to its tick.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from content_pipeline import jobs
from content_pipeline.instance import NOW_TAG
from content_pipeline.metrics.history import answered_pulls, recently_published
from content_pipeline.metrics.insights import due_pulls
from content_pipeline.partitions import partition_key, register_partitions
from content_pipeline.posts.ledger import Ledger
from content_pipeline.production import PLAN_AT
from content_pipeline.settings import Account, load_accounts, load_settings
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.operations import OperationsDatabase

RunRequests = Iterator[dg.RunRequest]


def _each_account(
    job: UnresolvedAssetJobDefinition, cron: str, ask: Callable[[Account, datetime], RunRequests]
) -> dg.ScheduleDefinition:
    """Return a schedule that asks ``ask`` for the runs of every account at a tick (UTC)."""

    def evaluate(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        accounts = load_accounts(load_settings().accounts)
        register_partitions(context.instance, accounts, [])
        tick = context.scheduled_execution_time
        requests = [request for account in accounts.values() for request in ask(account, tick)]
        yield from requests
        if not requests:
            yield dg.SkipReason("nothing to do for any account at this tick")

    return dg.ScheduleDefinition(
        name=f"{job.name}_schedule",
        job=job,
        cron_schedule=cron,
        execution_timezone="UTC",
        execution_fn=evaluate,
    )


def _request(tick: datetime, partition: str) -> dg.RunRequest:
    return dg.RunRequest(
        run_key=f"{partition}:{tick.isoformat()}", partition_key=partition, tags={NOW_TAG: tick.isoformat()}
    )


def _plan(account: Account, tick: datetime) -> RunRequests:
    local = tick.astimezone(account.zone)
    if local.hour == PLAN_AT.hour:
        yield _request(tick, partition_key(account=account.id, day=local.date()))


def _publish(account: Account, tick: datetime) -> RunRequests:
    for day in _ledger().due_days(account.id, tick):
        yield _request(tick, partition_key(account=account.id, day=day))


def _measure(account: Account, tick: datetime) -> RunRequests:
    answered = answered_pulls(Lake(load_settings().lake_base), account, tick)
    if due_pulls(recently_published(_ledger(), account, tick), answered, tick):
        yield _request(tick, partition_key(account=account.id, day=tick.astimezone(account.zone).date()))


def _learn(account: Account, tick: datetime) -> RunRequests:
    local = tick.astimezone(account.zone)
    if local.hour == 0:
        yield _request(tick, partition_key(account=account.id, day=local.date() - timedelta(days=1)))


def _report(account: Account, tick: datetime) -> RunRequests:
    monday = tick.astimezone(account.zone).date() - timedelta(days=7)
    yield _request(tick, partition_key(account=account.id, week=monday - timedelta(days=monday.weekday())))


def _ledger() -> Ledger:
    return Ledger(OperationsDatabase(load_settings().effective_database_url))


SCHEDULES = [
    _each_account(jobs.daily_production, "5 * * * *", _plan),
    _each_account(jobs.publish_due, "*/5 * * * *", _publish),
    _each_account(jobs.collect_metrics, "10 * * * *", _measure),
    dg.ScheduleDefinition(
        name="refresh_marts_schedule",
        job=jobs.refresh_marts,
        cron_schedule="20 * * * *",
        execution_timezone="UTC",
    ),
    _each_account(jobs.learn, "40 * * * *", _learn),
    _each_account(jobs.weekly_report, "0 18 * * 1", _report),
]

"""When production runs. All schedules are off until somebody turns them on; each says in its name what it starts.

A tick asks for runs of those accounts alone that have something to do, in their own time zones. In sandbox mode a run moves the
sandbox's clock to its tick.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from typing import Any

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from content_pipeline import jobs
from content_pipeline.accounts import Account, load_accounts
from content_pipeline.briefs.calendar.problem import LEAD
from content_pipeline.briefs.calendar.week import unanswered_breakout
from content_pipeline.instance import NOW_TAG
from content_pipeline.metrics.history import answered_pulls, recently_published
from content_pipeline.metrics.insights import due_pulls
from content_pipeline.partitions import partition_key, register_partitions
from content_pipeline.posts.ledger import Ledger
from content_pipeline.production import PLAN_AT
from content_pipeline.settings import load_settings
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

    return _schedule(job, cron, evaluate)


def _schedule(
    job: UnresolvedAssetJobDefinition, cron: str, ask: Callable[[dg.ScheduleEvaluationContext], Iterator[Any]]
) -> dg.ScheduleDefinition:
    """Return a schedule that asks for the runs that ``ask`` yields at a tick (UTC)."""
    return dg.ScheduleDefinition(
        name=f"{job.name}_schedule",
        job=job,
        cron_schedule=cron,
        execution_timezone="UTC",
        execution_fn=ask,
    )


def _request(tick: datetime, partition: str) -> dg.RunRequest:
    return dg.RunRequest(
        run_key=f"{partition}:{tick.isoformat()}", partition_key=partition, tags={NOW_TAG: tick.isoformat()}
    )


def _plan(account: Account, tick: datetime) -> RunRequests:
    """Ask from the planning hour on, every hour until the day was planned: a tick or a run may have failed."""
    local = tick.astimezone(account.zone)
    dims = {"account": account.id, "day": str(local.date())}
    if local.time() >= PLAN_AT and not _lake().exists("posts", dims):
        yield _request(tick, partition_key(**dims))


def _watch(account: Account, tick: datetime) -> RunRequests:
    """Ask for today's breakouts where the day has trends."""
    day = str(tick.astimezone(account.zone).date())
    if account.breakouts_per_day and _lake().exists("trends", {"day": day}):
        yield _request(tick, partition_key(account=account.id, day=day))


def _react(account: Account, tick: datetime) -> RunRequests:
    """Ask for a planned day again, once for a breakout that has no slot in it, while the reactive slot leaves time to make a reel."""
    day = tick.astimezone(account.zone).date()
    found = unanswered_breakout(_lake(), account.id, day, tick + REACTION)
    if found and _lake().exists("posts", {"account": account.id, "day": str(day)}):
        request = _request(tick, partition_key(account=account.id, day=day))
        yield request._replace(run_key=f"{account.id}:{day}:{found.breakout_id}")


def _publish(account: Account, tick: datetime) -> RunRequests:
    with _ledger() as ledger:
        for day in ledger.due_days(account.id, tick):
            yield _request(tick, partition_key(account=account.id, day=day))


def _measure(account: Account, tick: datetime) -> RunRequests:
    with _ledger() as ledger:
        if due_pulls(recently_published(ledger, account, tick), answered_pulls(_lake(), account, tick), tick):
            yield _request(tick, partition_key(account=account.id, day=tick.astimezone(account.zone).date()))


def _learn(account: Account, tick: datetime) -> RunRequests:
    """Ask for yesterday once marts were built after its end, every hour until it was learned from."""
    local = tick.astimezone(account.zone)
    dims = {"account": account.id, "day": str(local.date() - timedelta(days=1))}
    planned, learned = _lake().exists("posts", dims), _lake().exists("reward_model", dims)
    if local.time() >= LEARN_AT and planned and not learned:
        yield _request(tick, partition_key(**dims))


def _report(account: Account, tick: datetime) -> RunRequests:
    last_week = tick.astimezone(account.zone).date() - timedelta(days=7)
    yield _request(
        tick, partition_key(account=account.id, week=last_week - timedelta(days=last_week.weekday()))
    )


def _score(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest]:
    """Ask for the trends of every day that it is now for some account: planning reads them."""
    tick = context.scheduled_execution_time
    accounts = load_accounts(load_settings().accounts).values()
    for day in sorted({tick.astimezone(account.zone).date() for account in accounts}):
        yield _request(tick, str(day))


def _find(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest]:
    """Ask for the patterns up to yesterday: its signals are complete, because a source's day is one in UTC."""
    tick = context.scheduled_execution_time
    yield _request(tick, str(tick.date() - timedelta(days=1)))


def _lake() -> Lake:
    return Lake(load_settings().lake_base)


@contextmanager
def _ledger() -> Iterator[Ledger]:
    with OperationsDatabase(load_settings().effective_database_url) as operations:
        yield Ledger(operations)


REACTION = LEAD + timedelta(hours=1)
"""Time that planning again, writing, review and rendering may take, beside the lead that every post has."""

LEARN_AT = time(0, 30)
"""Local time from which a day can be learned from: the hourly rebuild of the marts has seen its end."""

SCHEDULES = [
    _schedule(jobs.score_trends, "0 * * * *", _score),
    _schedule(jobs.find_patterns, "30 0 * * *", _find),
    _each_account(jobs.watch_breakouts, "3 * * * *", _watch),
    _each_account(jobs.daily_production, "5 * * * *", _plan),
    _each_account(jobs.react, "15 * * * *", _react),
    _each_account(jobs.publish_due, "*/5 * * * *", _publish),
    # Often enough for a value at one hour to be one: later than half an hour it does not count as that.
    _each_account(jobs.collect_metrics, "*/15 * * * *", _measure),
    dg.ScheduleDefinition(
        name="refresh_marts_schedule",
        job=jobs.refresh_marts,
        cron_schedule="20 * * * *",
        execution_timezone="UTC",
    ),
    _each_account(jobs.learn, "40 * * * *", _learn),
    _each_account(jobs.weekly_report, "0 18 * * 1", _report),
]

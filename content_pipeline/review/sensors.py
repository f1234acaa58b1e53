"""The sensor that takes in what people did at the desk: it asks for a run of every day with changes or decisions that no run has seen.

It keeps no cursor: rows of two transactions may become visible in another order than their ids. What a run was asked for is in its
tags, so a change counts as taken in only after such a run succeeded.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import dagster as dg
from dagster import DagsterRunStatus, RunsFilter

from content_pipeline.accounts import Account
from content_pipeline.clock import Clock
from content_pipeline.jobs import review_again
from content_pipeline.partitions import partition_key, register_partitions
from content_pipeline.review.pending import ChangedDay, changed_days
from content_pipeline.storage.operations import OperationsDatabase

CHANGES_TAG = "content_pipeline/changes"
PARTITION_TAG = "dagster/partition"
MAX_ATTEMPTS = 3
ATTEMPTS_WITHIN = timedelta(hours=1)
"""For the same changes: a fault must neither start runs without end nor keep a person's word from counting for ever."""
_UNDER_WAY = [
    status
    for status in DagsterRunStatus
    if status not in (DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED)
]


@dg.sensor(job=review_again, minimum_interval_seconds=30)
def desk_changes(
    context: dg.SensorEvaluationContext,
    operations: dg.ResourceParam[OperationsDatabase],
    accounts: dg.ResourceParam[Mapping[str, Account]],
    clock: dg.ResourceParam[Clock],
) -> dg.SensorResult:
    """Review and queue again what people edited, moved, approved or rejected: one run for each account's day."""
    register_partitions(context.instance, accounts, [])
    changed = changed_days(operations, accounts, clock.now())
    requests = [request for day in changed if (request := _request(context.instance, day))]
    return dg.SensorResult(
        run_requests=requests,
        skip_reason=None if requests else dg.SkipReason("nobody changed or decided anything since"),
    )


def _request(instance: dg.DagsterInstance, changed: ChangedDay) -> dg.RunRequest | None:
    key = partition_key(account=changed.account, day=changed.day)
    # A run under way may take the change in, or may have read before it; what it leaves is asked for when it has ended.
    if instance.get_runs(RunsFilter(tags={PARTITION_TAG: key}, statuses=_UNDER_WAY), limit=1):
        return None
    tags = {CHANGES_TAG: changed.token}
    asked = instance.get_run_records(RunsFilter(tags={PARTITION_TAG: key, **tags}))
    begun = datetime.now(UTC) - ATTEMPTS_WITHIN
    if any(record.dagster_run.status is DagsterRunStatus.SUCCESS for record in asked):
        return None
    if sum(record.create_timestamp >= begun for record in asked) >= MAX_ATTEMPTS:
        return None
    return dg.RunRequest(run_key=f"{key}:{changed.token}:{len(asked) + 1}", partition_key=key, tags=tags)

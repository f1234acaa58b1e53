"""The sensor that watches trend sources: it polls those that are due and asks for runs of the days with polls that no partition holds.

It keeps no cursor. What a source showed last is in the operations database, and which polls are unread is where they have landed: one
counts as read only after its partition was written, so a failed run is asked for again at a later tick, under a new run key.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

import dagster as dg
from dagster import DagsterRunStatus, RunsFilter

from content_pipeline.alerts import Alerts
from content_pipeline.jobs import ingest_trends
from content_pipeline.partitions import partition_key, register_partitions
from content_pipeline.storage.landing import LandedPoll
from content_pipeline.storage.records import content_hash
from content_pipeline.trends.assets import POLLS_TAG, freshness_of
from content_pipeline.trends.watching.polling import Outcome, Watch

SOURCE_TAG = "content_pipeline/source"
DAY_TAG = "content_pipeline/day"
MAX_ATTEMPTS = 3
ATTEMPTS_WITHIN = timedelta(hours=1)
"""For the same polls: a full disk must neither start runs without end nor leave polls unread for ever."""
MOST_RUNS = 500
_ENDED = {DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED}


@dg.sensor(job=ingest_trends, minimum_interval_seconds=60)
def new_trends(
    context: dg.SensorEvaluationContext,
    watch: dg.ResourceParam[Watch],
    alerts: dg.ResourceParam[Alerts],
) -> dg.SensorResult:
    """Poll the sources that are due, and ask for a run of every source and day that showed something new."""
    register_partitions(context.instance, [], watch.sources.names)
    outcomes = watch.poll_due()
    for outcome in outcomes:
        told = f"{outcome.source} {outcome.kind}" + (f": {outcome.detail}" if outcome.detail else "")
        (context.log.warning if outcome.kind == "failed" else context.log.info)(told)
    alerts.deliver()
    requests = list(_requests(context.instance, watch))
    return dg.SensorResult(
        run_requests=requests,
        skip_reason=None if requests else dg.SkipReason(_nothing_new(outcomes)),
        asset_events=_turned(watch, outcomes),
    )


def _requests(instance: dg.DagsterInstance, watch: Watch) -> Iterator[dg.RunRequest]:
    """Yield a request for every source and day with unread polls, also those of yesterday after midnight."""
    unread = [poll for poll in watch.landing.unread() if poll.source in watch.sources.names]
    for (source, day), polls in groupby(unread, key=lambda poll: (poll.source, poll.day)):
        request = _request(instance, source, day, list(polls))
        if request is not None:
            yield request


def _request(
    instance: dg.DagsterInstance, source: str, day: date, polls: Sequence[LandedPoll]
) -> dg.RunRequest | None:
    token = content_hash([poll.name for poll in polls])[:16]
    tags = {SOURCE_TAG: source, DAY_TAG: str(day)}
    records = instance.get_run_records(RunsFilter(tags=tags), limit=MOST_RUNS)
    runs = [record.dagster_run for record in records]
    attempts = [record for record in records if record.dagster_run.tags.get(POLLS_TAG) == token]
    begun = datetime.now(UTC) - ATTEMPTS_WITHIN
    lately = [record for record in attempts if record.create_timestamp >= begun]
    # A run under way may read these polls too; what it leaves is asked for when it has ended.
    if any(run.status not in _ENDED for run in runs) or len(lately) >= MAX_ATTEMPTS:
        return None
    return dg.RunRequest(
        run_key=f"{source}:{day}:{token}:{len(attempts) + 1}",
        partition_key=partition_key(source=source, day=day),
        tags=tags | {POLLS_TAG: token},
    )


def _turned(watch: Watch, outcomes: Sequence[Outcome]) -> list[dg.AssetCheckEvaluation]:
    """Return an evaluation of the check ``sources_are_fresh`` where a source has become stale or recovered."""
    if not any(outcome.turned for outcome in outcomes):
        return []
    result = freshness_of(watch.stale())
    return [
        dg.AssetCheckEvaluation(
            asset_key=dg.AssetKey("trend_signals"),
            check_name="sources_are_fresh",
            passed=result.passed,
            severity=result.severity,
            metadata=result.metadata,
        )
    ]


def _nothing_new(outcomes: Sequence[Outcome]) -> str:
    failed = [f"{outcome.source}: {outcome.detail}" for outcome in outcomes if outcome.kind == "failed"]
    return "; ".join(failed) or "no source shows anything new"

"""The sensor that watches trend sources: when a source shows something new, it asks for a run of that source's day.

The cursor holds, per source, the fingerprint of what a *successful* run has read, as that run's tag says; so a failed run is asked for
again at a later tick, under a new run key.
"""

import json
from collections.abc import Mapping

import dagster as dg
from dagster import RunsFilter

from content_pipeline.clock import Clock
from content_pipeline.jobs import ingest_trends
from content_pipeline.partitions import partition_key, register_partitions
from content_pipeline.trends.sources.base import SourceError
from content_pipeline.trends.sources.catalog import TrendSources

FINGERPRINT_TAG = "content_pipeline/fingerprint"
SOURCE_TAG = "content_pipeline/source"
MAX_ATTEMPTS = 3


@dg.sensor(job=ingest_trends, minimum_interval_seconds=300)
def new_trends(
    context: dg.SensorEvaluationContext,
    sources: dg.ResourceParam[TrendSources],
    clock: dg.ResourceParam[Clock],
) -> dg.SensorResult:
    """Ask for a run of every source that shows something its last successful run has not read."""
    register_partitions(context.instance, [], sources.names)
    cursor: dict[str, str] = json.loads(context.cursor or "{}")
    day = clock.now().date()
    requests, problems = [], []
    for source in sources.names:
        try:
            fingerprint = sources.adapter(source).fingerprint(day)
        except SourceError as error:
            problems.append(f"{source}: {error}")
            continue
        if fingerprint is None:
            continue
        token = f"{day}:{fingerprint}"
        statuses = _attempts(context.instance, source, token)
        if dg.DagsterRunStatus.SUCCESS in statuses:
            cursor[source] = token
        unfinished = [
            status
            for status in statuses
            if status not in (dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)
        ]
        if cursor.get(source) == token or unfinished or len(statuses) >= MAX_ATTEMPTS:
            continue
        requests.append(
            dg.RunRequest(
                run_key=f"{source}:{token}:{len(statuses) + 1}",
                partition_key=partition_key(source=source, day=day),
                tags={SOURCE_TAG: source, FINGERPRINT_TAG: token},
            )
        )
    for problem in problems:
        context.log.warning(problem)
    return dg.SensorResult(
        run_requests=requests,
        cursor=json.dumps(cursor, sort_keys=True),
        skip_reason=None
        if requests
        else dg.SkipReason("; ".join(problems) or "no source shows anything new"),
    )


def _attempts(instance: dg.DagsterInstance, source: str, token: str) -> list[dg.DagsterRunStatus]:
    """Return the statuses of the runs that were asked for this source and fingerprint."""
    tags: Mapping[str, str] = {SOURCE_TAG: source, FINGERPRINT_TAG: token}
    return [run.status for run in instance.get_runs(RunsFilter(tags=dict(tags)), limit=MAX_ATTEMPTS + 1)]

"""The Dagster instance under the pipeline's home, and runs launched in it from the command line.

Keep out of here what a day consists of; that is in ``production.py``.
"""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import dagster as dg
from dagster import DagsterRunStatus, RunsFilter

from content_pipeline.errors import UserError
from content_pipeline.partitions import register_partitions
from content_pipeline.posts.holders import is_dead, new_holder
from content_pipeline.settings import Settings

PROJECT = Path(__file__).parent.parent
NOW_TAG = "content_pipeline/now"
PROCESS_TAG = "content_pipeline/process"
RANGE_START, RANGE_END = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"


class RunFailed(UserError):  # noqa: N818
    """A run failed; the message names the job, the step and the reason."""


def dagster_home(settings: Settings) -> Path:
    """Return the instance's folder with the shipped ``dagster.yaml`` in it, and point ``DAGSTER_HOME`` there."""
    settings.claim_home()
    folder = settings.home / "dagster"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(PROJECT / "dagster.yaml", folder / "dagster.yaml")
    os.environ["DAGSTER_HOME"] = str(folder)
    return folder


def open_instance(settings: Settings) -> dg.DagsterInstance:
    """Open the instance of ``settings.home``; runs that a killed process left behind are marked as failed."""
    instance = dg.DagsterInstance.from_config(str(dagster_home(settings)))
    _bury_dead_runs(instance)
    return instance


class Runner:
    """Executes jobs of a code location in this process; their runs are visible in the UI like any other."""

    def __init__(self, instance: dg.DagsterInstance, defs: dg.Definitions) -> None:
        self._instance = instance
        self._defs = defs

    def register(self, accounts: Mapping[str, object], sources: Mapping[str, object]) -> None:
        """Add the configured accounts and sources as partitions."""
        register_partitions(self._instance, accounts, sources)

    def run(
        self,
        job: str,
        partition: str | None = None,
        last: str | None = None,
        now: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> dg.ExecuteInProcessResult:
        """Execute ``job`` for a partition, or for the range from ``partition`` to ``last``; ``tags`` are the run's.

        ``now`` is the moment (ISO-8601) to which the sandbox's clock is moved first.

        Raises:
            RunFailed: a step failed.
        """
        all_tags = {PROCESS_TAG: new_holder(), **(tags or {})}
        if now:
            all_tags[NOW_TAG] = now
        if last:
            all_tags |= {RANGE_START: str(partition), RANGE_END: last}
        result = self._defs.resolve_job_def(job).execute_in_process(
            instance=self._instance,
            partition_key=None if last else partition,
            tags=all_tags,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            raise_on_error=False,
        )
        if not result.success:
            raise RunFailed(
                f"{job} {partition or ''}: {_reason(result)} (run {result.run_id}; see `content-pipeline ui`)"
            )
        return result


def _reason(result: dg.ExecuteInProcessResult) -> str:
    for event in result.all_events:
        if event.is_step_failure:
            failure = event.step_failure_data
            if failure.user_failure_data and failure.user_failure_data.description:
                return f"step {event.step_key}: {failure.user_failure_data.description}"
            error = failure.error
            while error and error.cause:
                error = error.cause
            return f"step {event.step_key}: {error.message.strip() if error else 'failed'}"
    failures = [event.message for event in result.all_events if event.is_failure and event.message]
    return failures[0] if failures else "failed"


def _bury_dead_runs(instance: dg.DagsterInstance) -> None:
    alive = [DagsterRunStatus.STARTED, DagsterRunStatus.STARTING, DagsterRunStatus.NOT_STARTED]
    for run in instance.get_runs(RunsFilter(statuses=alive)):
        process = run.tags.get(PROCESS_TAG)
        if process and is_dead(process):
            # Its steps would hold their pools' slots until the daemon's next round, and there may be no daemon.
            instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
            instance.report_run_failed(
                run, "its process was killed; what it had finished is kept, and the work was resumed"
            )

"""A newsroom with a Dagster instance, for the tests of the sensor and of the asset that it starts."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from content_pipeline.alerts import Alerts
from content_pipeline.partitions import register_partitions
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.trends.assets import sources_are_fresh, trend_signals
from content_pipeline.trends.sensors import new_trends
from content_pipeline_tests.trends.server import Server, serving
from content_pipeline_tests.trends.watching.helpers import Newsroom, stories

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


class Studio:
    """A newsroom with a Dagster instance."""

    def __init__(self, room: Newsroom, instance: dg.DagsterInstance) -> None:
        self.room = room
        self.instance = instance
        self.configs: list = []

    def tick(self) -> dg.SensorResult:
        """Evaluate the sensor as a new process would."""
        resources = {"watch": self.room.watch(*self.configs), "alerts": Alerts(self.room.database)}
        with dg.build_sensor_context(instance=self.instance, resources=resources) as context:
            return new_trends(context)

    def materialize(
        self, key: str, last: str | None = None, tags: dict | None = None
    ) -> dg.ExecuteInProcessResult:
        """Execute a run of a partition, or of a range up to ``last``."""
        room = self.room
        register_partitions(self.instance, [], [config.name for config in self.configs])
        ends = {"dagster/asset_partition_range_start": key, "dagster/asset_partition_range_end": last}
        return dg.materialize(
            [trend_signals, sources_are_fresh],
            instance=self.instance,
            partition_key=None if last else key,
            resources={
                "sources": room.sources(self.configs),
                "lake": room.lake,
                "landing": room.landing,
                "operations": room.database,
                "alerts": Alerts(room.database),
                "clock": room.clock,
                "lake_io": dg.mem_io_manager,
            },
            tags=(tags or {}) | (ends if last else {}),
            run_config=QUIET,
            raise_on_error=False,
        )

    def run(self, request: dg.RunRequest) -> dg.ExecuteInProcessResult:
        """Execute a run that the sensor asked for, as the daemon would."""
        return self.materialize(request.partition_key, tags=dict(request.tags))

    def tick_and_run(self) -> int:
        """Let a tick and the runs that it asks for pass; return how many."""
        requests = self.tick().run_requests or []
        assert all(self.run(request).success for request in requests)
        return len(requests)

    def leave(self, request: dg.RunRequest, status: dg.DagsterRunStatus) -> None:
        """Let a run that the sensor asked for fail, be canceled, or be under way for ever."""
        run = self.instance.create_run_for_job(a_job, tags=request.tags)
        if status == dg.DagsterRunStatus.FAILURE:
            self.instance.report_run_failed(run, "failed")
        elif status == dg.DagsterRunStatus.CANCELED:
            self.instance.report_run_canceled(run)


@dg.job
def a_job():
    """Stand for the job that the sensor starts; only its runs' tags and statuses count."""


@contextmanager
def open_studio(folder: Path) -> Iterator[Studio]:
    """Open a studio over stores in ``folder``."""
    database = OperationsDatabase(f"sqlite:///{folder / 'operations.db'}")
    with dg.DagsterInstance.ephemeral() as instance:
        yield Studio(Newsroom(folder, database), instance)
    database.dispose()


@contextmanager
def on_air(studio: Studio, routes, *names: str) -> Iterator[Server]:
    """Serve the sources of a studio."""
    with serving(routes) as server:
        studio.configs = [stories(server.url, name) for name in names or ("hn",)]
        yield server

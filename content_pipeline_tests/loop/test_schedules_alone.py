"""Production by the schedules alone, without `produce`: a day is planned, posted, measured and learned from.

The run that reads the source is started here, as the sensor (tested beside it) asks for it.
"""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from content_pipeline.definitions import build_defs
from content_pipeline.instance import NOW_TAG, open_instance
from content_pipeline.settings import load_settings
from content_pipeline.storage.lake import Lake
from content_pipeline_tests.examples import demo_folder
from content_pipeline_tests.loop.produce import ledger

MORNING = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
TICKS = {
    "score_trends": ["10:00"],
    "daily_production": ["09:05", "10:05", "11:05"],
    "publish_due": ["13:55", "14:00", "14:05"],
    "collect_metrics": ["14:45", "15:00", "15:15"],
    "refresh_marts": ["15:20", "29:20"],
    "learn": ["15:40", "29:40", "30:40"],
}
"""Hours and minutes (UTC) after midnight of the day; the account's only slot is 09:00 in New York, 14:00 UTC."""


@pytest.fixture
def settings(tmp_path, monkeypatch):
    demo_folder(tmp_path, posts_per_day=1, slots=["09:00"])
    monkeypatch.setenv("CONTENT_PIPELINE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CONTENT_PIPELINE_ACCOUNTS", str(tmp_path))
    return load_settings()


def test_a_day_runs_by_schedules_alone(settings):
    defs = build_defs(settings)
    repository = defs.get_repository_def()
    done: list[str] = []
    moments = sorted(
        (datetime(2026, 1, 5, tzinfo=UTC) + timedelta(hours=int(at[:2]), minutes=int(at[3:])), name)
        for name, times in TICKS.items()
        for at in times
    )
    with open_instance(settings) as instance:

        def execute(job: str, request: dg.RunRequest, now: datetime) -> None:
            tags = {NOW_TAG: now.isoformat()} | dict(request.tags)
            result = defs.resolve_job_def(job).execute_in_process(
                instance=instance, partition_key=request.partition_key, tags=tags
            )
            assert result.success
            done.append(f"{job} {request.partition_key or ''} {now:%H:%M}".replace("  ", " "))

        first = dg.RunRequest(partition_key="2026-01-05|sandbox")
        instance.add_dynamic_partitions("source", ["sandbox"])
        execute("ingest_trends", first, MORNING)
        for now, name in moments:
            with dg.build_schedule_context(
                instance=instance, scheduled_execution_time=now, repository_def=repository
            ) as context:
                requests = repository.get_schedule_def(f"{name}_schedule").evaluate_tick(context).run_requests
            for request in requests:
                execute(name, request, now)
    assert done == [
        "ingest_trends 2026-01-05|sandbox 09:30",
        "score_trends 2026-01-05 10:00",
        "daily_production demo|2026-01-05 10:05",
        "publish_due demo|2026-01-05 14:00",
        "collect_metrics demo|2026-01-05 15:00",
        "refresh_marts 15:20",
        "refresh_marts 05:20",
        "learn demo|2026-01-05 05:40",
    ]
    assert [row["state"] for row in ledger(settings.home)] == ["published"]
    assert Lake(settings.lake_base).exists("reward_model", {"account": "demo", "day": "2026-01-05"})

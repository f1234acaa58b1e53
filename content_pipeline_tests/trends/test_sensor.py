"""The sensor: asks when a source shows something new, not again after success, again (bounded) after failure."""

import json
from datetime import UTC, datetime

import dagster as dg
import pytest
import yaml

from content_pipeline.clock import SandboxClock
from content_pipeline.trends.sensors import FINGERPRINT_TAG, MAX_ATTEMPTS, SOURCE_TAG, new_trends
from content_pipeline.trends.sources.catalog import TrendSources
from content_pipeline.trends.sources.config import load_sources

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def world(tmp_path):
    """Give a table that can grow, its sources and a clock."""
    table = tmp_path / "items.csv"
    table.write_text("id,title,day\n1,First,2026-01-05\n")
    columns = {"external_id": "id", "title": "title"}
    entry = {
        "name": "items",
        "type": "table",
        "path": str(table),
        "partition_column": "day",
        "columns": columns,
    }
    (tmp_path / "sources.yaml").write_text(yaml.safe_dump({"sources": [entry]}))
    clock = SandboxClock(tmp_path / "clock")
    clock.advance_to(NOON)
    sources = TrendSources(load_sources(tmp_path / "sources.yaml"), None, clock.now)
    return table, {"sources": sources, "clock": clock}


def tick(instance: dg.DagsterInstance, resources: dict, cursor: str | None) -> dg.SensorResult:
    with dg.build_sensor_context(instance=instance, cursor=cursor, resources=resources) as context:
        return new_trends(context)


@dg.job
def a_job():
    """Stand for the job that the sensor starts; only its runs' tags and statuses count."""


def record(instance: dg.DagsterInstance, request: dg.RunRequest, status: dg.DagsterRunStatus) -> None:
    """Let a run that the sensor asked for end."""
    run = instance.create_run_for_job(a_job, tags=request.tags)
    if status == dg.DagsterRunStatus.FAILURE:
        instance.report_run_failed(run, "failed")
        return
    ended = dg.DagsterEvent(event_type_value=dg.DagsterEventType.RUN_SUCCESS.value, job_name=run.job_name)
    instance.report_dagster_event(ended, run_id=run.run_id)


def test_it_asks_once_for_what_is_new(world):
    table, resources = world
    with dg.DagsterInstance.ephemeral() as instance:
        first = tick(instance, resources, None)
        [request] = first.run_requests
        assert request.partition_key == "2026-01-05|items"
        assert instance.get_dynamic_partitions("source") == ["items"]
        record(instance, request, dg.DagsterRunStatus.SUCCESS)

        second = tick(instance, resources, first.cursor)
        assert not second.run_requests
        assert json.loads(second.cursor)["items"] == request.tags[FINGERPRINT_TAG]

        table.write_text(table.read_text() + "2,Second,2026-01-05\n")
        [again] = tick(instance, resources, second.cursor).run_requests
        assert again.run_key != request.run_key


def test_a_failed_run_is_asked_for_again_and_not_for_ever(world):
    _, resources = world
    keys, cursor = [], None
    with dg.DagsterInstance.ephemeral() as instance:
        for _ in range(MAX_ATTEMPTS + 2):
            result = tick(instance, resources, cursor)
            cursor = result.cursor
            for request in result.run_requests or []:
                keys.append(request.run_key)
                record(instance, request, dg.DagsterRunStatus.FAILURE)
    assert len(keys) == len(set(keys)) == MAX_ATTEMPTS
    assert json.loads(cursor) == {}


def test_a_run_under_way_is_not_asked_for_twice(world):
    _, resources = world
    with dg.DagsterInstance.ephemeral() as instance:
        [request] = tick(instance, resources, None).run_requests
        instance.create_run_for_job(a_job, tags=request.tags)
        assert not tick(instance, resources, None).run_requests
        assert request.tags[SOURCE_TAG] == "items"


def test_a_source_that_is_gone_does_not_stop_the_tick(world):
    table, resources = world
    table.unlink()
    with dg.DagsterInstance.ephemeral() as instance:
        result = tick(instance, resources, None)
        assert not result.run_requests
        assert "items" in result.skip_reason.skip_message

"""The code location: loads in a fresh interpreter, resolves every job, and its shape is what this small snapshot says."""

import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
import yaml

from content_pipeline.definitions import build_defs
from content_pipeline.settings import load_settings

SHIPPED = Path(__file__).parent.parent / "dagster.yaml"
SHAPE = {
    "trend_signals": ("source|day", "trend_signals", []),
    "trends": ("day", None, ["trend_signals"]),
    "trend_patterns": ("day", None, ["trend_signals"]),
    "breakouts": ("account|day", None, ["trends"]),
    "strategy": ("account|day", None, []),
    "briefs": ("account|day", None, ["strategy", "trends"]),
    "calendar": ("account|day", None, ["briefs", "strategy"]),
    "scripts": ("account|day", None, ["briefs", "calendar"]),
    "reviews": ("account|day", None, ["scripts"]),
    "renders": ("account|day", "rendering", ["reviews", "scripts"]),
    "posts": ("account|day", "instagram", ["renders", "reviews", "scripts"]),
    "post_metrics": ("account|day", "metrics", ["posts"]),
    "account_metrics": ("account|day", None, ["posts"]),
    "reward_model": ("account|day", None, ["marts/post_metrics", "marts/posts"]),
    "experiment_decisions": ("account|day", None, ["marts/post_metrics", "marts/posts"]),
    "mode_decision": ("account|day", None, ["marts/post_metrics", "marts/posts"]),
    "monetization_plan": ("account|day", None, ["marts/post_metrics", "marts/posts"]),
}


@pytest.fixture(scope="module")
def defs() -> dg.Definitions:
    return build_defs(load_settings())


def test_it_loads_in_a_fresh_interpreter():
    code = "import content_pipeline.definitions as d; d.defs().get_repository_def().load_all_definitions()"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_shape_of_the_flow(defs: dg.Definitions):
    graph = defs.resolve_asset_graph()
    for name, (dimensions, pool, deps) in SHAPE.items():
        node = graph.get(dg.AssetKey(name))
        partitions = node.partitions_def
        found = (
            "|".join(sorted((d.name for d in partitions.partitions_defs), key=lambda n: n == "day"))
            if isinstance(partitions, dg.MultiPartitionsDefinition)
            else "day"
        )
        assert (found, sorted(parent.to_user_string() for parent in node.parent_keys)) == (
            dimensions,
            deps,
        ), name
        assert (node.pools or {None}) == {pool}, name


def test_every_asset_says_what_it_is(defs: dg.Definitions):
    graph = defs.resolve_asset_graph()
    for key in graph.materializable_asset_keys:
        node = graph.get(key)
        assert node.description, key
        assert node.owners, key
        assert node.kinds, key
        assert node.group_name != "default", key
        if node.partitions_def and key.path[-1] != "weekly_report":
            assert node.backfill_policy == dg.BackfillPolicy.single_run(), key
            assert "dagster/column_schema" in node.metadata, key


def test_jobs_schedules_and_sensor_are_there(defs: dg.Definitions):
    repository = defs.get_repository_def()
    jobs = {job.name for job in repository.get_all_jobs()}
    assert {
        "daily_production",
        "publish_due",
        "review_again",
        "collect_metrics",
        "refresh_marts",
        "weekly_report",
        "learn",
    } <= jobs
    schedules = {schedule.name: schedule for schedule in repository.schedule_defs}
    assert {"daily_production_schedule", "publish_due_schedule", "collect_metrics_schedule"} <= set(schedules)
    assert all(s.default_status == dg.DefaultScheduleStatus.STOPPED for s in schedules.values())
    assert all(s.execution_timezone == "UTC" for s in schedules.values())
    assert sorted(sensor.name for sensor in repository.sensor_defs) == ["desk_changes", "new_trends"]


def test_the_shipped_instance_limits_pools(tmp_path):
    (tmp_path / "dagster.yaml").write_text(SHIPPED.read_text())
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        config = instance.get_concurrency_config()
        assert config.pool_config.default_pool_limit == 1
        assert config.pool_config.pool_granularity.value == "op"
        assert instance.run_monitoring_enabled
        assert not instance.telemetry_enabled
    assert yaml.safe_load(SHIPPED.read_text())["run_retries"]["retry_on_asset_or_op_failure"] is False

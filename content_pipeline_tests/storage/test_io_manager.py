"""The lake's IO manager inside Dagster: ranges of partitions in one run, empty partitions, rows that do not belong."""

from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pytest

from content_pipeline.lake_assets import lake_asset, records_of
from content_pipeline.partitions import ACCOUNT_DAY, DAYS, account_days, partition_key, register_partitions
from content_pipeline.storage.io_manager import LakeIOManager
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.records import Record

NOW = datetime(2026, 1, 5, tzinfo=UTC)


class Fact(Record):
    day: date
    value: int


class OwnFact(Record):
    account: str
    day: date
    value: int


@lake_asset(Fact, DAYS)
def facts(context: dg.AssetExecutionContext) -> list[Fact]:
    """Make a fact for every day but the fifth."""
    days = [date.fromisoformat(key) for key in context.partition_keys]
    return [Fact(day=d, value=d.day, trace_id="x", created_at=NOW) for d in days if d.day != 5]


@lake_asset(OwnFact, ACCOUNT_DAY, checks=["positive"])
def own_facts(context: dg.AssetExecutionContext, facts: list[Fact]) -> dg.MaterializeResult:
    """Give every account its facts."""
    rows = [
        OwnFact(account=name, day=day, value=fact.value, trace_id="x", created_at=NOW)
        for name, day in account_days(context)
        for fact in facts
        if fact.day == day
    ]
    return dg.MaterializeResult(
        value=rows,
        check_results=[dg.AssetCheckResult(check_name="positive", passed=all(r.value > 0 for r in rows))],
    )


@lake_asset(Fact, DAYS)
def stray_facts(context: dg.AssetExecutionContext) -> list[Fact]:
    """Make a row of another day."""
    return [Fact(day=date(2025, 2, 2), value=1, trace_id="x", created_at=NOW)]


@pytest.fixture
def defs(tmp_path: Path) -> dg.Definitions:
    assets = [facts, own_facts, stray_facts]
    io = LakeIOManager(Lake(str(tmp_path / "lake")), records_of(assets))
    return dg.Definitions(
        assets=assets,
        jobs=[dg.define_asset_job(f"make_{a.key.path[-1]}", selection=[a]) for a in assets],
        resources={"lake_io": io},
        executor=dg.in_process_executor,
    )


@pytest.fixture
def instance() -> dg.DagsterInstance:
    instance = dg.DagsterInstance.ephemeral()
    register_partitions(instance, ["demo", "other"], [])
    register_partitions(instance, ["demo"], ["rss"])
    return instance


def run(
    defs: dg.Definitions,
    instance: dg.DagsterInstance,
    job: str,
    first: str,
    last: str | None = None,
    **options,
):
    tags = (
        {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}
        if last
        else {}
    )
    return defs.resolve_job_def(job).execute_in_process(
        instance=instance, partition_key=None if last else first, tags=tags, **options
    )


def test_a_range_is_one_run_and_one_file_a_partition(defs, instance, tmp_path):
    assert run(defs, instance, "make_facts", "2026-01-03", "2026-01-06").success
    lake = Lake(str(tmp_path / "lake"))
    values = {
        dims["day"]: [r.value for r in lake.read("facts", Fact, dims)] for dims in lake.partitions("facts")
    }
    assert values == {"2026-01-03": [3], "2026-01-04": [4], "2026-01-05": [], "2026-01-06": [6]}


def test_a_range_of_one_account_reads_the_days_it_needs(defs, instance, tmp_path):
    run(defs, instance, "make_facts", "2026-01-03", "2026-01-06")
    first, last = (partition_key(account="demo", day=day) for day in ("2026-01-04", "2026-01-06"))
    result = run(defs, instance, "make_own_facts", first, last)
    assert result.success
    assert len(result.get_asset_materialization_events()) == 3
    lake = Lake(str(tmp_path / "lake"))
    assert [dims["account"] for dims in lake.partitions("own_facts")] == ["demo"] * 3
    assert [
        r.value for dims in lake.partitions("own_facts") for r in lake.read("own_facts", OwnFact, dims)
    ] == [4, 6]


def test_what_was_never_materialized_is_named(defs, instance):
    result = run(
        defs,
        instance,
        "make_own_facts",
        partition_key(account="demo", day="2026-01-04"),
        raise_on_error=False,
    )
    assert "facts has no partition day=2026-01-04 yet" in str(
        [event.step_failure_data.error.to_string() for event in result.all_events if event.is_step_failure]
    )


def test_rows_of_a_partition_that_is_not_made_are_refused(defs, instance, tmp_path):
    result = run(defs, instance, "make_stray_facts", "2026-01-04", raise_on_error=False)
    assert not result.success
    assert list(Lake(str(tmp_path / "lake")).partitions("stray_facts")) == []

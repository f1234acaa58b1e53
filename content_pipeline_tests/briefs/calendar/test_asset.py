"""The calendar in Dagster: days of one run know of each other, a second run keeps what has passed, notes are shown."""

from datetime import timedelta
from types import SimpleNamespace

import dagster as dg
import pytest

from content_pipeline.briefs import assets
from content_pipeline.briefs.records import Brief, CalendarSlot, Strategy
from content_pipeline.clock import SandboxClock
from content_pipeline.partitions import register_partitions
from content_pipeline.storage.io_manager import LakeIOManager
from content_pipeline.storage.lake import Lake
from content_pipeline.trends import assets as trends
from content_pipeline.trends.records import Breakout
from content_pipeline_tests.briefs.calendar.rows import breakout, brief, learned
from content_pipeline_tests.examples import DAY, START, demo

RECORDS = {"strategy": Strategy, "briefs": Brief, "calendar": CalendarSlot}
NEXT = DAY + timedelta(days=1)


@pytest.fixture
def studio(tmp_path):
    """Give runs of the calendar over a lake with the ideas of two days, planned at five in the morning of the first."""
    lake, clock = Lake(str(tmp_path / "lake")), SandboxClock(tmp_path / "clock")
    clock.advance_to(START + timedelta(hours=10))
    instance = dg.DagsterInstance.ephemeral()
    register_partitions(instance, ["demo"], [])
    for day in (DAY, NEXT):
        dims = {"account": "demo", "day": str(day)}
        seen = START + (day - DAY) + timedelta(hours=4)
        ideas = [
            brief(n, day, available_at=seen, policy_version="v1", choice="exploit" if n < 30 else "mutation")
            for n in range(1, 41)
        ]
        lake.write("briefs", dims, Brief, ideas)
        lake.write("strategy", dims, Strategy, [learned(day=day)])

    def run(first, last=None):
        ends = {
            "dagster/asset_partition_range_start": f"demo|{first}",
            "dagster/asset_partition_range_end": f"demo|{last}",
        }
        result = dg.materialize(
            [trends.trends, assets.strategy, assets.briefs, assets.calendar],
            selection=["calendar"],
            instance=instance,
            partition_key=None if last else f"demo|{first}",
            tags=ends if last else {},
            resources={
                "lake": lake,
                "accounts": {"demo": demo()},
                "operations": "no run of the calendar asks it",
                "settings": "nor these",
                "clock": clock,
                "lake_io": LakeIOManager(lake, RECORDS),
            },
        )
        assert result.success
        [made] = result.asset_materializations_for_node("calendar")[-1:]
        return made.metadata

    def rows(day):
        return lake.read("calendar", CalendarSlot, {"account": "demo", "day": str(day)})

    return SimpleNamespace(lake=lake, clock=clock, run=run, rows=rows)


def plain(rows):
    return [row.model_dump(exclude={"trace_id", "created_at"}) for row in rows]


def test_what_the_plan_says_of_the_week_is_shown_with_the_asset(studio):
    broken = breakout(77)
    studio.lake.write("breakouts", {"account": "demo", "day": str(DAY)}, Breakout, [broken])
    shown = studio.run(DAY)
    assert "'Trend 77' broke out and has no slot today" in shown["notes"].value
    assert shown["week"].value.count("\n") == 22
    assert studio.rows(DAY)[0].notes


def test_two_days_in_one_run_are_planned_as_in_two_runs(studio):
    studio.run(DAY, NEXT)
    together = [plain(studio.rows(day)) for day in (DAY, NEXT)]
    for day in (DAY, NEXT):
        studio.lake.path("calendar", {"account": "demo", "day": str(day)}).unlink()
    for day in (DAY, NEXT):
        studio.run(day)
    assert [plain(studio.rows(day)) for day in (DAY, NEXT)] == together


def test_a_second_run_changes_nothing_until_a_breakout_comes(studio):
    studio.run(DAY)
    first = plain(studio.rows(DAY))
    studio.run(DAY)
    assert plain(studio.rows(DAY)) == first
    studio.lake.write("breakouts", {"account": "demo", "day": str(DAY)}, Breakout, [breakout(39)])
    studio.clock.advance_to(START + timedelta(hours=16))
    studio.run(DAY)
    again = studio.rows(DAY)
    assert [row.brief_id for row in again[:2]] == [row["brief_id"] for row in first[:2]]
    assert again[2].brief_id == "brief_039"
    assert "time has come" in again[0].reason

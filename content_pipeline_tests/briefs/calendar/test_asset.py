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
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.tables import SlotMoveRow
from content_pipeline.trends import assets as trends
from content_pipeline.trends.records import Breakout
from content_pipeline_tests.briefs.calendar.rows import breakout, brief, learned
from content_pipeline_tests.databases import publication
from content_pipeline_tests.examples import DAY, START, demo

RECORDS = {"strategy": Strategy, "briefs": Brief, "calendar": CalendarSlot}
NEXT = DAY + timedelta(days=1)


@pytest.fixture
def studio(tmp_path):
    """Give runs of the calendar over a lake with the ideas of two days, planned at five in the morning of the first."""
    lake, clock = Lake(str(tmp_path / "lake")), SandboxClock(tmp_path / "clock")
    clock.advance_to(START + timedelta(hours=10))
    operations = OperationsDatabase(f"sqlite:///{tmp_path}/operations.db")
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
                "operations": operations,
                "settings": "no run of the calendar asks them",
                "clock": clock,
                "lake_io": LakeIOManager(lake, RECORDS),
            },
        )
        assert result.success
        [made] = result.asset_materializations_for_node("calendar")[-1:]
        return made.metadata

    def rows(day):
        return lake.read("calendar", CalendarSlot, {"account": "demo", "day": str(day)})

    return SimpleNamespace(lake=lake, clock=clock, operations=operations, run=run, rows=rows)


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


def test_where_a_post_was_moved_to_nothing_is_planned_and_its_own_slot_is_left(studio):
    studio.run(DAY)
    own, target = studio.rows(DAY)[2], studio.rows(DAY)[4]
    with studio.operations.transaction() as session:
        session.add(publication(1, DAY, "planned", slot_id=own.slot_id, slot_at=target.slot_at))
        move = {"account": "demo", "day": DAY, "slot_id": own.slot_id, "from_at": own.slot_at}
        session.add(SlotMoveRow(**move, to_at=target.slot_at, to_label="afternoon", by="Ada", at=START))
    studio.run(DAY)
    again = studio.rows(DAY)
    assert (again[2].brief_id, again[2].status) == (own.brief_id, "committed")
    assert "Ada moved the post to 2026-01-06 13:00" in again[2].reason
    studio.run(NEXT)
    guest = studio.rows(NEXT)[1]
    assert (guest.slot_id, guest.status) == (target.slot_id, "open")
    assert guest.reason == again[4].reason == "taken by a post moved here by Ada"

"""Schedules: each asks at its hour, in the account's own zone, for those accounts alone that have something to do."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
import yaml

from content_pipeline.briefs.calendar.planning import plan_calendar
from content_pipeline.briefs.records import Brief, CalendarSlot
from content_pipeline.clock import start_of
from content_pipeline.definitions import build_defs
from content_pipeline.instance import NOW_TAG
from content_pipeline.optimizer.records import RewardModel
from content_pipeline.posts.ledger import Ledger
from content_pipeline.posts.records import Post
from content_pipeline.settings import load_settings
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.records import Stamp
from content_pipeline.trends.records import Breakout, Trend
from content_pipeline_tests.briefs.calendar.rows import breakout, briefs
from content_pipeline_tests.examples import DAY, STAMP, demo, strategy
from content_pipeline_tests.posts.rows import intent


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """Give settings with two accounts, one in New York and one in Kolkata."""
    (tmp_path / "accounts").mkdir()
    for name, zone in (("demo", "America/New_York"), ("east", "Asia/Kolkata")):
        account = demo().model_dump(mode="json") | {"id": name, "timezone": zone}
        (tmp_path / "accounts" / f"{name}.yaml").write_text(yaml.safe_dump(account))
    monkeypatch.setenv("CONTENT_PIPELINE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CONTENT_PIPELINE_ACCOUNTS", str(tmp_path / "accounts"))
    return load_settings()


def tick(settings, name: str, at: datetime) -> list[tuple[str, str]]:
    repository = build_defs(settings).get_repository_def()
    schedule = repository.get_schedule_def(f"{name}_schedule")
    with (
        dg.instance_for_test() as instance,
        dg.build_schedule_context(
            instance=instance, scheduled_execution_time=at, repository_def=repository
        ) as context,
    ):
        data = schedule.evaluate_tick(context)
    assert all(request.tags[NOW_TAG] == at.isoformat() for request in data.run_requests)
    return [(request.partition_key, request.run_key) for request in data.run_requests]


DEMO, EAST = "demo|2026-01-05", "east|2026-01-05"
CASES = [
    ("score_trends", "2026-01-05T10:00", [], ["2026-01-05"]),
    ("score_trends", "2026-01-05T20:00", [], ["2026-01-05", "2026-01-06"]),
    ("find_patterns", "2026-01-05T00:30", [], ["2026-01-04"]),
    ("watch_breakouts", "2026-01-05T10:03", [], [DEMO, EAST]),
    ("watch_breakouts", "2026-01-06T10:03", [], []),  # no trends of that day yet
    ("daily_production", "2026-01-05T09:05", [EAST], []),
    ("daily_production", "2026-01-05T10:05", [EAST], [DEMO]),
    ("daily_production", "2026-01-05T13:05", [EAST], [DEMO]),
    ("daily_production", "2026-01-05T13:05", [EAST, DEMO], []),
    ("daily_production", "2026-01-06T00:05", [EAST, DEMO], ["east|2026-01-06"]),
    ("learn", "2026-01-05T18:40", [EAST, DEMO], []),
    ("learn", "2026-01-05T19:40", [EAST, DEMO], [EAST]),
    ("learn", "2026-01-06T05:40", [DEMO], [DEMO]),
    ("learn", "2026-01-06T05:40", [], []),
    ("weekly_report", "2026-01-12T18:00", [], [DEMO, EAST]),
    ("publish_due", "2026-01-05T14:00", [DEMO], []),
    ("collect_metrics", "2026-01-05T14:10", [DEMO], []),
]


@pytest.mark.parametrize(("name", "at", "planned", "partitions"), CASES)
def test_what_a_tick_asks_for(settings, name, at, planned, partitions):
    Lake(settings.lake_base).write("trends", {"day": "2026-01-05"}, Trend, [])
    for key in planned:
        account, day = key.split("|")
        Lake(settings.lake_base).write("posts", {"account": account, "day": day}, Post, [])
    found = tick(settings, name, datetime.fromisoformat(at).replace(tzinfo=UTC))
    assert [partition for partition, _ in found] == partitions
    assert len({key for _, key in found}) == len(found)


def test_a_day_that_was_learned_from_is_not_asked_for_again(settings):
    for asset, record in (("posts", Post), ("reward_model", RewardModel)):
        Lake(settings.lake_base).write(asset, {"account": "demo", "day": "2026-01-05"}, record, [])
    assert tick(settings, "learn", datetime(2026, 1, 6, 6, 40, tzinfo=UTC)) == []


def test_publishing_is_asked_for_when_a_slot_has_come(settings):
    database = OperationsDatabase(settings.effective_database_url)
    slot = start_of(DAY, demo().zone) + timedelta(hours=9)
    stamp = Stamp(trace_id="run", created_at=slot - timedelta(hours=4))
    Ledger(database).plan("demo", DAY, [intent(account="demo", day=DAY, slot_at=slot)], stamp)
    database.dispose()
    assert tick(settings, "publish_due", slot - timedelta(minutes=5)) == []
    assert [p for p, _ in tick(settings, "publish_due", slot)] == [f"demo|{DAY}"]


@pytest.mark.parametrize(
    ("hour", "planned", "asked"),
    [
        (15, True, [("demo|2026-01-05", "demo:2026-01-05:breakout_28")]),
        (23, True, []),  # 19:30 there is 00:30 in UTC: an hour and a half is needed
        (15, False, []),
    ],
)
def test_a_day_is_asked_for_again_once_for_a_breakout_while_there_is_time(settings, hour, planned, asked):
    lake, dims, ideas = Lake(settings.lake_base), {"account": "demo", "day": str(DAY)}, briefs(30)
    lake.write("calendar", dims, CalendarSlot, plan_calendar(demo(), DAY, ideas, strategy(), STAMP))
    lake.write("briefs", dims, Brief, ideas)
    lake.write("breakouts", dims, Breakout, [breakout(28)])
    if planned:
        lake.write("posts", dims, Post, [])
    found = [tick(settings, "react", datetime(2026, 1, 5, hour, m, tzinfo=UTC)) for m in (15, 30)]
    assert found == [asked, asked]  # the same key: Dagster runs it once

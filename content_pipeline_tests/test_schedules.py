"""Schedules: each asks at its hour, in the account's own zone, for those accounts alone that have something to do."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
import yaml

from content_pipeline.clock import start_of
from content_pipeline.definitions import build_defs
from content_pipeline.instance import NOW_TAG
from content_pipeline.posts.ledger import Ledger
from content_pipeline.settings import load_settings
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.records import Stamp
from content_pipeline_tests.examples import DAY, demo
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


@pytest.mark.parametrize(
    ("name", "at", "partitions"),
    [
        ("daily_production", "2026-01-05T10:05", ["demo|2026-01-05"]),
        ("daily_production", "2026-01-06T00:05", ["east|2026-01-06"]),
        ("daily_production", "2026-01-05T12:05", []),
        ("learn", "2026-01-06T05:40", ["demo|2026-01-05"]),
        ("learn", "2026-01-05T18:40", ["east|2026-01-05"]),
        ("learn", "2026-01-05T12:40", []),
        ("weekly_report", "2026-01-12T18:00", ["demo|2026-01-05", "east|2026-01-05"]),
        ("publish_due", "2026-01-05T14:00", []),
        ("collect_metrics", "2026-01-05T14:10", []),
    ],
)
def test_what_a_tick_asks_for(settings, name, at, partitions):
    found = tick(settings, name, datetime.fromisoformat(at).replace(tzinfo=UTC))
    assert [partition for partition, _ in found] == partitions
    assert len({key for _, key in found}) == len(found)


def test_publishing_is_asked_for_when_a_slot_has_come(settings):
    database = OperationsDatabase(settings.effective_database_url)
    slot = start_of(DAY, demo().zone) + timedelta(hours=9)
    stamp = Stamp(trace_id="run", created_at=slot - timedelta(hours=4))
    Ledger(database).plan("demo", DAY, [intent(account="demo", day=DAY, slot_at=slot)], stamp)
    database.dispose()
    assert tick(settings, "publish_due", slot - timedelta(minutes=5)) == []
    assert [p for p, _ in tick(settings, "publish_due", slot)] == [f"demo|{DAY}"]

"""The operations database on SQLite and on PostgreSQL: migrations, dead letters, the registry's answer to 'in force at'."""

from datetime import UTC, date, datetime, timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from content_pipeline.errors import UserError
from content_pipeline.storage.dead_letters import DeadLetter, DeadLetters
from content_pipeline.storage.operations import OperationsDatabase, connect
from content_pipeline.storage.records import Stamp
from content_pipeline.storage.registry import PolicyRegistry
from content_pipeline.storage.tables import Base

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
STAMP = Stamp(trace_id="run", created_at=NOW)


def test_migrations_and_models_agree(database: OperationsDatabase):
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_opening_again_keeps_what_is_there(url: str, database: OperationsDatabase):
    DeadLetters(database).add([letter()], STAMP)
    again = OperationsDatabase(url)
    assert len(DeadLetters(again).waiting()) == 1
    again.dispose()


def test_a_database_of_a_newer_version_is_refused_in_one_line(url: str, database: OperationsDatabase):
    with database.transaction() as session:
        session.execute(text("update alembic_version set version_num = '9999'"))
    with pytest.raises(UserError, match="version 9999, which this software does not know"):
        OperationsDatabase(url)


def test_a_failed_transaction_leaves_nothing(database: OperationsDatabase):
    def fail() -> None:
        with database.transaction() as session:
            session.execute(text("insert into source_health (source, failures_in_a_row) values ('a', 0)"))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with database.transaction() as session:
        assert session.execute(text("select count(*) from source_health")).scalar() == 0


def letter(**changes: object) -> DeadLetter:
    values = {
        "stage": "trends",
        "source": "rss",
        "day": date(2026, 1, 5),
        "position": "row 3",
        "reason": "no title",
        "excerpt": "{}",
    }
    return DeadLetter(**(values | changes))


def test_a_dead_letter_is_kept_once(database: OperationsDatabase):
    letters = DeadLetters(database)
    assert letters.add([letter(), letter(), letter(position="row 4")], STAMP) == 2
    assert letters.add([letter(excerpt="x" * 10_000)], STAMP) == 1
    assert letters.add([letter()], STAMP) == 0
    assert len(letters.waiting("rss")) == 3
    assert letters.waiting("other") == []
    assert max(len(found.letter.excerpt) for found in letters.waiting()) == 500


def test_in_force_is_the_newest_version_that_had_come_into_effect(database: OperationsDatabase):
    registry = PolicyRegistry(database)
    first = registry.add("demo", "mode", NOW, {"mode": "explore"}, {}, STAMP)
    second = registry.add("demo", "mode", NOW + timedelta(days=1), {"mode": "exploit"}, {}, STAMP)
    assert registry.in_force("demo", "mode", NOW - timedelta(seconds=1)) is None
    assert registry.in_force("demo", "mode", NOW).version_id == first
    assert registry.in_force("demo", "mode", NOW + timedelta(hours=23)).version_id == first
    assert registry.in_force("demo", "mode", NOW + timedelta(days=9)).version_id == second
    assert registry.in_force("demo", "mode", NOW + timedelta(days=9)).parent == first
    assert registry.in_force("other", "mode", NOW) is None


def test_writing_the_same_decision_again_changes_nothing(database: OperationsDatabase):
    registry = PolicyRegistry(database)
    ids = {registry.add("demo", "mode", NOW, {"mode": "explore"}, {"posts": n}, STAMP) for n in range(3)}
    assert len(ids) == 1


def test_what_was_written_last_counts_also_when_it_was_written_before(database: OperationsDatabase):
    registry = PolicyRegistry(database)
    for mode in ("explore", "exploit", "explore"):
        registry.add("demo", "mode", NOW, {"mode": mode}, {}, STAMP)
    found = registry.in_force("demo", "mode", NOW)
    assert found is not None
    assert found.payload == {"mode": "explore"}


def test_plain_postgresql_urls_use_the_driver_that_is_installed():
    assert connect("postgresql://u@localhost/db").driver == "psycopg2"

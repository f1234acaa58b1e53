"""The lake: what is written comes back, partitions are replaced whole, keys cannot leave the folder."""

from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from content_pipeline.storage.lake import Lake, from_table, to_table
from content_pipeline.storage.records import Part, Record, Stamp, content_hash, stable_id
from content_pipeline.storage.schema import arrow_schema

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
DIMS = {"account": "demo", "day": "2026-01-05"}


class Item(Part):
    name: str
    weight: float | None


class Row(Record):
    account: str
    day: date
    count: int | None
    tags: list[str]
    items: list[Item]
    first: Item
    fit: dict[str, float]
    seen_at: datetime


def row(**changes: object) -> Row:
    values = {
        "account": "demo",
        "day": date(2026, 1, 5),
        "count": None,
        "tags": ["a"],
        "items": [Item(name="x", weight=None)],
        "first": Item(name="y", weight=1.5),
        "fit": {"demo": 0.5},
        "seen_at": NOW,
    }
    return Row(**(values | changes), **Stamp(trace_id="run", created_at=NOW).fields())


@given(
    st.lists(
        st.builds(
            row,
            count=st.none() | st.integers(-(2**63), 2**63 - 1),
            tags=st.lists(st.text(st.characters(exclude_categories=["Cs"]))),
            fit=st.dictionaries(
                st.text(st.characters(exclude_categories=["Cs"])), st.floats(allow_nan=False)
            ),
            seen_at=st.datetimes(
                timezones=st.timezones(), min_value=datetime(1971, 1, 2), max_value=datetime(2200, 1, 1)
            ),
        ),
        max_size=5,
    )
)
def test_rows_survive_the_round_trip(rows: list[Row]):
    assert from_table(Row, to_table(Row, rows)) == rows


def test_an_empty_partition_keeps_its_schema(tmp_path: Path):
    lake = Lake(str(tmp_path))
    lake.write("things", DIMS, Row, [])
    assert lake.read("things", Row, DIMS) == []
    assert pq.read_schema(str(lake.path("things", DIMS))).equals(arrow_schema(Row))


def test_writing_replaces_the_partition_and_leaves_no_debris(tmp_path: Path):
    lake = Lake(str(tmp_path))
    lake.write("things", DIMS, Row, [row(), row(count=2)])
    lake.write("things", DIMS, Row, [row(count=3)])
    assert [r.count for r in lake.read("things", Row, DIMS)] == [3]
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["part.parquet"]


def test_a_failed_write_leaves_the_old_partition(tmp_path: Path):
    lake = Lake(str(tmp_path))
    lake.write("things", DIMS, Row, [row(count=1)])
    with pytest.raises(Exception, match="int"):
        lake.write("things", DIMS, Row, [row().model_copy(update={"count": "many"})])
    assert [r.count for r in lake.read("things", Row, DIMS)] == [1]
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["part.parquet"]


def test_partitions_lists_only_the_asked_window(tmp_path: Path):
    lake = Lake(str(tmp_path))
    for source in ("hn", "rss"):
        for day in ("2026-01-04", "2026-01-05"):
            lake.write("signals", {"source": source, "day": day}, Row, [])
    assert list(lake.partitions("signals", day="2026-01-05")) == [
        {"day": "2026-01-05", "source": "hn"},
        {"day": "2026-01-05", "source": "rss"},
    ]
    assert list(lake.partitions("nothing")) == []


@pytest.mark.parametrize("key", ["../escape", "a/b", "", "..", "A", "demo\n", "=x"])
def test_a_key_cannot_leave_the_lake(tmp_path: Path, key: str):
    with pytest.raises(ValueError, match="partition key"):
        Lake(str(tmp_path)).write("things", {"account": key}, Row, [])


def test_a_partition_that_was_never_made_says_so(tmp_path: Path):
    with pytest.raises(FileNotFoundError, match="things has no partition account=demo, day=2026-01-05 yet"):
        Lake(str(tmp_path)).read("things", Row, DIMS)


def test_columns_of_another_version_are_left_out(tmp_path: Path):
    table = to_table(Row, [row()])
    newer = table.append_column("added_later", [["x"]])
    assert from_table(Row, newer) == [row()]


def test_duckdb_reads_the_lake(tmp_path: Path):
    lake = Lake(str(tmp_path))
    lake.write("things", DIMS, Row, [row(count=4)])
    found = duckdb.sql(
        f"select account, day, items[1].name, fit['demo'] from read_parquet('{tmp_path}/things/**/*.parquet')"
    )
    assert found.fetchall() == [("demo", date(2026, 1, 5), "x", 0.5)]


def test_a_naive_time_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        row(seen_at=datetime(2026, 1, 5))


def test_ids_depend_on_content_alone():
    assert stable_id("x", date(2026, 1, 5), Item(name="a", weight=1)) == stable_id(
        "x", date(2026, 1, 5), Item(name="a", weight=1)
    )
    assert stable_id("x", "a", "b") != stable_id("x", "ab")
    assert content_hash({"b": 1, "a": 2}) == content_hash({"a": 2, "b": 1})

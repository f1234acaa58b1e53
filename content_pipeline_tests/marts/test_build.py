"""The marts say what the lake says, build from nothing, and never disturb a reader."""

import os
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import duckdb
import fsspec
import pyarrow.parquet as pq
import pytest

from content_pipeline.marts import build
from content_pipeline.marts.build import MARTS, build_marts
from content_pipeline.scripts.records import Segment
from content_pipeline_tests.marts import rows

FIRST = [rows.metrics(1, 1, 100), rows.metrics(1, 6, 300), rows.metrics(1, 24, 600), rows.metrics(2, 24, 0)]


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    base = tmp_path / "lake"
    posts = [rows.post(1), rows.post(2), rows.post(3, state="failed")]
    rows.write_day(base, posts, FIRST, trend_title=rows.HARD_TITLE)
    return base


@pytest.fixture
def marts(lake: Path, tmp_path: Path) -> Path:
    target = tmp_path / "home" / "marts.duckdb"
    build_marts(str(lake), target)
    return target


def ask(target: Path, query: str, *values) -> list[tuple]:
    with duckdb.connect(target, read_only=True) as connection:
        return connection.execute(query, values).fetchall()


def debris(target: Path) -> list[str]:
    return [p.name for p in target.parent.iterdir() if p.name != target.name]


def test_an_empty_lake_gives_empty_marts_with_columns_and_comments(tmp_path):
    target = tmp_path / "marts.duckdb"
    assert build_marts(str(tmp_path / "lake"), target) == dict.fromkeys(MARTS, 0)
    tables = dict(ask(target, "select table_name, comment from duckdb_tables()"))
    assert set(tables) == set(MARTS)
    assert all(tables.values())
    assert (
        ask(
            target,
            "select table_name, column_name from duckdb_columns() where comment is null and not internal",
        )
        == []
    )


def test_no_view_of_the_lake_is_left_in_the_published_file(marts):
    assert ask(marts, "select view_name from duckdb_views() where not internal") == []
    assert debris(marts) == []


def test_every_sql_file_opens_with_what_a_row_is():
    for mart in MARTS:
        assert (build.SQL / f"{mart}.sql").read_text().startswith(f"-- {mart}: one row is "), mart


def test_posts_link_back_to_all_they_were_made_from(marts):
    [row] = ask(
        marts,
        "select account, date, slot_label, state, hook_family, topic_family, archetype, duration_s, "
        "trend_title, evidence_url, policy_version, choice, kpi_objective, risk_tier "
        "from posts where post_id = 'post_1'",
    )
    assert row == (
        "demo", rows.DAY, "morning", "published",
        "question", "focus", "question/listicle/short/save/focus", 10.0,
        rows.HARD_TITLE, "https://example.test/1", "policy_1", "explore", "saves", "low",
    )  # fmt: skip


def test_a_moved_post_belongs_to_the_day_and_the_part_of_the_day_that_it_was_moved_to(lake, tmp_path):
    later = rows.DAY + timedelta(days=2)
    moved = rows.post(1, slot_date=later, slot_label="evening")
    rows.write(lake, "posts", [moved, rows.post(2)])
    build_marts(str(lake), tmp_path / "m.duckdb")
    query = "select date, slot_label from posts order by post_id"
    assert ask(tmp_path / "m.duckdb", query) == [(later, "evening"), (rows.DAY, "morning")]
    posts = ask(tmp_path / "m.duckdb", "select date, posts from kpi_daily where posts > 0 order by date")
    assert posts == [(rows.DAY, 1), (later, 1)]


def test_a_variant_in_another_shape_is_told_as_it_was_and_predicted_by_nobody(lake, tmp_path):
    hook = Segment(
        role="hook", start_s=0, end_s=2, on_screen_text="Stop scrolling", voice_text="Stop scrolling."
    )
    shape = rows.ARCHETYPE.model_copy(update={"hook_family": "contrarian"})
    other = rows.script(1, archetype=shape).model_copy(update={"segments": [hook]})
    rows.write(lake, "scripts", [other, rows.script(2)])
    build_marts(str(lake), tmp_path / "m.duckdb")
    query = "select title, hook_family, propensity, predicted_reward from posts where post_id = ?"
    assert ask(tmp_path / "m.duckdb", query, "post_1") == [("Stop scrolling", "contrarian", None, None)]
    assert ask(tmp_path / "m.duckdb", query, "post_2") == [("Idea 2", "question", 0.2, 0.25)]


def test_rates_name_views_as_denominator_and_are_null_without_views(marts):
    query = (
        "select save_rate, share_rate, watch_through, engagement_rate from post_metrics where snapshot_id = ?"
    )
    [(save, share, watch, engagement)] = ask(marts, query, FIRST[2].snapshot_id)
    assert (save, share, watch) == pytest.approx((12 / 600, 24 / 600, 0.8))
    assert engagement == pytest.approx((60 + 6 + 12 + 24) / 600)
    assert ask(marts, query, FIRST[3].snapshot_id) == [(None, None, 0.8, None)]


def test_performance_has_one_row_a_post_with_latest_and_aged_values(marts):
    columns = "post_id, state, views, latest_age_hours, views_1h, views_6h, views_24h, views_72h"
    query = f"select {columns} from post_performance"
    assert ask(marts, query) == [
        ("post_1", "published", 600, 24.0, 100, 300, 600, None),
        ("post_2", "published", 0, 24.0, None, None, 0, None),
        ("post_3", "failed", None, None, None, None, None, None),
    ]


def test_a_reading_far_from_its_scheduled_age_is_not_shown_at_that_age(tmp_path):
    rows.write_day(
        tmp_path / "lake",
        [rows.post(1)],
        [rows.metrics(1, 1, 500, late=20), rows.metrics(1, 24, 600, late=3)],
    )
    build_marts(str(tmp_path / "lake"), tmp_path / "m.duckdb")
    assert ask(tmp_path / "m.duckdb", "select views, views_1h, views_24h from post_performance") == [
        (600, None, 600)
    ]


def test_archetype_performance_counts_published_posts_by_level(marts):
    query = (
        "select posts, posts_measured, median_views, save_rate from archetype_performance where factor = ?"
    )
    assert ask(marts, query, "hook_family") == [(2, 2, 300.0, 12 / 600)]
    assert ask(marts, "select count(*) from archetype_performance") == [(7,)]


def test_kpis_and_funnel_of_a_day(marts):
    assert ask(marts, "select posts, views, saves, save_rate, followers from kpi_daily") == [
        (2, 600, 12, 0.02, 1000)
    ]
    columns = "signals, trends, briefs, scripts, released, blocked, renders, posts, published, failed"
    query = f"select {columns} from funnel_daily"
    assert ask(marts, query) == [(2, 1, 3, 3, 3, 0, 3, 3, 2, 1)]


def test_follower_change_is_between_days(lake, tmp_path):
    rows.write(lake, "account_metrics", [rows.account_metrics(rows.DAY + timedelta(days=1), followers=1012)])
    build_marts(str(lake), tmp_path / "m.duckdb")
    assert ask(tmp_path / "m.duckdb", "select followers, follower_change, posts from kpi_daily") == [
        (1000, None, 2),
        (1012, 12, 0),
    ]


def test_a_row_that_two_partitions_hold_counts_once_and_the_newer_wins(lake, tmp_path):
    later = rows.post(
        1, day=rows.DAY + timedelta(days=1), created_at=rows.NOON + timedelta(days=1), attempts=2
    )
    rows.write(lake, "posts", [later])
    build_marts(str(lake), tmp_path / "m.duckdb")
    assert ask(tmp_path / "m.duckdb", "select attempts from posts where post_id = 'post_1'") == [(2,)]


def test_a_file_of_an_older_version_without_a_column_is_read(lake, tmp_path):
    [file] = (lake / "briefs").rglob("*.parquet")
    pq.write_table(pq.read_table(file, partitioning=None).drop_columns(["policy_version"]), file)
    build_marts(str(lake), tmp_path / "m.duckdb")
    assert ask(tmp_path / "m.duckdb", "select distinct policy_version, title is null from posts") == [
        (None, False)
    ]


def test_as_of_macros_read_only_what_was_observed(marts):
    six = FIRST[1].observed_at
    query = "select post_id, views, views_24h from post_performance_as_of(?)"
    assert ask(marts, query, six) == [("post_1", 300, None), ("post_2", None, None), ("post_3", None, None)]
    assert ask(marts, query, six - timedelta(seconds=1))[0] == ("post_1", 100, None)
    assert ask(marts, "select post_id from posts_as_of(?)", rows.post(1).published_at) == [("post_1",)]


def test_building_as_of_a_moment_equals_asking_as_of_it(lake, marts, tmp_path):
    moment = FIRST[1].observed_at
    build_marts(str(lake), tmp_path / "then.duckdb", as_of=moment)
    then = ask(tmp_path / "then.duckdb", "select * from post_performance")
    assert then == ask(marts, "select * from post_performance_as_of(?)", moment)
    with pytest.raises(ValueError, match="time zone"):
        build_marts(str(lake), tmp_path / "m.duckdb", as_of=moment.replace(tzinfo=None))


def test_later_metrics_change_nothing_in_an_earlier_view(lake, marts):
    moment = FIRST[2].observed_at
    before = ask(marts, "select * from post_performance_as_of(?)", moment)
    rows.write(lake, "post_metrics", [rows.metrics(1, 72, 10**6), rows.metrics(2, 72, 10**6)])
    build_marts(str(lake), marts)
    assert ask(marts, "select * from post_performance_as_of(?)", moment) == before
    assert ask(marts, "select views from post_performance where post_id = 'post_1'") == [(10**6,)]


def test_a_failed_build_keeps_the_old_file_and_leaves_nothing(lake, marts):
    before = marts.read_bytes()
    [file] = (lake / "scripts").rglob("*.parquet")
    file.write_bytes(b"PAR1 cut in the middle")
    with pytest.raises(duckdb.Error):
        build_marts(str(lake), marts)
    assert marts.read_bytes() == before
    assert debris(marts) == []


def test_files_of_builds_killed_long_ago_go_and_young_ones_stay(lake, marts):
    old, young = marts.with_name(".marts.duckdb.old"), marts.with_name(".marts.duckdb.young")
    old.touch()
    young.touch()
    os.utime(old, (0, 0))
    build_marts(str(lake), marts)
    assert debris(marts) == [young.name]


def test_a_lake_on_another_file_system(lake, tmp_path):
    memory = fsspec.filesystem("memory")
    memory.put(str(lake), "/lake_of_marts", recursive=True)
    try:
        counts = build_marts("memory://lake_of_marts", tmp_path / "m.duckdb")
    finally:
        memory.rm("/lake_of_marts", recursive=True)
    assert counts["posts"] == 3


READER = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=True)
for line in sys.stdin:
    print(connection.execute("select count(*), sum(views) from post_performance").fetchone(), flush=True)
"""


def test_another_process_that_holds_the_old_file_reads_on_through_rebuilds(lake, marts):
    command = [sys.executable, "-c", READER, str(marts)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as reader:

        def read() -> str:
            reader.stdin.write("\n")
            reader.stdin.flush()
            return reader.stdout.readline().strip()

        assert read() == "(3, 600)"
        for views in (700, 800):
            rows.write(lake, "post_metrics", [rows.metrics(1, 72, views)])
            build_marts(str(lake), marts)
            assert read() == "(3, 600)"
        reader.stdin.close()
        assert reader.wait(timeout=20) == 0
    assert ask(marts, "select sum(views) from post_performance") == [(800,)]


def test_select_works_at_every_moment_of_rebuilds(lake, marts):
    """A reader that opens the file again and again sees whole builds only."""
    done = threading.Event()

    def rebuild() -> None:
        try:
            for views in (1000, 2000, 3000):
                rows.write(lake, "post_metrics", [rows.metrics(1, 72, views)])
                build_marts(str(lake), marts)
        finally:
            done.set()

    builder = threading.Thread(target=rebuild)
    builder.start()
    seen = set()
    while not done.is_set():
        seen.update(ask(marts, "select count(*), sum(views) from post_performance"))
    builder.join()
    assert seen <= {(3, 600), (3, 1000), (3, 2000), (3, 3000)}
    assert ask(marts, "select sum(views) from post_performance") == [(3000,)]

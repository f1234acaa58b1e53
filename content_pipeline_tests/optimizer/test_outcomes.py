"""Outcomes come from the published marts, as of a moment, without disturbing or waiting for anyone."""

import random
from datetime import timedelta

import duckdb
import pytest

from content_pipeline.marts.build import build_marts
from content_pipeline.optimizer.outcomes import from_rows, in_order, read_outcomes, recent
from content_pipeline_tests.marts import rows
from content_pipeline_tests.optimizer.outcomes import START, outcome

SNAPSHOTS = [
    rows.metrics(1, 1, 100),
    rows.metrics(1, 24, 600),
    rows.metrics(2, 24, None),
    rows.metrics(3, 24, 5),
]


@pytest.fixture
def marts(tmp_path):
    posts = [rows.post(1), rows.post(2), rows.post(3, state="failed")]
    rows.write_day(tmp_path / "lake", posts, SNAPSHOTS)
    build_marts(str(tmp_path / "lake"), tmp_path / "marts.duckdb")
    return tmp_path / "marts.duckdb"


def test_published_posts_come_with_factors_and_snapshots(marts):
    first, second = read_outcomes(marts, "demo", SNAPSHOTS[1].observed_at + timedelta(days=1))
    assert first.factors == {**rows.ARCHETYPE.model_dump(), "slot_label": "morning"}
    assert [s.views for s in first.snapshots] == [100, 600]
    assert first.published_at == rows.post(1).published_at
    assert second.post_id == "post_2"
    assert second.latest(SNAPSHOTS[2].observed_at) is None


def test_nothing_observed_later_is_read(marts):
    [first] = read_outcomes(marts, "demo", SNAPSHOTS[0].observed_at)
    assert [s.views for s in first.snapshots] == [100]
    assert read_outcomes(marts, "demo", SNAPSHOTS[0].observed_at - timedelta(minutes=1)) == []
    assert read_outcomes(marts, "another", SNAPSHOTS[1].observed_at) == []


def test_reading_leaves_the_file_free(marts):
    read_outcomes(marts, "demo", SNAPSHOTS[1].observed_at)
    with duckdb.connect(marts) as connection:  # a writer gets in only when no reader holds the file
        connection.execute("create table free (x integer)")


def test_the_order_of_rows_does_not_matter():
    table = [
        {
            "post_id": f"p{n % 3}",
            "account": "demo",
            "published_at": START,
            "hook_family": "question",
            "observed_at": START + timedelta(hours=n + 1),
            "age_hours": n + 1,
            "target_age_h": 1,
            "views": n,
        }
        for n in range(9)
    ]
    shuffled = random.Random(0).sample(table, len(table))
    assert from_rows(table) == from_rows(shuffled)
    assert from_rows([]) == []


def test_the_latest_usable_snapshot_is_the_last_with_views_at_an_age_that_says_something():
    post = outcome(1, ages=(1, 6, 24))
    young = post.snapshots[0].model_copy(update={"age_hours": 0.2})
    post = post.model_copy(update={"snapshots": [young, post.snapshots[1], post.snapshots[2]]})
    assert post.latest(young.observed_at) is None
    assert post.latest(START + timedelta(hours=23)) == post.snapshots[1]
    blank = post.snapshots[2].model_copy(update={"views": None})
    assert (
        post.model_copy(update={"snapshots": [post.snapshots[1], blank]}).latest(START + timedelta(days=9))
        == (post.snapshots[1])
    )


def test_windows_do_not_overlap():
    posts = [outcome(n, day=n) for n in (3, 1, 2)]
    as_of = START + timedelta(days=3)
    assert [o.post_id for o in in_order(posts)] == ["post_0001", "post_0002", "post_0003"]
    assert [o.post_id for o in recent(posts, as_of, 1)] == ["post_0003"]
    assert [o.post_id for o in recent(posts, as_of - timedelta(days=1), 1)] == ["post_0002"]

"""What was known before a day: posts that went live, with what they said, and the newest patterns; nothing of the day or later."""

from datetime import date, timedelta

import pyarrow.parquet as pq
import pytest

from content_pipeline.briefs.history import newest_patterns, recent_posts, with_planned
from content_pipeline.briefs.records import Brief, RecentPost
from content_pipeline.storage.lake import Lake, OutdatedPartition
from content_pipeline.trends.records import TrendPattern
from content_pipeline_tests.briefs.virality_rows import pattern
from content_pipeline_tests.databases import publication
from content_pipeline_tests.examples import demo
from content_pipeline_tests.marts.rows import ARCHETYPE, brief

DAY = date(2026, 1, 5)


def publish(database, lake, number, days_ago, state="published", account="demo"):
    day = DAY - timedelta(days=days_ago)
    lake.write("briefs", {"account": account, "day": str(day)}, Brief, [brief(number, day, f"T {number}")])
    with database.transaction() as session:
        session.add(publication(number, day, state, account=account))


def test_posts_of_the_90_days_before_are_told_with_their_words(tmp_path, database):
    lake = Lake(str(tmp_path))
    publish(database, lake, 1, 90)
    publish(database, lake, 2, 91)
    publish(database, lake, 3, 2, state="missed")
    publish(database, lake, 4, 0)
    publish(database, lake, 5, 1)
    publish(database, lake, 6, 3, account="other")
    found = recent_posts(lake, database, "demo", DAY)
    assert [post.trend_title for post in found] == ["T 1", "T 5"]
    assert found[-1] == RecentPost(
        day=DAY - timedelta(days=1),
        title="Idea 5",
        trend_title="T 5",
        archetype=ARCHETYPE,
        hooks=["a", "b", "c"],
    )


def test_briefs_that_an_older_version_wrote_are_read(tmp_path, database):
    lake = Lake(str(tmp_path))
    publish(database, lake, 1, 1)
    path = lake.path("briefs", {"account": "demo", "day": str(DAY - timedelta(days=1))})
    table = pq.read_table(str(path))
    pq.write_table(table.drop_columns(["subject", "variants", "shadow_test", "persona"]), str(path))
    assert [post.title for post in recent_posts(lake, database, "demo", DAY)] == ["Idea 1"]


@pytest.mark.parametrize(("lost", "told"), [("hooks", []), ("trend_title", None), ("archetype", None)])
def test_what_an_older_version_did_not_write_is_none_or_said_in_a_line(tmp_path, database, lost, told):
    lake = Lake(str(tmp_path))
    publish(database, lake, 1, 1)
    path = lake.path("briefs", {"account": "demo", "day": str(DAY - timedelta(days=1))})
    pq.write_table(pq.read_table(str(path)).drop_columns([lost]), str(path))
    if told is None:
        with pytest.raises(OutdatedPartition, match="day=2026-01-04 was written by another version"):
            recent_posts(lake, database, "demo", DAY)
    else:
        [post] = recent_posts(lake, database, "demo", DAY)
        assert post.hooks == told


def test_what_a_run_plans_counts_for_its_later_days_where_nothing_went_live():
    live = RecentPost(day=DAY - timedelta(days=2), title="x", trend_title="y", archetype=ARCHETYPE, hooks=[])
    planned = [
        brief(number, DAY - timedelta(days=days_ago), f"T {number}").model_copy(
            update={"rank": rank, "account": account}
        )
        for number, days_ago, rank, account in [
            (1, 1, 1, "demo"),
            (2, 1, 3, "demo"),
            (3, 1, 4, "demo"),
            (4, 2, 1, "demo"),
            (5, 3, 1, "demo"),
            (6, 0, 1, "demo"),
            (7, 1, 1, "other"),
            (8, 91, 1, "demo"),
        ]
    ]
    found = with_planned([live], demo(), DAY, planned)
    assert [post.trend_title for post in found] == ["T 5", "y", "T 1", "T 2"]


def test_only_days_with_posts_are_read(tmp_path, database, monkeypatch):
    lake = Lake(str(tmp_path))
    for number, days_ago in enumerate((1, 40, 80), start=1):
        publish(database, lake, number, days_ago)
    for days_ago in (2, 3, 4):
        day = DAY - timedelta(days=days_ago)
        lake.write("briefs", {"account": "demo", "day": str(day)}, Brief, [brief(9, day, "not posted")])
    asked = []
    path = lake.path
    monkeypatch.setattr(lake, "path", lambda asset, dims: asked.append(dims["day"]) or path(asset, dims))
    assert len(recent_posts(lake, database, "demo", DAY)) == 3
    assert set(asked) == {str(DAY - timedelta(days=n)) for n in (1, 40, 80)}


def test_the_newest_patterns_before_the_day_are_read_and_none_of_it_or_later(tmp_path):
    lake = Lake(str(tmp_path))
    assert newest_patterns(lake, DAY) == []
    for days_ago in (30, 9, 5, 0, -1):
        day = DAY - timedelta(days=days_ago)
        lake.write("trend_patterns", {"day": str(day)}, TrendPattern, [pattern("question", day=day)])
    assert [p.day for p in newest_patterns(lake, DAY)] == [DAY - timedelta(days=5)]
    assert newest_patterns(lake, DAY - timedelta(days=60)) == []
    assert newest_patterns(lake, DAY + timedelta(days=40)) == []

"""What an account posted about lately: published posts of the 90 days before, and no others."""

from datetime import date, timedelta

from content_pipeline.briefs.records import Brief
from content_pipeline.storage.lake import Lake
from content_pipeline.trends.scoring.posted import posted_titles
from content_pipeline_tests.databases import publication
from content_pipeline_tests.marts.rows import brief

DAY = date(2026, 1, 5)


def publish(database, lake, number, days_ago, title, state="published"):
    day = DAY - timedelta(days=days_ago)
    made = brief(number, day, title)
    lake.write("briefs", {"account": "demo", "day": str(day)}, Brief, [made])
    with database.transaction() as session:
        session.add(publication(number, day, state, brief_id=made.brief_id))


def test_only_what_went_live_in_the_90_days_before_counts(tmp_path, database):
    lake = Lake(str(tmp_path))
    publish(database, lake, 1, 90, "Old enough to count")
    publish(database, lake, 2, 91, "Too old")
    publish(database, lake, 3, 2, "Missed", state="missed")
    publish(database, lake, 4, 0, "Today")
    publish(database, lake, 5, 1, "Yesterday")
    assert posted_titles(lake, database, "demo", DAY) == ["Old enough to count", "Yesterday"]
    assert posted_titles(lake, database, "other", DAY) == []

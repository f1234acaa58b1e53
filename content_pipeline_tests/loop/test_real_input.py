"""Two days on recorded lists of the real world: what is posted cites what was trending then."""

from pathlib import Path

import duckdb
import pytest
import yaml

from content_pipeline_tests.examples import demo_folder
from content_pipeline_tests.loop.produce import produce


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, real_data: Path) -> Path:
    folder = tmp_path_factory.mktemp("real")
    columns = {
        "external_id": "video_id",
        "title": "title",
        "observed_at": "fetched_at",
        "published_at": "published_at",
    }
    youtube = real_data / "youtube_trending" / "yt_trending_daily_US_20251210_20260822.parquet"
    listings = [real_data / "reddit" / f"r_popular_hot_2026-04-13_{part}.json" for part in "ab"]
    sources = [
        {
            "name": "youtube_us",
            "type": "table",
            "path": str(youtube),
            "partition_column": "partition_date",
            "columns": columns | {"views": "views", "likes": "likes", "comments": "comments"},
        },
        *(
            {"name": f"reddit_{i}", "type": "reddit_listing", "path": str(path)}
            for i, path in enumerate(listings)
        ),
    ]
    (folder / "sources.yaml").write_text(yaml.safe_dump({"sources": sources}))
    accounts = demo_folder(folder / "accounts", posts_per_day=1, slots=["19:30"])
    summary = produce(
        folder / "home",
        "2026-04-13",
        days=2,
        sources=folder / "sources.yaml",
        accounts=accounts,
    )
    assert [day["published"] for day in summary["days"]] == [1, 1]
    return folder / "home"


@pytest.mark.slow
def test_every_post_cites_a_recorded_signal(home, real_data):
    posts = duckdb.sql(
        f"""
        select p.post_id, p.slot_at, e.source, e.title, e.url, e.observed_at
        from read_parquet('{home}/lake/posts/**/*.parquet') p
        join read_parquet('{home}/lake/briefs/**/*.parquet') b using (brief_id), unnest(b.evidence) as t(e)
        """
    ).fetchall()
    assert len({row[0] for row in posts}) == 2
    assert {row[2] for row in posts} <= {"youtube_us", "reddit_0", "reddit_1"}
    recorded = duckdb.sql(
        f"select title from '{real_data}/youtube_trending/yt_trending_daily_US_20251210_20260822.parquet'"
    ).fetchall()
    titles = {" ".join(title.split()) for (title,) in recorded}
    assert {row[3] for row in posts if row[2] == "youtube_us"} <= titles
    assert all(url for *_, url, _ in posts)


@pytest.mark.slow
def test_nothing_is_posted_before_it_could_be_known(home):
    late = duckdb.sql(
        f"""
        select p.slot_at, e.observed_at
        from read_parquet('{home}/lake/posts/**/*.parquet') p
        join read_parquet('{home}/lake/briefs/**/*.parquet') b using (brief_id), unnest(b.evidence) as t(e)
        where p.slot_at < e.observed_at
        """
    ).fetchall()
    assert late == []

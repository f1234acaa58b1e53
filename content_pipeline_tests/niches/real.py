"""Recorded lists of the real world as a lake: through the sources' own readers, as ingestion would write it."""

from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from content_pipeline.storage.lake import Lake
from content_pipeline.trends import normalize
from content_pipeline.trends.records import TrendSignal
from content_pipeline.trends.sources.config import SourceConfig
from content_pipeline.trends.sources.reddit_listing import RedditListingSource
from content_pipeline.trends.sources.table import TableSource
from content_pipeline_tests.trends.helpers import STAMP, tools

VIDEOS = {
    "external_id": "video_id",
    "title": "title",
    "observed_at": "fetched_at",
    "published_at": "published_at",
    "views": "views",
    "likes": "likes",
    "comments": "comments",
    "author": "channel_id",
    "category": "category_name",
    "tags": "tags",
    "duration_s": "duration",
}
STORIES = {
    "external_id": "item_id",
    "title": "title",
    "observed_at": "captured_at",
    "published_at": "first_seen",
    "score": "points",
    "comments": "comments",
    "rank": "rank",
}


def ingest(lake: Lake, config: SourceConfig, last: date, days: int) -> int:
    """Write a source's days into the lake; return the number of signals."""
    adapter = config.adapter(tools())
    count = 0
    for back in reversed(range(days)):
        day = last - timedelta(days=back)
        rows = normalize.ingest(config, adapter, day, STAMP).signals
        lake.write("trend_signals", {"source": config.name, "day": str(day)}, TrendSignal, rows)
        count += len(rows)
    return count


def videos(real_data: Path) -> TableSource:
    return TableSource.model_validate(
        {
            "type": "table",
            "name": "youtube_us",
            "path": real_data / "youtube_trending" / "yt_trending_daily_US_20251210_20260822.parquet",
            "partition_column": "partition_date",
            "columns": VIDEOS,
        }
    )


def listing(real_data: Path) -> RedditListingSource:
    return RedditListingSource.model_validate(
        {
            "type": "reddit_listing",
            "name": "reddit",
            "path": real_data / "reddit" / "r_popular_hot_2026-04-13_a.json",
        }
    )


def stories(real_data: Path, folder: Path, last: date, days: int) -> TableSource:
    """Join the front page's sightings with their titles, for some days."""
    since = pa.scalar(last - timedelta(days=days - 1), pa.date32())
    seen = pq.read_table(real_data / "hackernews" / "snapshots.parquet")
    days_of = pc.cast(seen["captured_at"], pa.date32())
    seen = seen.filter(
        pc.and_(pc.greater_equal(days_of, since), pc.less_equal(days_of, pa.scalar(last, pa.date32())))
    )
    titles = pq.read_table(
        real_data / "hackernews" / "items.parquet", columns=["item_id", "title", "first_seen"]
    )
    path = folder / "stories.parquet"
    pq.write_table(seen.join(titles, "item_id", join_type="inner"), path)
    return TableSource.model_validate(
        {"type": "table", "name": "hacker_news", "path": path, "columns": STORIES}
    )

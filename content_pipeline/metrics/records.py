"""Rows that the metrics stage makes: what a post, or an account, showed at a moment. Missing is null, never 0."""

from datetime import date, datetime

from content_pipeline.storage.records import Record

TARGET_AGES_HOURS = (1, 6, 24, 72, 168)


class PostMetrics(Record):
    """A snapshot of a post. ``day`` is the day (in the account's zone) on which it was observed, not that of the post.

    ``target_age_h`` is the scheduled age (hours) that this pull answers; ``missing`` names the metrics the API did not give.
    ``avg_watch_ms`` and ``total_watch_ms`` are milliseconds.
    """

    snapshot_id: str
    account: str
    day: date
    post_id: str
    media_id: str
    observed_at: datetime
    age_hours: float
    target_age_h: int
    views: int | None
    reach: int | None
    likes: int | None
    comments: int | None
    saves: int | None
    shares: int | None
    total_interactions: int | None
    avg_watch_ms: int | None
    total_watch_ms: int | None
    missing: list[str]


class AccountMetrics(Record):
    """An account's figures for a day as observed at ``observed_at``; ``followers`` is a level, the others are the day's counts."""

    account: str
    day: date
    observed_at: datetime
    followers: int | None
    media_count: int | None
    views: int | None
    reach: int | None
    accounts_engaged: int | None
    missing: list[str]

"""Which posts of the last days may be measured, and which measurements of them were made already."""

from datetime import date, datetime, timedelta

from content_pipeline.accounts import Account
from content_pipeline.metrics.records import PostMetrics
from content_pipeline.posts.ledger import Ledger
from content_pipeline.posts.publications import Publication
from content_pipeline.storage.lake import Lake

WINDOW_DAYS = 9
"""The oldest scheduled age is 168 hours; a day more on each side for time zones."""


def answered_pulls(lake: Lake, account: Account, now: datetime) -> set[tuple[str, int]]:
    """Return (post id, target age in hours) of the snapshots observed in the nine days up to ``now``."""
    dims = [{"account": account.id, "day": str(day)} for day in _window(account, now)]
    return {(row.post_id, row.target_age_h) for row in lake.read_existing("post_metrics", PostMetrics, dims)}


def recently_published(ledger: Ledger, account: Account, now: datetime) -> list[Publication]:
    """Return the posts of the last nine days that went live: older ones have no scheduled age left."""
    return ledger.publications(account.id, states=["published"], since=now - timedelta(days=WINDOW_DAYS))


def _window(account: Account, now: datetime) -> list[date]:
    today = now.astimezone(account.zone).date()
    return [today - timedelta(days=back) for back in range(WINDOW_DAYS + 1)]

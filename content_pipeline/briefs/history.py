"""What an account posted lately, as far as briefs need it: read from the publishing ledger and the briefs of those days."""

from datetime import date, timedelta

from content_pipeline.briefs.ideas import RecentPost
from content_pipeline.briefs.records import Brief
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.published import published_briefs

WINDOW = timedelta(days=14)


def recent_posts(lake: Lake, operations: OperationsDatabase, account: str, day: date) -> list[RecentPost]:
    """Return the posts of the 14 days before ``day`` that went live, oldest first.

    Only days before ``day`` count, so that planning the day again gives the same ideas.
    """
    posted = published_briefs(operations, account, day, WINDOW)
    dims = [{"account": account, "day": str(d)} for d in sorted({d for d, _ in posted})]
    briefs = {(b.day, b.brief_id): b for b in lake.read_existing("briefs", Brief, dims)}
    return [_recent(briefs[key]) for key in posted if key in briefs]


def _recent(brief: Brief) -> RecentPost:
    return RecentPost(
        day=brief.day, title=brief.title, trend_title=brief.trend_title, archetype=brief.archetype
    )

"""What an account posted lately, as far as briefs need it: read from the publishing ledger and the briefs of those days."""

from datetime import date, timedelta

from sqlalchemy import select

from content_pipeline.briefs.ideas import RecentPost
from content_pipeline.briefs.records import Brief
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.tables import PublicationRow

WINDOW = timedelta(days=14)


def recent_posts(lake: Lake, operations: OperationsDatabase, account: str, day: date) -> list[RecentPost]:
    """Return the posts of the 14 days before ``day`` that went live, oldest first.

    Only days before ``day`` count, so that planning the day again gives the same ideas.
    """
    query = (
        select(PublicationRow.day, PublicationRow.brief_id)
        .where(
            PublicationRow.account == account,
            PublicationRow.state == "published",
            PublicationRow.day < day,
            PublicationRow.day >= day - WINDOW,
        )
        .order_by(PublicationRow.slot_at)
    )
    with operations.transaction() as session:
        posted = [(row.day, row.brief_id) for row in session.execute(query)]
    dims = [{"account": account, "day": str(d)} for d in sorted({d for d, _ in posted})]
    briefs = {(b.day, b.brief_id): b for b in lake.read_existing("briefs", Brief, dims)}
    return [_recent(briefs[key]) for key in posted if key in briefs]


def _recent(brief: Brief) -> RecentPost:
    return RecentPost(
        day=brief.day, title=brief.title, trend_title=brief.trend_title, archetype=brief.archetype
    )

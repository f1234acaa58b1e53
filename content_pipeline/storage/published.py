"""Which briefs an account's posts were made from, as far as they went live: what several stages ask of the ledger's table."""

from datetime import date, timedelta

from sqlalchemy import select

from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.tables import PublicationRow


def published_briefs(
    operations: OperationsDatabase, account: str, day: date, window: timedelta
) -> list[tuple[date, str]]:
    """Return day and brief id of the posts that went live in the window that ends before ``day``, in the order of their slots.

    Only days before ``day`` count, so that planning the day again gives the same.
    """
    query = (
        select(PublicationRow.day, PublicationRow.brief_id)
        .where(
            PublicationRow.account == account,
            PublicationRow.state == "published",
            PublicationRow.day < day,
            PublicationRow.day >= day - window,
        )
        .order_by(PublicationRow.slot_at)
    )
    with operations.transaction() as session:
        return [(row.day, row.brief_id) for row in session.execute(query)]

"""Captions that an account posted in the last 90 days: what the near-duplicate rule compares with."""

from datetime import date, timedelta

from sqlalchemy import select

from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.tables import PublicationRow

WINDOW = timedelta(days=90)


def recent_captions(operations: OperationsDatabase, account: str, day: date) -> list[str]:
    """Return the captions that went live, or may have, in the 90 days before ``day``; the day itself does not count."""
    query = (
        select(PublicationRow.payload)
        .where(
            PublicationRow.account == account,
            PublicationRow.state.in_(("published", "publishing", "unknown")),
            PublicationRow.day < day,
            PublicationRow.day >= day - WINDOW,
        )
        .order_by(PublicationRow.slot_at)
    )
    with operations.transaction() as session:
        return [str(payload["caption"]) for payload in session.scalars(query)]

"""Which briefs and scripts an account's posts were made from, as far as they went live: what several stages ask of the ledger."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.tables import PublicationRow


def published_briefs(
    operations: OperationsDatabase, account: str, day: date, window: timedelta
) -> list[tuple[date, str]]:
    """Return day and brief id of the posts that went live in the window that ends before ``day``, in the order of their slots.

    Only days before ``day`` count, so that planning the day again gives the same.
    """
    return _published(PublicationRow.brief_id, operations, account, day, window)


def published_scripts(
    operations: OperationsDatabase, account: str, day: date, window: timedelta
) -> list[tuple[date, str]]:
    """Return day and script id of those posts, likewise."""
    return _published(PublicationRow.script_id, operations, account, day, window)


def _published(
    column: InstrumentedAttribute[str],
    operations: OperationsDatabase,
    account: str,
    day: date,
    window: timedelta,
) -> list[tuple[date, str]]:
    query = (
        select(PublicationRow.day, column)
        .where(
            PublicationRow.account == account,
            PublicationRow.state == "published",
            PublicationRow.day < day,
            PublicationRow.day >= day - window,
        )
        .order_by(PublicationRow.slot_at)
    )
    with operations.transaction() as session:
        return [(found_day, name) for found_day, name in session.execute(query)]

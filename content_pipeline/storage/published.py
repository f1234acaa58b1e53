"""Which briefs and scripts an account's posts were made from: what several stages ask of the ledger."""

from datetime import date, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute

from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.tables import PublicationRow

WAITING = ("planned", "awaiting_approval")
"""States of a post that nobody has begun to publish: it can be decided on, changed and stopped."""


def published_briefs(
    operations: OperationsDatabase, account: str, day: date, window: timedelta
) -> list[tuple[date, str]]:
    """Return day and brief id of the posts that went live in the window that ends before ``day``, in the order of their slots.

    Only days before ``day`` count, so that planning the day again gives the same.
    """
    went_live = PublicationRow.state.in_(("published", "taken_down"))
    return _before(PublicationRow.brief_id, operations, account, day, window, went_live)


def planned_scripts(
    operations: OperationsDatabase, account: str, day: date, window: timedelta
) -> list[tuple[date, str]]:
    """Return day and script id of all posts that the ledger has for that window, whatever became of them: one may still go live."""
    return _before(PublicationRow.script_id, operations, account, day, window)


def _before(
    column: InstrumentedAttribute[str],
    operations: OperationsDatabase,
    account: str,
    day: date,
    window: timedelta,
    *conditions: ColumnElement[bool],
) -> list[tuple[date, str]]:
    query = (
        select(PublicationRow.day, column)
        .where(
            PublicationRow.account == account,
            PublicationRow.day < day,
            PublicationRow.day >= day - window,
            *conditions,
        )
        .order_by(PublicationRow.slot_at)
    )
    with operations.transaction() as session:
        return [(found_day, name) for found_day, name in session.execute(query)]

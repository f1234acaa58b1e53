"""Posts that people moved to other slots, as far as a calendar must know of them: where they stand now, and who put them there.

Moving a post is the desk's, and the ledger's; here moves are only read.
"""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import and_, select

from content_pipeline.accounts import Account
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.records import stable_id
from content_pipeline.storage.tables import PublicationRow, SlotMoveRow

GONE = ("failed", "missed")
"""States of a post that will never stand at its slot."""


class MovedPost(NamedTuple):
    """A post that is not at its own slot: the day that planned it, its own slot, and the moment (UTC) and local date of the new one.

    ``by`` moved it there, at ``at``.
    """

    day: date
    slot_id: str
    moment: datetime
    date: date
    by: str
    at: datetime


def moved_posts(operations: OperationsDatabase, account: Account, since: datetime) -> list[MovedPost]:
    """Return the account's posts that people moved away from their own slots, to ``since`` or later, in order of time.

    A post that was moved back, or that failed or was missed, is not among them.
    """
    query = (
        select(SlotMoveRow)
        .join(
            PublicationRow,
            and_(
                PublicationRow.account == SlotMoveRow.account, PublicationRow.slot_id == SlotMoveRow.slot_id
            ),
        )
        .where(
            SlotMoveRow.account == account.id,
            PublicationRow.slot_at >= since,
            PublicationRow.state.not_in(GONE),
        )
        .order_by(SlotMoveRow.id)
    )
    with operations.transaction() as session:
        newest = {move.slot_id: move for move in session.scalars(query)}
    found = [
        MovedPost(
            day=move.day,
            slot_id=move.slot_id,
            moment=move.to_at,
            date=move.to_at.astimezone(account.zone).date(),
            by=move.by,
            at=move.at,
        )
        for move in newest.values()
        if move.slot_id != stable_id("slot", account.id, move.to_at)
    ]
    return sorted(found, key=lambda moved: (moved.moment, moved.slot_id))

"""Making a person's change to a post that waits: another caption, or another slot, in one transaction with the ledger's row.

What has been changed is laid over scripts by ``review.changes``; which slots are free is in ``free_slots``.
"""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from content_pipeline.accounts import Account
from content_pipeline.briefs.calendar.moves import GONE
from content_pipeline.briefs.calendar.problem import QUOTA_WINDOW
from content_pipeline.briefs.calendar.slots import slot_label
from content_pipeline.errors import UserError
from content_pipeline.posts.free_slots import FreeSlot, free_slots, planned_moments
from content_pipeline.posts.planning import UNSTARTED
from content_pipeline.posts.trail import change
from content_pipeline.review.changes import edited
from content_pipeline.scripts.records import Script
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.locks import hold
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.published import WAITING
from content_pipeline.storage.records import Stamp
from content_pipeline.storage.tables import CaptionEditRow, PublicationRow, SlotMoveRow

TRACE = "desk"
"""The run that a person's change is told under in the audit trail."""


class PostChanges:
    """Edits captions and moves posts. Undoing is another change: the engine's caption, or the slot where the post was."""

    def __init__(self, operations: OperationsDatabase, lake: Lake) -> None:
        self._operations = operations
        self._lake = lake

    def edit_caption(
        self, script: Script, caption_long: str, hashtags: Collection[str], by: str, at: datetime
    ) -> Script:
        """Record another caption for ``script``, as it was shown to the person, and return the edited script.

        Its content hash is another, so approvals of the old one do not count any more, and its post waits from this moment until
        ``reviews`` and ``posts`` of the day were materialized again. Alt text, cover and on-screen text stay: they are the film's.

        Raises:
            UserError: the text is wrong or as it was, the post is beyond waiting, or somebody else changed it meanwhile.
        """
        new = edited(script, caption_long, hashtags)
        with self._operations.transaction() as session:
            hold(session, f"changes {script.account}")
            newest = session.scalars(
                select(CaptionEditRow)
                .where(CaptionEditRow.script_id == script.script_id)
                .order_by(CaptionEditRow.id.desc())
                .limit(1)
            ).first()
            if newest is not None and newest.content_hash != script.content_hash:
                raise UserError(
                    f"{newest.by} changed this caption meanwhile: look at it again before you change it"
                )
            row = _publication(session, script.account, script.slot_id)
            if row is not None:
                _refuse_begun(row, "its caption cannot be changed")
                if row.script_id == script.script_id:
                    _wait_for_review(session, row, script, new, by, at)
            session.add(
                CaptionEditRow(
                    account=script.account,
                    day=script.day,
                    script_id=script.script_id,
                    caption_long=new.caption_long,
                    hashtags=new.hashtags,
                    was_hash=script.content_hash,
                    content_hash=new.content_hash,
                    by=by,
                    at=at,
                )
            )
        return new

    def free_slots(self, account: Account, now: datetime, slot_id: str | None = None) -> list[FreeSlot]:
        """Return the account's slots of the next seven days that a post can be moved to, in order of time.

        ``slot_id`` is the slot of the post that is to be moved: it is not in its own way.
        """
        with self._operations.transaction() as session:
            return self._free_slots(session, account, now, slot_id)

    def move(
        self,
        account: Account,
        day: date,
        slot_id: str,
        from_at: datetime,
        to_at: datetime,
        by: str,
        at: datetime,
    ) -> None:
        """Move the post of a slot from where it was shown (``from_at``) to one of the free slots, at once.

        It keeps its id, its day and its approvals; lateness counts from the new slot. ``day`` is the day that planned it.

        Raises:
            UserError: there is no such post, it is beyond waiting, was moved meanwhile, or the slot is not free (any more).
        """
        with self._operations.transaction() as session:
            hold(session, f"changes {account.id}")
            row = _publication(session, account.id, slot_id)
            if row is None or row.day != day:
                raise UserError("there is no post in this slot: the queue shows those that wait")
            _refuse_begun(row, "it cannot be moved")
            if row.slot_at != from_at:
                raise UserError(
                    f"the post was moved meanwhile to {_local(account, row.slot_at)}: look at it again"
                )
            if to_at not in {slot.moment for slot in self._free_slots(session, account, at, slot_id)}:
                raise UserError(
                    f"the slot at {_local(account, to_at)} is not free: choose one of the free slots"
                )
            told = {"by": by, "from": from_at.isoformat(), "to": to_at.isoformat()}
            unstarted = {name: value for name, value in UNSTARTED.items() if name != "reason"}
            change(
                session,
                row,
                "moved",
                Stamp(trace_id=TRACE, created_at=at),
                detail=told,
                slot_at=to_at,
                **unstarted,
            )
            session.add(
                SlotMoveRow(
                    account=account.id,
                    day=day,
                    slot_id=slot_id,
                    from_at=from_at,
                    to_at=to_at,
                    to_label=slot_label(to_at, account.zone),
                    by=by,
                    at=at,
                )
            )

    def _free_slots(
        self, session: Session, account: Account, now: datetime, slot_id: str | None
    ) -> list[FreeSlot]:
        query = select(PublicationRow.slot_id, PublicationRow.slot_at, PublicationRow.state).where(
            PublicationRow.account == account.id, PublicationRow.slot_at >= now - QUOTA_WINDOW
        )
        posts = session.execute(query).all()
        standing = [at for slot, at, state in posts if slot != slot_id and state not in GONE]
        planned = planned_moments(self._lake, account, now, {slot for slot, _, _ in posts})
        return free_slots(account, now, [*standing, *planned])


def _publication(session: Session, account: str, slot_id: str) -> PublicationRow | None:
    query = select(PublicationRow).where(PublicationRow.account == account, PublicationRow.slot_id == slot_id)
    return session.scalars(query.with_for_update()).first()


def _refuse_begun(row: PublicationRow, so: str) -> None:
    if row.state not in WAITING:
        raise UserError(f"the post is {row.state.replace('_', ' ')} already: {so} any more")


def _wait_for_review(
    session: Session, row: PublicationRow, old: Script, new: Script, by: str, at: datetime
) -> None:
    """Keep a post whose content a person changed from leaving until the new content was reviewed."""
    change(
        session,
        row,
        "caption_edited",
        Stamp(trace_id=TRACE, created_at=at),
        state="awaiting_approval" if row.state == "planned" else None,
        detail={"by": by, "was": old.content_hash, "is": new.content_hash},
        reason=f"{by} edited its caption: it waits until the new one is reviewed",
    )


def _local(account: Account, moment: datetime) -> str:
    return f"{moment.astimezone(account.zone):%Y-%m-%d %H:%M}"

"""Bringing the ledger's waiting posts in line with what is to be published on a day.

What a worker has begun, or what has ended, is never touched here; publishing is not either.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from content_pipeline.posts.publications import PostIntent
from content_pipeline.posts.trail import change, event_row
from content_pipeline.storage.locks import hold
from content_pipeline.storage.published import WAITING
from content_pipeline.storage.records import Stamp
from content_pipeline.storage.tables import CaptionEditRow, PublicationRow, SlotMoveRow

PLANNED_FIELDS = ("slot_at", "day", "render_id", "script_id", "brief_id", "content_hash")
UNSTARTED: dict[str, Any] = {
    "attempts": 0,
    "step": None,
    "container_id": None,
    "retry_at": None,
    "reason": None,
}
WITHDRAWN = "withdrawn: the newest plan of the day has no released content for this slot"


def plan_day(
    session: Session, account: str, day: date, intents: Sequence[PostIntent], stamp: Stamp
) -> Counter[str]:
    """Bring the slots of a day in line with ``intents`` and count what was done, as ``Ledger.plan`` says."""
    slots = {intent.slot_id for intent in intents}
    hold(session, f"changes {account}")
    outdated = _outdated(session, account, intents)
    query = select(PublicationRow).where(
        PublicationRow.account == account,
        or_(PublicationRow.day == day, PublicationRow.slot_id.in_(slots)),
    )
    # Rows are always locked in the order of their ids, so that two workers never wait for each other.
    found = session.scalars(query.order_by(PublicationRow.post_id).with_for_update())
    rows = {row.slot_id: row for row in found}
    done: Counter[str] = Counter()
    for intent in sorted(intents, key=lambda intent: intent.slot_id):
        known = intent.slot_id not in outdated
        done[_plan_slot(session, rows.get(intent.slot_id), intent, stamp) if known else "unchanged"] += 1
    for slot_id, row in rows.items():
        if slot_id not in slots and row.state == "planned":
            change(session, row, "withdrawn", stamp, state="awaiting_approval", reason=WITHDRAWN)
            done["withdrawn"] += 1
    return done


def _outdated(session: Session, account: str, intents: Sequence[PostIntent]) -> set[str]:
    """Return the slots that people changed after the intents were made: those are left alone until the change is taken in."""
    edits = select(CaptionEditRow).where(CaptionEditRow.script_id.in_({i.script_id for i in intents}))
    moves = select(SlotMoveRow).where(
        SlotMoveRow.account == account, SlotMoveRow.slot_id.in_({i.slot_id for i in intents})
    )
    follows: dict[tuple[str, str], str] = {}
    for edit in session.scalars(edits.order_by(CaptionEditRow.id)):
        for seen in (edit.was_hash, edit.content_hash):
            follows[edit.script_id, seen] = edit.content_hash
    places = {(m.slot_id, m.day): m.to_at for m in session.scalars(moves.order_by(SlotMoveRow.id))}
    return {
        i.slot_id
        for i in intents
        if follows.get((i.script_id, i.content_hash), i.content_hash) != i.content_hash
        or places.get((i.slot_id, i.day), i.slot_at) != i.slot_at
    }


def _plan_slot(session: Session, row: PublicationRow | None, intent: PostIntent, stamp: Stamp) -> str:
    """Insert or update one slot; return what was done."""
    wanted = {field: getattr(intent, field) for field in PLANNED_FIELDS}
    held: dict[str, Any] = {"reason": intent.reason}
    wanted["payload"] = intent.payload.model_dump(mode="json")
    if row is None:
        row = PublicationRow(
            post_id=intent.post_id,
            account=intent.account,
            slot_id=intent.slot_id,
            state=intent.state,
            updated_at=stamp.created_at,
            **(UNSTARTED | wanted | held),
        )
        session.add(row)
        session.add(
            event_row(row.post_id, "planned", stamp, None, row.state, {"content_hash": row.content_hash})
        )
        session.flush()
        return "new"
    if row.state not in WAITING:
        return "unchanged"
    changed = [field for field, value in wanted.items() if getattr(row, field) != value]
    state = intent.state if intent.state != row.state else None
    if changed:
        detail = {"changed": changed, "was": row.content_hash, "is": intent.content_hash}
        change(session, row, "replanned", stamp, state=state, detail=detail, **(UNSTARTED | wanted | held))
        return "replanned"
    if state is not None:
        event = "released" if state == "planned" else "held"
        change(session, row, event, stamp, state=state, reason=intent.reason)
        return event
    # A planned post's reason is publishing's own: why it was put off.
    if row.state == "awaiting_approval" and row.reason != intent.reason:
        change(session, row, "held", stamp, reason=intent.reason)
        return "held"
    return "unchanged"

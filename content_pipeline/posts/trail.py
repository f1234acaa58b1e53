"""Changing a row of the ledger together with its entry in the audit trail, never one without the other.

Who may change a row, and when, is decided in ``ledger``; here only the table of transitions is asked.
"""

from typing import Any

from sqlalchemy.orm import Session

from content_pipeline.posts.publications import IllegalTransition, check_transition
from content_pipeline.storage.records import Stamp
from content_pipeline.storage.tables import PublicationEventRow, PublicationRow


def change(
    session: Session,
    row: PublicationRow,
    event: str,
    stamp: Stamp,
    *,
    state: str | None = None,
    detail: dict[str, Any] | None = None,
    **changes: Any,
) -> None:
    """Change a row and add the event.

    Raises:
        IllegalTransition: the state may not follow, or ``published`` comes without a media id.
    """
    before = row.state
    if state is not None:
        check_transition(before, state)
        row.state = state
    for column, value in changes.items():
        setattr(row, column, value)
    if state == "published" and not row.media_id:
        raise IllegalTransition(f"{row.post_id} cannot be published without the id of its media")
    row.updated_at = stamp.created_at
    told = {"reason": row.reason} if changes.get("reason") else {}
    session.add(event_row(row.post_id, event, stamp, before, row.state, told | (detail or {})))


def event_row(
    post_id: str, event: str, stamp: Stamp, before: str | None, after: str, detail: dict[str, Any]
) -> PublicationEventRow:
    """Return an entry of the audit trail."""
    return PublicationEventRow(
        post_id=post_id,
        at=stamp.created_at,
        run_id=stamp.trace_id,
        event=event,
        from_state=before,
        to_state=after,
        detail=detail,
    )

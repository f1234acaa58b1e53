"""What keeps a post that was planned from leaving: its account's queue is paused, or people said no or have to look first.

Asked at the last moment before anything is sent, because an incident or a rejection may come after the day was planned.
"""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from content_pipeline.posts.publications import Publication
from content_pipeline.posts.trail import change
from content_pipeline.review.approvals import Approvals
from content_pipeline.review.incidents import standing_of
from content_pipeline.review.phases import BY_HAND, Standing, incident_reasons
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.records import Stamp
from content_pipeline.storage.tables import IncidentRow, PublicationRow

PAUSED = "the account's queue is paused"


class Holds:
    """Reads what holds posts back, and writes it on those that wait."""

    def __init__(self, operations: OperationsDatabase) -> None:
        self._operations = operations

    def mark(self, account: str, stamp: Stamp) -> str | None:
        """Return why the account's queue is paused, or None; its planned posts say so, and no longer once it is over."""
        with self._operations.transaction() as session:
            reason = pause_of(standing_of(session, account, stamp.created_at))
            query = select(PublicationRow).where(
                PublicationRow.account == account, PublicationRow.state == "planned"
            )
            for row in session.scalars(query.order_by(PublicationRow.post_id).with_for_update()):
                was_paused = (row.reason or "").startswith(PAUSED)
                if reason is not None and row.reason != reason:
                    change(session, row, "paused", stamp, reason=reason)
                elif reason is None and was_paused:
                    change(session, row, "pause_over", stamp, reason=None)
            return reason

    def of(self, post: Publication, now: datetime) -> str | None:
        """Return why a post may not be sent at ``now``, in a sentence, or None."""
        words = Approvals(self._operations).last([post.content_hash])
        refused = next((word for word in words if word.decision == "rejected"), None)
        if refused is not None:
            return f"rejected by {refused.by}: {refused.note or 'no reason given'}"
        with self._operations.transaction() as session:
            standing = standing_of(session, post.account, now)
            own = _own_incident(session, post.post_id)
        if own is not None:
            return f"incident {own} about it is open"
        given = {word.kind for word in words}
        return pause_of(standing) or _by_hand(standing, [kind for kind in BY_HAND if kind not in given])


def pause_of(standing: Standing) -> str | None:
    """Return why an account's queue is paused: a sev1 incident is open; None if it is not."""
    name = next((name for severity, name in standing.open_incidents if severity == "sev1"), None)
    return f"{PAUSED}: sev1 incident {name} is open" if name else None


def _by_hand(standing: Standing, lacking: list[str]) -> str | None:
    """Return what a post lacks that was released before an incident brought people in."""
    reasons = incident_reasons(standing)
    return f"{reasons[0]}; it still needs {', '.join(lacking)}" if reasons and lacking else None


def _own_incident(session: Session, post_id: str) -> str | None:
    query = select(IncidentRow.id).where(
        IncidentRow.post_id == post_id,
        IncidentRow.closed_at.is_(None),
        or_(IncidentRow.severity.in_(("sev1", "sev2")), IncidentRow.take_down),
    )
    return session.scalars(query.order_by(IncidentRow.opened_at)).first()

"""What an incident does to its post: rejected while it waits, taken down once it is live.

Every step may be repeated and goes on where it stood. Before a deletion the intent is in the post's audit trail, and after it the
answer; an answer that never came is looked up before anything else is done.
"""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from content_pipeline.accounts import Account
from content_pipeline.posts.instagram.client import InstagramClient
from content_pipeline.posts.instagram.errors import Action, DeliveryUnknown, GraphError, rule_for_deletion
from content_pipeline.posts.trail import change
from content_pipeline.review.approvals import record
from content_pipeline.review.incident_steps import CONTAINED, Incident, IncidentEvent
from content_pipeline.review.incidents import Incidents
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.published import WAITING
from content_pipeline.storage.records import Stamp
from content_pipeline.storage.tables import ApprovalRow, PublicationEventRow, PublicationRow

MAYBE_LIVE = ("publishing", "unknown")
PIPELINE = "pipeline"
"""Who did what nobody asked for at that moment."""
AUTOMATIC_TRIES = 12
"""How often publishing tries by itself to take a post down; asked by a person, it always tries."""
LOOK_BACK = timedelta(minutes=10)
NOT_SHOWN = (100, 33)
BY_HAND = "delete the post in the Instagram app (the post, the three dots, Delete)"


class Containment:
    """Stops the post of an incident.

    Args:
        operations: the operations database.
        client: the platform, with the token of the account.
        account: whose posts they are.
    """

    def __init__(self, operations: OperationsDatabase, client: InstagramClient, account: Account) -> None:
        self._operations = operations
        self._incidents = Incidents(operations)
        self._client = client
        self._account = account

    def go_on(self, stamp: Stamp) -> set[date]:
        """Go on with the account's open incidents whose posts are not stopped yet; return the days of those posts."""
        days: set[date] = set()
        for incident in unstopped(self._operations, self._account.id, stamp.created_at):
            self.contain(incident, PIPELINE, stamp)
            with self._operations.transaction() as session:
                days.add(session.get_one(PublicationRow, incident.post_id).day)
        return days

    def contain(self, incident: Incident, by: str, stamp: Stamp) -> str:
        """Stop the post as far as it can be stopped now; return the event that says how far, which the timeline has then too."""
        done = next((e.event for e in self._incidents.timeline(incident.id) if e.event in CONTAINED), None)
        if done is not None:
            return done
        with self._operations.transaction() as session:
            row = session.get_one(PublicationRow, incident.post_id, with_for_update=True)
            event, told = self._stop(session, row, incident, by, stamp)
        if event == "take_down":
            event, told = self._take_down(incident, row, stamp)
        self._incidents.tell(incident.id, event, by, stamp.created_at, **told)
        return event

    def _stop(
        self, session: Session, row: PublicationRow, incident: Incident, by: str, stamp: Stamp
    ) -> tuple[str, dict[str, Any]]:
        """Reject a post that waits; else return what is to be told, or ``take_down`` where the platform has to be asked."""
        state = {"state": row.state}
        if row.state in WAITING and (incident.take_down or incident.severity != "sev3"):
            self._reject(session, row, f"incident {incident.id}: {incident.summary}", by, stamp)
            return "rejected", state
        if row.state == "taken_down":
            return "taken_down", state
        if row.state in MAYBE_LIVE:
            return "take_down_waits", state | {
                "why": "whether it is live is being found out; publishing goes on with it"
            }
        if row.state == "published":
            return ("take_down", {}) if incident.take_down else ("left_up", state)
        return ("left_up" if row.state in WAITING else "nothing_to_take_down"), state

    @staticmethod
    def _reject(session: Session, row: PublicationRow, note: str, by: str, stamp: Stamp) -> None:
        """Reject the content that a post stands for, once, so that it waits whatever review says of it."""
        query = select(ApprovalRow.id).where(
            ApprovalRow.content_hash == row.content_hash,
            ApprovalRow.decision == "rejected",
            ApprovalRow.note == note,
        )
        if session.scalars(query).first() is None:
            record(
                session, row.account, row.content_hash, "compliance", "rejected", by, stamp.created_at, note
            )
            waits = "awaiting_approval" if row.state == "planned" else None
            change(session, row, "rejected", stamp, state=waits, reason=f"rejected by {by}: {note}")

    # The platform

    def _take_down(self, incident: Incident, row: PublicationRow, stamp: Stamp) -> tuple[str, dict[str, Any]]:
        """Delete a live post, or find out that it is gone."""
        media_id = str(row.media_id)
        with self._operations.transaction() as session:
            about: dict[str, Any] = {
                "incident": incident.id,
                "media_id": media_id,
                "attempt": _attempts(session, row) + 1,
            }
        self._note(row.post_id, "take_down_requested", stamp, about)
        try:
            self._client.delete(media_id)
        except (GraphError, DeliveryUnknown) as error:
            if not self._gone(row):
                return self._failed(row, error, about, stamp)
            about |= {"found": "gone", "error": str(error)}
        self._note(row.post_id, "taken_down", stamp, about, state="taken_down")
        return "taken_down", about

    def _failed(
        self, row: PublicationRow, error: GraphError | DeliveryUnknown, about: dict[str, Any], stamp: Stamp
    ) -> tuple[str, dict[str, Any]]:
        advice, again = "no answer came", True
        if isinstance(error, GraphError):
            rule = rule_for_deletion(error)
            advice, again = rule.advice, rule.action not in (Action.PERMANENT, Action.ACCOUNT_ACTION)
        told = about | {"error": str(error), "advice": advice, "again": again, "by_hand": BY_HAND}
        self._note(row.post_id, "take_down_failed", stamp, told)
        return "take_down_failed", told

    def _gone(self, row: PublicationRow) -> bool:
        """Tell whether the platform shows the post neither by its id nor in the account's list; one alone proves nothing."""
        media_id = str(row.media_id)
        try:
            self._client.page(media_id)
        except GraphError as error:
            if (error.code, error.subcode) != NOT_SHOWN:
                return False
        except DeliveryUnknown:
            return False
        else:
            return False
        since = (row.published_at or row.slot_at) - LOOK_BACK
        try:
            listed = self._client.recent_media(self._account.ig_user_id, since)
        except (GraphError, DeliveryUnknown):
            return False
        return media_id not in {media.media_id for media in listed}

    def _note(
        self, post_id: str, event: str, stamp: Stamp, detail: dict[str, Any], state: str | None = None
    ) -> None:
        with self._operations.transaction() as session:
            _tell(session, post_id, event, stamp, detail, state)


def unstopped(operations: OperationsDatabase, account: str, now: datetime) -> list[Incident]:
    """Return the account's open incidents whose posts are not stopped yet and may be stopped by trying (again)."""
    book = Incidents(operations)
    found = [incident for incident in book.all(account, only_open=True) if incident.opened_at <= now]
    return [incident for incident in found if _worth_a_try(book, incident)]


def unstopped_days(operations: OperationsDatabase, account: str, now: datetime) -> set[date]:
    """Return the days of those posts, without the ones that may be live: publishing finds out about them in its own time."""
    posts = {incident.post_id for incident in unstopped(operations, account, now)}
    query = select(PublicationRow.day).where(
        PublicationRow.post_id.in_(posts), PublicationRow.state.not_in(MAYBE_LIVE)
    )
    with operations.transaction() as session:
        return set(session.scalars(query))


def _worth_a_try(book: Incidents, incident: Incident) -> bool:
    since: list[IncidentEvent] = []  # it was opened, or became worse
    for event in book.timeline(incident.id):
        since = [] if event.event == "raised" else [*since, event]
    if book.is_contained(incident.id) or any(event.event == "left_up" for event in since):
        return False
    failed = [event for event in since if event.event == "take_down_failed"]
    return not failed or (failed[-1].detail["again"] and len(failed) < AUTOMATIC_TRIES)


def taken_down_by_hand(operations: OperationsDatabase, incident: Incident, by: str, stamp: Stamp) -> date:
    """Write down that a person deleted a live post in the app; return the post's day."""
    with operations.transaction() as session:
        row = session.get_one(PublicationRow, incident.post_id, with_for_update=True)
        if row.state == "published":
            detail = {"incident": incident.id, "by_hand": by}
            _tell(session, row.post_id, "taken_down", stamp, detail, "taken_down")
        return row.day


def _tell(
    session: Session, post_id: str, event: str, stamp: Stamp, detail: dict[str, Any], state: str | None
) -> None:
    row = session.get_one(PublicationRow, post_id, with_for_update=True)
    if row.state == "taken_down":  # another process was faster
        return
    reason = {"reason": f"taken down: incident {detail['incident']}"} if state else {}
    change(session, row, event, stamp, state=state, detail=detail, **reason)


def _attempts(session: Session, row: PublicationRow) -> int:
    query = select(func.count()).where(
        PublicationEventRow.post_id == row.post_id, PublicationEventRow.event == "take_down_requested"
    )
    return session.scalars(query).one()

"""What happened to a post, in words: the ledger's events, people's decisions and their edits, oldest first.

Nothing is left out; what a worker notes for itself is told in one plain phrase.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from content_pipeline.accounts import Account
from content_pipeline.desk.web import Desk
from content_pipeline.desk.words import KINDS, at, local, reason
from content_pipeline.review.approvals import Word
from content_pipeline.review.changes import CaptionEdit
from content_pipeline.storage.tables import DeskAuditRow, PublicationEventRow

TOLD = {
    "planned": "Planned for its slot",
    "replanned": "Planned again, because something in it changed",
    "released": "Everything it needs was there: it may be posted",
    "held": "Held back until people approve it",
    "withdrawn": "Taken out of the plan",
    "missed": "Its time passed",
    "claimed": "Posting began",
    "claim_taken_over": "Posting went on after an interruption",
    "claim_dropped": "Posting paused",
    "container_requested": "Instagram was asked to take the reel",
    "container_created": "Instagram is ready for the reel",
    "upload_requested": "Sending the reel",
    "uploaded": "The reel is with Instagram",
    "publish_requested": "Instagram was asked to make it public",
    "publish_refused": "Instagram refused to make it public",
    "published": "Posted",
    "reconciled": "Found on Instagram: it had been posted",
    "page_read": "Instagram confirmed the post and its address",
    "preflight_failed": "A last check of the file failed",
    "still_processing": "Instagram is still preparing the video",
    "paused": "It has to wait",
    "pause_over": "It need not wait any longer",
    "rejected": "Stopped",
    "take_down_requested": "Instagram was asked to take it down",
    "taken_down": "Taken down",
    "take_down_failed": "Instagram did not take it down",
    "media_not_listed": "Posted, but not in the account’s list yet",
}
ACTIONS = {
    "login": "logged in",
    "login_failed": "failed to log in",
    "logout": "logged out",
    "refused": "was refused a page",
    "forged": "sent a form that was not from their session",
    "approved": "approved a post",
    "rejected": "rejected a post",
    "edited": "edited a caption",
    "moved": "moved a post",
    "stale": "decided on something that had changed; nothing was done",
    "not_done": "tried what could not be done",
}
"""What the desk's audit calls things, after the name of who did them."""


@dataclass(frozen=True)
class Step:
    """Something that happened: when, in the account's time as people say it, what, and what was said about it."""

    at: datetime
    when: str
    text: str
    said: str | None = None


def steps_of(
    desk: Desk, account: Account, post_id: str | None, words: Iterable[Word], edits: Iterable[CaptionEdit]
) -> list[Step]:
    """Return what happened to a post, oldest first; for a script that is no post, what people did with it."""
    now = desk.clock()
    events: Sequence[PublicationEventRow] = []
    if post_id is not None:
        query = select(PublicationEventRow).where(PublicationEventRow.post_id == post_id)
        with desk.operations.transaction() as session:
            events = list(session.scalars(query.order_by(PublicationEventRow.id)))
    found = [
        (event.at, _event(account, event.event, event.detail, now), _said(event.detail))
        for event in events
        if event.event != "caption_edited"
    ]
    for word in words:
        kind = KINDS.get(word.kind, word.kind)
        text = f"{word.by} {'approved' if word.decision == 'approved' else 'rejected'} it: {kind.lower()}"
        found.append((word.at, text, word.note))
    found += [(edit.at, f"{edit.by} edited the caption; earlier approvals lapsed", None) for edit in edits]
    return [
        Step(moment, local(moment, now, account.zone), text, said)
        for moment, text, said in sorted(found, key=lambda f: f[0])
    ]


def audit_lines(desk: Desk, before: int | None = None, most: int = 100) -> list[DeskAuditRow]:
    """Return the newest entries of the desk's audit, newest first; ``before`` is the id from which to go back."""
    query = select(DeskAuditRow).order_by(DeskAuditRow.id.desc()).limit(most)
    if before is not None:
        query = query.where(DeskAuditRow.id < before)
    with desk.operations.transaction() as session:
        return list(session.scalars(query))


def action_of(row: DeskAuditRow) -> str:
    """Return what an entry of the audit says was done, in words."""
    return ACTIONS.get(row.action, row.action.replace("_", " "))


def _event(account: Account, event: str, detail: Mapping[str, Any], now: datetime) -> str:
    if event == "moved" and {"by", "from", "to"} <= set(detail):
        there, here = (at(datetime.fromisoformat(detail[name]), now, account.zone) for name in ("from", "to"))
        return f"{detail['by']} moved it from {there} to {here}"
    return TOLD.get(event, event.replace("_", " ").capitalize())


def _said(detail: Mapping[str, Any]) -> str | None:
    said = detail.get("reason") or detail.get("message")
    return reason(str(said)) if said else None

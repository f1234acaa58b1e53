"""Which days of accounts have words of people that a run should take in: edited captions, moved posts, approvals and rejections, and
incidents.

The sensor and `produce` ask; the run is the job ``review_again``. Days on which nothing waits any more are left alone.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from content_pipeline.accounts import Account
from content_pipeline.clock import start_of
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.published import WAITING
from content_pipeline.storage.records import content_hash
from content_pipeline.storage.tables import (
    ApprovalRow,
    CaptionEditRow,
    IncidentEventRow,
    IncidentRow,
    PublicationRow,
    SlotMoveRow,
)

PLANNED_AHEAD = timedelta(days=1)
"""How long before it begins a day may have been planned: what was planned later knows of an incident."""


class ChangedDay(NamedTuple):
    """A day that people changed or decided on. ``token`` names exactly those words: another one gives another token."""

    account: str
    day: date
    token: str


def changed_days(
    operations: OperationsDatabase, accounts: Mapping[str, Account], now: datetime
) -> list[ChangedDay]:
    """Return the days with words of people on posts that wait, or on captions of a day that has not ended, in order.

    Which of them a run took in already is not asked here.
    """
    found: list[ChangedDay] = []
    for name, account in accounts.items():
        with operations.transaction() as session:
            words = _words(session, name, account.zone, now.astimezone(account.zone).date())
        found += [
            ChangedDay(name, day, content_hash(sorted(said))[:16]) for day, said in sorted(words.items())
        ]
    return found


def _words(
    session: Session, account: str, zone: ZoneInfo, today: date
) -> Mapping[date, set[tuple[str, int]]]:
    """Return table and row id of what people said, by the day that it is about."""
    waiting = session.execute(
        select(PublicationRow.day, PublicationRow.content_hash).where(
            PublicationRow.account == account, PublicationRow.state.in_(WAITING)
        )
    ).all()
    days = {day for day, _ in waiting}
    since = min({*days, today})
    about = {content: day for day, content in waiting}
    words: defaultdict[date, set[tuple[str, int]]] = defaultdict(set)
    edits = select(CaptionEditRow).where(CaptionEditRow.account == account, CaptionEditRow.day >= since)
    for edit in session.scalars(edits):
        # A blocked script has no post yet, and an edit may mend it.
        if edit.day in days or edit.day >= today:
            words[edit.day].add(("edit", edit.id))
            # Words on the content before it too, or taking the edit in would look like another change.
            about |= {edit.was_hash: edit.day, edit.content_hash: edit.day}
    moves = select(SlotMoveRow).where(SlotMoveRow.account == account, SlotMoveRow.day.in_(days))
    for move in session.scalars(moves):
        words[move.day].add(("move", move.id))
    approvals = select(ApprovalRow.id, ApprovalRow.content_hash).where(
        ApprovalRow.account == account, ApprovalRow.content_hash.in_(about)
    )
    for number, content in session.execute(approvals):
        words[about[content]].add(("approval", number))
    for number, at in _turns(session, start_of(since, zone) - PLANNED_AHEAD):
        for day in days:
            if at >= start_of(day, zone) - PLANNED_AHEAD:
                words[day].add(("incident", number))
    return words


def _turns(session: Session, since: datetime) -> list[tuple[int, datetime]]:
    """Return when incidents of any account began, became worse or ended: their look-alikes are blocked on all."""
    query = (
        select(IncidentEventRow)
        .join(IncidentRow, IncidentRow.id == IncidentEventRow.incident_id)
        .where(
            IncidentRow.severity.in_(("sev1", "sev2")),
            IncidentEventRow.event.in_(("opened", "raised", "closed")),
            IncidentEventRow.at >= since,
        )
    )
    return [(event.id, event.at) for event in session.scalars(query)]

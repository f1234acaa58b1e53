"""A week of an account as people look at it: what the calendar planned for each slot, and where the posts stand now.

What was planned comes from ``briefs.calendar.week``; a post that people moved is shown where it is now.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from content_pipeline.accounts import Account
from content_pipeline.briefs.calendar.slots import DAYS
from content_pipeline.briefs.calendar.week import Week, existing
from content_pipeline.briefs.records import Brief, CalendarSlot
from content_pipeline.clock import end_of, start_of
from content_pipeline.desk import words
from content_pipeline.desk.queue import recent_rows
from content_pipeline.desk.web import Desk
from content_pipeline.storage.tables import PublicationRow


@dataclass(frozen=True)
class Card:
    """A slot on the page: a post (with its page and cover), an idea that is not a post yet, or an open slot with its reason."""

    at: datetime
    time: str
    look: str
    label: str
    title: str
    why: str
    path: str | None = None
    cover: str | None = None


@dataclass(frozen=True)
class Day:
    """A day with its cards in order of time."""

    date: date
    today: bool
    cards: Sequence[Card]


@dataclass(frozen=True)
class WeekView:
    """Seven days of an account; ``notes`` is what the newest plan in it says of the whole week."""

    account: Account
    first: date
    days: Sequence[Day]
    notes: Sequence[str]

    @property
    def empty(self) -> bool:
        """Tell whether nothing is known of these days."""
        return not any(day.cards for day in self.days)


def read_week_view(desk: Desk, account: Account, first: date) -> WeekView:
    """Return the seven days from ``first``: past ones as they were committed, coming ones as the newest plan sees them."""
    now = desk.clock()
    today = now.astimezone(account.zone).date()
    days = [first + timedelta(days=n) for n in range(DAYS)]
    weeks = _plans(desk, account, days, today)
    slots = [(week, slot) for day, week in weeks.items() for slot in week.slots if slot.slot_date == day]
    start, end = start_of(first, account.zone), end_of(days[-1], account.zone)
    # A post that was moved out of the week has a slot in it still, seven days before the new one at most.
    rows = recent_rows(desk, start - timedelta(days=DAYS), [account.id])
    by_slot = {row.slot_id: row for row in rows}
    here = [row for row in rows if start <= row.slot_at < end]
    taken = {row.slot_at for row in here}
    cards = [_post(account, row, slots, now) for row in here]
    for week, slot in slots:
        row = by_slot.get(slot.slot_id)
        if row is not None and row.slot_at != slot.slot_at:
            cards.append(_moved_away(account, slot, row, now))
        elif row is None and slot.slot_at not in taken:
            cards.append(_idea(account, week, slot))
    cards.sort(key=lambda card: card.at)
    of_day = {day: [c for c in cards if c.at.astimezone(account.zone).date() == day] for day in days}
    newest = max(weeks.values(), key=lambda week: week.day, default=None)
    return WeekView(
        account=account,
        first=first,
        days=[Day(day, day == today, of_day[day]) for day in days],
        notes=newest.notes if newest else [],
    )


def _plans(desk: Desk, account: Account, days: Sequence[date], today: date) -> dict[date, Week]:
    """Return the plan that each day is shown by: its own, or for a coming day the newest that reaches it."""
    read: dict[date, Week | None] = {}
    found = {}
    for day in days:
        for planned in (day - timedelta(days=n) for n in range(DAYS if day >= today else 1)):
            if planned not in read:
                read[planned] = _plan(desk, account, planned)
            if week := read[planned]:
                found[day] = week
                break
    return found


def _plan(desk: Desk, account: Account, day: date) -> Week | None:
    slots = existing(desk.lake, "calendar", CalendarSlot, account.id, day)
    briefs = existing(desk.lake, "briefs", Brief, account.id, day) if slots else []
    return Week(account.id, day, slots, {brief.brief_id: brief for brief in briefs}) if slots else None


def _post(
    account: Account, row: PublicationRow, slots: Sequence[tuple[Week, CalendarSlot]], now: datetime
) -> Card:
    found = next(((w, s) for w, s in slots if s.slot_id == row.slot_id and s.brief_id == row.brief_id), None)
    brief = found[0].brief_of(found[1]) if found else None
    why = "" if row.state == "awaiting_approval" else row.reason or ""
    at = next((slot.slot_at for _, slot in slots if slot.slot_id == row.slot_id), row.slot_at)
    if at != row.slot_at:
        why = f"Moved here from {words.at(at, now, account.zone)}"
    return Card(
        at=row.slot_at,
        time=_time(account, row.slot_at),
        look=row.state,
        label=words.STATES.get(row.state, row.state),
        title=brief.title if brief else words.title(str(row.payload.get("caption", ""))),
        why=why,
        path=f"/post/{row.post_id}",
        cover=row.payload.get("cover_key"),
    )


def _moved_away(account: Account, slot: CalendarSlot, row: PublicationRow, now: datetime) -> Card:
    return Card(
        at=slot.slot_at,
        time=_time(account, slot.slot_at),
        look="away",
        label="Moved",
        title=f"To {words.at(row.slot_at, now, account.zone)}",
        why="",
        path=f"/post/{row.post_id}",
    )


def _idea(account: Account, week: Week, slot: CalendarSlot) -> Card:
    brief = week.brief_of(slot)
    why = week.why(slot).removeprefix(brief.choice if brief else "").removeprefix("; ")
    if brief and slot.reactive:
        why = "gives way if something suddenly takes off"
    return Card(
        at=slot.slot_at,
        time=_time(account, slot.slot_at),
        look="idea" if brief else "open",
        label=("Idea" if slot.status == "tentative" else "Being made") if brief else "Open",
        title=brief.title if brief else "No post",
        why=why[:1].upper() + why[1:],
    )


def _time(account: Account, moment: datetime) -> str:
    return f"{moment.astimezone(account.zone):%H:%M}"

"""A week as it was planned, read back from the lake with its ideas: what a plan of the days before left, and what people are shown.

How it looks (table, page, iCalendar) belongs to the modules that show it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from content_pipeline.briefs.calendar.moves import MovedPost
from content_pipeline.briefs.calendar.problem import Placed
from content_pipeline.briefs.calendar.slots import DAYS
from content_pipeline.briefs.records import Brief, CalendarSlot
from content_pipeline.errors import UserError
from content_pipeline.storage.lake import Lake, OutdatedPartition
from content_pipeline.storage.records import Record
from content_pipeline.trends.records import Breakout

R = TypeVar("R", bound=Record)
SHOWN = ("title", "trend_title", "premise", "hooks", "choice", "archetype")


@dataclass(frozen=True)
class Week:
    """The slots of the seven days from ``day``, in order of time, and the day's ideas by their id."""

    account: str
    day: date
    slots: Sequence[CalendarSlot]
    briefs: dict[str, Brief]

    @property
    def notes(self) -> list[str]:
        """Return what the plan says of the whole week."""
        return self.slots[0].notes if self.slots else []

    def brief_of(self, slot: CalendarSlot) -> Brief | None:
        """Return the idea of a slot, or none where it is open."""
        return self.briefs.get(slot.brief_id) if slot.brief_id else None

    def reserves_of(self, slot: CalendarSlot) -> list[Brief]:
        """Return the ideas that may take a slot, best first."""
        return [self.briefs[name] for name in slot.reserves if name in self.briefs]

    def why(self, slot: CalendarSlot) -> str:
        """Return a slot's reason without the idea's title, for where that stands beside it."""
        brief = self.brief_of(slot)
        return slot.reason.replace(f": {brief.title}", "", 1) if brief else slot.reason

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON; an idea is told in short."""
        slots = []
        for slot in self.slots:
            brief = self.brief_of(slot)
            told = brief.model_dump(mode="json", include=set(SHOWN)) if brief else None
            slots.append(slot.model_dump(mode="json", exclude={"notes"}) | {"brief": told})
        return {"account": self.account, "day": str(self.day), "notes": self.notes, "slots": slots}


def read_week(lake: Lake, account: str, day: date) -> Week:
    """Return the week that was planned on ``day``.

    Raises:
        UserError: that day has no calendar yet; the line says what to run, or which day has one.
    """
    dims = {"account": account, "day": str(day)}
    if not lake.exists("calendar", dims):
        planned = [found["day"] for found in lake.partitions("calendar", account=account)]
        there = f" (the last one is of {planned[-1]}: --date {planned[-1]})" if planned else ""
        raise UserError(
            f"{account} has no calendar of {day} yet{there}: "
            f"run `content-pipeline produce --account {account} --date {day}`, or materialize `calendar`"
        )
    slots = lake.read("calendar", CalendarSlot, dims)
    briefs = lake.read_existing("briefs", Brief, [dims])
    return Week(account, day, slots, {brief.brief_id: brief for brief in briefs})


def placed_before(
    lake: Lake,
    account: str,
    day: date,
    slots: Iterable[CalendarSlot],
    briefs: Iterable[Brief],
    moved: Sequence[MovedPost] = (),
) -> list[Placed]:
    """Return what the six days before ``day`` planned, in order of time, and posts that were ``moved`` since, where they are now.

    ``slots`` and ``briefs`` are those that the present run has made or read; what they do not hold comes from the lake.
    """
    away = {post.slot_id: post for post in moved if post.day < day}
    days = {day - timedelta(days=n) for n in range(1, DAYS)} | {post.day for post in away.values()}
    known = {(brief.day, brief.brief_id): brief for brief in briefs if brief.account == account}
    rows = [row for row in slots if row.account == account]
    for earlier in sorted(days):
        if not any(row.day == earlier for row in rows):
            rows += existing(lake, "calendar", CalendarSlot, account, earlier)
        if not any(planned == earlier for planned, _ in known):
            known |= {(b.day, b.brief_id): b for b in existing(lake, "briefs", Brief, account, earlier)}
    found = [
        Placed(post.moment, post.date, known[row.day, row.brief_id])
        if (post := away.get(row.slot_id))
        else Placed(row.slot_at, row.slot_date, known[row.day, row.brief_id])
        for row in rows
        if row.status == "committed" and row.brief_id and (row.day, row.brief_id) in known
        if row.slot_id in away or 0 < (day - row.day).days < DAYS
    ]
    return sorted(found, key=lambda placed: placed.moment)


def unanswered_breakout(lake: Lake, account: str, day: date, before: datetime) -> Breakout | None:
    """Return the newest breakout of a planned day that has no slot in it, if the reactive slot is free for it from ``before`` on."""
    today = [row for row in existing(lake, "calendar", CalendarSlot, account, day) if row.slot_date == day]
    slot = next((row for row in today if row.reactive and row.slot_at >= before), None)
    if slot is None:
        return None
    raised = existing(lake, "breakouts", Breakout, account, day)
    trends = {b.brief_id: b.trend_id for b in existing(lake, "briefs", Brief, account, day)}
    told = {trends.get(row.brief_id or "") for row in today}
    if trends.get(slot.brief_id or "") in {breakout.trend_id for breakout in raised}:
        return None
    return next((breakout for breakout in reversed(raised) if breakout.trend_id not in told), None)


def existing(lake: Lake, asset: str, record: type[R], account: str, day: date) -> list[R]:
    """Return the rows of an account's day, none where they were not written or by another version of the software.

    They only steer a plan: a day is planned without them too.
    """
    try:
        return lake.read_existing(asset, record, [{"account": account, "day": str(day)}])
    except OutdatedPartition:
        return []

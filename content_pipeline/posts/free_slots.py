"""Which slots a waiting post can be moved to: the account's own times of the coming week at which nothing else will stand.

What a move changes is in ``changes``. Slots that the calendar means to fill on later days are free: planning goes around the post.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from content_pipeline.accounts import Account
from content_pipeline.briefs.calendar.problem import LEAD, QUOTA, QUOTA_WINDOW
from content_pipeline.briefs.calendar.slots import DAYS, is_quiet, named_slots, slot_label
from content_pipeline.briefs.calendar.week import existing
from content_pipeline.briefs.records import CalendarSlot, SlotLabel
from content_pipeline.storage.lake import Lake


class FreeSlot(NamedTuple):
    """A moment (UTC) that a post can be moved to, how it reads in the account's zone (``Thu 8 Jan, 18:00``), and its part of a day."""

    moment: datetime
    local: str
    label: SlotLabel


def free_slots(
    account: Account, now: datetime, taken: Collection[datetime], quota: int = QUOTA
) -> list[FreeSlot]:
    """Return the slots of the seven days from today (the account's) that are free, in order of time.

    All the times that the account names count, those beyond its posts a day too. One is free if it is half an hour ahead or more,
    outside the quiet hours, at least the account's gap from everything in ``taken``, and within the platform's ``quota`` of 24 hours.
    """
    today = now.astimezone(account.zone).date()
    moments = [m for n in range(DAYS) for m in named_slots(account, today + timedelta(days=n))]
    return [
        FreeSlot(moment, _local(account, moment), slot_label(moment, account.zone))
        for moment in moments
        if moment >= now + LEAD and not is_quiet(account, moment) and _has_room(account, moment, taken, quota)
    ]


def planned_moments(lake: Lake, account: Account, now: datetime, known: Collection[str]) -> list[datetime]:
    """Return the moments (UTC) of coming slots that a plan committed to an idea which is no post yet: it may become one any minute.

    ``known`` are the slots whose posts are in the ledger already: the ledger says where those stand.
    """
    today = now.astimezone(account.zone).date()
    days = (today + timedelta(days=n) for n in range(DAYS))
    rows: Iterable[CalendarSlot] = (
        row for day in days for row in existing(lake, "calendar", CalendarSlot, account.id, day)
    )
    return [
        row.slot_at
        for row in rows
        if row.status == "committed" and row.slot_at > now and row.slot_id not in known
    ]


def _has_room(account: Account, moment: datetime, taken: Collection[datetime], quota: int) -> bool:
    gap = timedelta(minutes=account.planning.min_gap_minutes)
    if any(other == moment or abs(other - moment) < gap for other in taken):
        return False
    around: Sequence[datetime] = [other for other in taken if abs(other - moment) < QUOTA_WINDOW]
    starts = [start for start in [moment, *around] if start <= moment]
    return all(sum(start <= other < start + QUOTA_WINDOW for other in around) < quota for start in starts)


def _local(account: Account, moment: datetime) -> str:
    local = moment.astimezone(account.zone)
    return f"{local:%a} {local.day} {local:%b}, {local:%H:%M}"

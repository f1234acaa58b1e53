"""The slots of a week: wall-clock times in the account's zone as moments, with what they are for and what forbids them.

Which idea goes to which slot is the calendar's; nothing about ideas belongs here.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from content_pipeline.accounts import Account
from content_pipeline.briefs.records import SlotLabel
from content_pipeline.storage.records import stable_id

DAYS = 7


class Slot(NamedTuple):
    """A slot: its moment (UTC), its day and how many days that is ahead, its place in the day from 0, and its part of the day.

    ``quiet`` is a slot in the account's quiet hours; ``reactive`` the one of its day that a breakout may take.
    """

    slot_id: str
    moment: datetime
    date: date
    ahead: int
    place: int
    label: SlotLabel
    quiet: bool
    reactive: bool


def week_slots(account: Account, day: date) -> list[Slot]:
    """Return the slots of the seven days from ``day``, in order of time.

    The last slot of a day outside the quiet hours is the reactive one, where the account takes breakouts at all.
    """
    return [slot for n in range(DAYS) for slot in _day_slots(account, day + timedelta(days=n), n)]


def _day_slots(account: Account, day: date, ahead: int) -> list[Slot]:
    moments = slots_of(account, day)
    quiet = [is_quiet(account, moment) for moment in moments]
    usable = [place for place, silent in enumerate(quiet) if not silent]
    reactive = usable[-1] if usable and account.breakouts_per_day else None
    return [
        Slot(
            slot_id=stable_id("slot", account.id, moment),
            moment=moment,
            date=day,
            ahead=ahead,
            place=place,
            label=slot_label(moment, account.zone),
            quiet=quiet[place],
            reactive=place == reactive,
        )
        for place, moment in enumerate(moments)
    ]


def slots_of(account: Account, day: date) -> list[datetime]:
    """Return the moments (UTC) of a day's slots, in order: the account's first ``posts_per_day`` wall-clock times.

    A time that daylight saving skips moves forward by the gap; one that occurs twice means its first occurrence. Two times that
    fall on the same moment so are one slot.
    """
    return named_slots(account, day, account.posts_per_day)


def named_slots(account: Account, day: date, most: int | None = None) -> list[datetime]:
    """Return the moments (UTC) of all the wall-clock times that the account names for a day, or of the first ``most`` of them."""
    return sorted({_moment(day, slot, account.zone) for slot in account.slots[:most]})


def _moment(day: date, slot: time, zone: ZoneInfo) -> datetime:
    # fold=0 takes the first of two occurrences; for a skipped time it takes the offset before the gap, which lands after it.
    return datetime.combine(day, slot, tzinfo=zone).replace(fold=0).astimezone(UTC)


def slot_label(moment: datetime, zone: ZoneInfo) -> SlotLabel:
    """Return the part of the account's day: morning before 12, afternoon before 17, else evening."""
    hour = moment.astimezone(zone).hour
    return "morning" if hour < 12 else "afternoon" if hour < 17 else "evening"


def is_quiet(account: Account, moment: datetime) -> bool:
    """Tell whether a moment lies in the account's quiet hours: from their start up to their end, which is no longer quiet."""
    if account.planning.quiet_hours is None:
        return False
    start, end = account.planning.quiet_hours
    at = moment.astimezone(account.zone).time()
    return start <= at < end if start < end else at >= start or at < end


def most_with_gap(moments: Sequence[datetime], gap: timedelta) -> int:
    """Return how many of ``moments``, in order of time, can be used when each is at least ``gap`` after the one before."""
    used: list[datetime] = []
    for moment in moments:
        if not used or moment - used[-1] >= gap:
            used.append(moment)
    return len(used)

"""What a calendar is planned from, and what a plan is: slots, ideas, what stands already, and the account's limits.

The program that chooses is in ``model``; the words for people are in ``reasons``.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from content_pipeline.accounts import Account
from content_pipeline.briefs.beliefs import Beliefs
from content_pipeline.briefs.calendar.moves import MovedPost
from content_pipeline.briefs.calendar.slots import DAYS, Slot
from content_pipeline.briefs.records import Brief, CalendarSlot, Strategy
from content_pipeline.trends.records import Breakout

LEAD = timedelta(minutes=30)
"""Time between knowing of a trend and posting about it: writing, review and rendering."""
RESERVES = 2
EXPLORATION = (0.10, 0.20)
"""The share of a week's posts that try something else than what is known to work (domain rule: the exploration reserve)."""
QUOTA = 25
"""Posts that the platform takes from an account in 24 hours. Meta's pages say 100 (Content Publishing guide, June 2026), 50
(``content_publishing_limit``) and 25 (older pages); the smallest is safe, and the publisher asks for the true one."""
QUOTA_WINDOW = timedelta(hours=24)


class Placed(NamedTuple):
    """A brief that stands at a moment already, on a local day: posted on an earlier day, or no longer to be changed."""

    moment: datetime
    date: date
    brief: Brief


@dataclass(frozen=True)
class Known:
    """What planning may know beside ideas and strategy.

    ``posted`` are the six days before, ``standing`` the day's plan as it was made before, ``moved`` the posts that people put
    elsewhere, ``now`` the clock's time.
    """

    breakouts: Sequence[Breakout] = ()
    posted: Sequence[Placed] = ()
    standing: Sequence[CalendarSlot] = ()
    moved: Sequence[MovedPost] = ()
    now: datetime | None = None


class Cap(NamedTuple):
    """At most so many posts of a group within a number of days."""

    kind: str
    days: int
    most: int

    def group(self, brief: Brief) -> str:
        """Return what a brief is counted under."""
        kinds = brief.archetype
        if self.kind == "topic":
            return kinds.topic_family
        return f"{kinds.hook_family}/{kinds.format}/{kinds.topic_family}"


@dataclass(frozen=True)
class Problem:
    """All that decides a plan. ``briefs`` are in order of rank, so that the order in which they come decides nothing."""

    account: Account
    day: date
    slots: Sequence[Slot]
    briefs: Sequence[Brief]
    strategy: Strategy
    known: Known
    quota: int = QUOTA

    @cached_property
    def beliefs(self) -> Beliefs:
        """Return what the strategy believes."""
        return Beliefs(self.strategy)

    @cached_property
    def by_id(self) -> Mapping[str, Brief]:
        """Return the ideas by their id."""
        return {brief.brief_id: brief for brief in self.briefs}

    @cached_property
    def kept(self) -> Mapping[Slot, CalendarSlot]:
        """Return the slots of the day whose time has come since they were planned, or whose post was moved: they stay as they are.

        One whose brief is no longer among the ideas is planned like any other.
        """
        before = {row.slot_id: row for row in self.known.standing if row.brief_id in self.by_id}
        now = self.known.now
        return {
            slot: before[slot.slot_id]
            for slot in self.slots
            if slot.ahead == 0 and slot.slot_id in before
            if slot.slot_id in self.away or (now is not None and slot.moment < now + LEAD)
        }

    @cached_property
    def away(self) -> Mapping[str, MovedPost]:
        """Return the day's own posts that people moved elsewhere, by their slot's id."""
        return {moved.slot_id: moved for moved in self.known.moved if moved.day == self.day}

    @cached_property
    def taken(self) -> Mapping[datetime, MovedPost]:
        """Return the moments to which people moved posts: nothing else is planned there."""
        return {moved.moment: moved for moved in self.known.moved}

    def place_of(self, slot: Slot) -> tuple[datetime, date]:
        """Return the moment and the local day at which a slot's post goes live: its own, unless it was moved."""
        moved = self.away.get(slot.slot_id)
        return (moved.moment, moved.date) if moved else (slot.moment, slot.date)

    @cached_property
    def placed(self) -> list[Placed]:
        """Return what stands already, on earlier days and on this one, in order of time."""
        today = [
            Placed(*self.place_of(slot), self.by_id[row.brief_id])
            for slot, row in self.kept.items()
            if row.brief_id is not None
        ]
        return sorted([*self.known.posted, *today], key=lambda p: p.moment)

    @property
    def gap(self) -> timedelta:
        """Return the least time between two posts."""
        return timedelta(minutes=self.account.planning.min_gap_minutes)

    @property
    def learned(self) -> bool:
        """Tell whether anything was learned: before that, no idea can be an exploit."""
        return bool(self.strategy.weights)

    def caps(self) -> list[Cap]:
        """Return the account's caps, or their defaults for its number of posts."""
        wishes, posts = self.account.planning, min(self.account.posts_per_day, len(self.account.slots))
        return [
            Cap("topic", 1, wishes.topic_per_day or math.ceil(posts / 2)),
            Cap("topic", DAYS, wishes.topic_per_week or math.ceil(posts * DAYS / 3)),
            Cap("archetype", 1, wishes.archetype_per_day or math.ceil(posts / 3)),
            Cap("archetype", DAYS, wishes.archetype_per_week or math.ceil(posts * DAYS / 5)),
        ]

    def hindrance(self, slot: Slot) -> Placed | None:
        """Return what stands already too near to a slot."""
        near = (p for p in self.placed if p.moment != slot.moment and abs(p.moment - slot.moment) < self.gap)
        return next(near, None)

    def breaks_out(self, brief: Brief) -> bool:
        """Tell whether a brief is about one of the day's breakouts."""
        return any(brief.trend_id == breakout.trend_id for breakout in self.known.breakouts)


@dataclass(frozen=True)
class Plan:
    """Which brief each slot gets, and its reserves, best first; ``given_up`` names wishes without which it was found."""

    chosen: Mapping[Slot, Brief]
    reserves: Mapping[Slot, Sequence[Brief]]
    given_up: Sequence[str] = ()


def in_time(brief: Brief, slot: Slot) -> bool:
    """Tell whether what a brief rests on is known half an hour before a slot."""
    return slot.moment >= brief.available_at + LEAD

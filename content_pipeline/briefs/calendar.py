"""The calendar: which idea goes to which slot of the next seven days.

Slots are wall-clock times in the account's zone. The assignment maximizes the sum of values over all slots at once; the hard rules
(nothing before its evidence, a trend once a day) are forbidden pairs.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from content_pipeline.briefs.beliefs import Beliefs
from content_pipeline.briefs.records import Brief, CalendarSlot, KpiObjective, SlotLabel, Strategy
from content_pipeline.settings import Account
from content_pipeline.storage.records import Stamp, stable_id

DAYS = 7
LEAD = timedelta(minutes=30)
"""Time between knowing of a trend and posting about it: writing, review and rendering."""
RESERVES = 2
FORBIDDEN = -1e6
OBJECTIVES: tuple[KpiObjective, ...] = ("reach", "saves", "shares", "watch_through")


def plan_calendar(
    account: Account, day: date, briefs: Sequence[Brief], strategy: Strategy, stamp: Stamp
) -> list[CalendarSlot]:
    """Return the slots of the seven days from ``day``, in order of time.

    The day's own slots are assigned first, with the best ideas that could be known in time; then the later days, tentatively.
    """
    moments = [moment for n in range(DAYS) for moment in slots_of(account, day + timedelta(days=n))]
    objectives = _objectives(strategy, len(moments))
    today = [moment for moment in moments if moment.astimezone(account.zone).date() == day]
    later = moments[len(today) :]
    own = _assign(account, today, briefs, strategy)
    left = [brief for brief in briefs if brief not in own.values()]
    reserves = _reserves(today, own, left)
    chosen = own | _assign(account, later, [b for b in left if not _reserved(b, reserves)], strategy)
    return [
        _slot(account, day, moment, chosen.get(moment), reserves.get(moment, []), objective, strategy, stamp)
        for moment, objective in zip(moments, objectives, strict=True)
    ]


def slots_of(account: Account, day: date) -> list[datetime]:
    """Return the moments (UTC) of a day's slots: the account's first ``posts_per_day`` wall-clock times.

    A time that daylight saving skips moves forward by the gap; one that occurs twice means its first occurrence.
    """
    return [_moment(day, slot, account.zone) for slot in account.slots[: account.posts_per_day]]


def _moment(day: date, slot: time, zone: ZoneInfo) -> datetime:
    # fold=0 takes the first of two occurrences; for a skipped time it takes the offset before the gap, which lands after it.
    return datetime.combine(day, slot, tzinfo=zone).replace(fold=0).astimezone(UTC)


def slot_label(moment: datetime, zone: ZoneInfo) -> SlotLabel:
    """Return the part of the account's day: morning before 12, afternoon before 17, else evening."""
    hour = moment.astimezone(zone).hour
    return "morning" if hour < 12 else "afternoon" if hour < 17 else "evening"


def _assign(
    account: Account, moments: Sequence[datetime], briefs: Sequence[Brief], strategy: Strategy
) -> dict[datetime, Brief]:
    """Assign at most one brief to each moment; repeated until no trend stands twice on one day."""
    banned: set[tuple[datetime, str]] = set()
    while True:
        found = _solve(account, moments, briefs, strategy, banned)
        seen: set[tuple[date, str]] = set()
        clashes = set()
        for moment, brief in sorted(found.items()):
            key = (moment.astimezone(account.zone).date(), brief.trend_id)
            if key in seen:
                clashes.add((moment, brief.trend_id))
            seen.add(key)
        if not clashes:
            return found
        banned |= clashes


def _solve(
    account: Account,
    moments: Sequence[datetime],
    briefs: Sequence[Brief],
    strategy: Strategy,
    banned: set[tuple[datetime, str]],
) -> dict[datetime, Brief]:
    if not moments or not briefs:
        return {}
    beliefs = Beliefs(strategy)
    value: NDArray[np.float64] = np.full((len(moments), len(briefs)), FORBIDDEN)
    for row, moment in enumerate(moments):
        effect = beliefs.of("slot_label", slot_label(moment, account.zone)).mean
        for column, brief in enumerate(briefs):
            if _in_time(brief, moment) and (moment, brief.trend_id) not in banned:
                value[row, column] = brief.sampled_reward + brief.virality.product + effect
    rows, columns = linear_sum_assignment(value, maximize=True)
    pairs = zip(rows.tolist(), columns.tolist(), strict=True)
    return {moments[row]: briefs[column] for row, column in pairs if value[row, column] > FORBIDDEN}


def _in_time(brief: Brief, moment: datetime) -> bool:
    return moment >= brief.available_at + LEAD


def _reserves(
    today: Sequence[datetime], own: dict[datetime, Brief], left: Sequence[Brief]
) -> dict[datetime, list[Brief]]:
    """Deal the best ideas that are left to the day's slots, one each in turn, so that a blocked slot can still be filled."""
    dealt: dict[datetime, list[Brief]] = {moment: [] for moment in today}
    trends = {brief.trend_id for brief in own.values()}
    pool = [brief for brief in sorted(left, key=lambda b: b.rank) if brief.trend_id not in trends]
    for _ in range(RESERVES):
        for moment in today:
            fitting = next((brief for brief in pool if _in_time(brief, moment)), None)
            if fitting:
                dealt[moment].append(fitting)
                pool = [brief for brief in pool if brief.trend_id != fitting.trend_id]
    return dealt


def _reserved(brief: Brief, reserves: dict[datetime, list[Brief]]) -> bool:
    return any(brief in dealt for dealt in reserves.values())


def _objectives(strategy: Strategy, number: int) -> list[KpiObjective]:
    """Share slots among objectives by their weights: at each slot the objective that is furthest behind its share."""
    weights = {name: strategy.kpi_weights.get(name, 0.0) for name in OBJECTIVES}
    total = sum(weights.values()) or 1.0
    given: Counter[KpiObjective] = Counter()
    order = []
    for n in range(1, number + 1):
        behind = max(
            OBJECTIVES, key=lambda name: (weights[name] / total * n - given[name], -OBJECTIVES.index(name))
        )
        given[behind] += 1
        order.append(behind)
    return order


def _slot(
    account: Account,
    day: date,
    moment: datetime,
    brief: Brief | None,
    reserves: Sequence[Brief],
    objective: KpiObjective,
    strategy: Strategy,
    stamp: Stamp,
) -> CalendarSlot:
    local = moment.astimezone(account.zone)
    label = slot_label(moment, account.zone)
    effect = Beliefs(strategy).of("slot_label", label).mean
    committed = local.date() == day
    reason = (
        f"{brief.choice}: {brief.title}"
        if brief
        else "no idea is left whose trend is known half an hour before this slot"
    )
    return CalendarSlot(
        slot_id=stable_id("slot", account.id, moment),
        account=account.id,
        day=day,
        slot_date=local.date(),
        slot_at=moment,
        slot_local=local.isoformat(),
        slot_label=label,
        kpi_objective=objective,
        status="open" if brief is None else "committed" if committed else "tentative",
        brief_id=brief.brief_id if brief else None,
        reserves=[reserve.brief_id for reserve in reserves],
        predicted_reward=round(brief.predicted_reward + effect, 6) if brief else None,
        reason=reason,
        **stamp.fields(),
    )

"""The choice of ideas for slots as one mixed-integer program, solved with HiGHS.

Hard: one brief a slot and one slot a brief, a trend once a day, nothing before its evidence, the gap, quiet hours, the platform's
quota. Wishes cost when they are missed: caps, the exploration budget, keeping what stands, breakouts in the reactive slot. So a
plan always exists (the empty one), and what it missed can be told.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp
from scipy.sparse import csr_array

from content_pipeline.briefs.calendar.problem import (
    EXPLORATION,
    QUOTA_WINDOW,
    RESERVES,
    Cap,
    Plan,
    Problem,
    in_time,
)
from content_pipeline.briefs.calendar.slots import DAYS, Slot
from content_pipeline.briefs.records import Brief

# What counts, in log views. Ideas differ by about 1: a wish outweighs them, and a filled slot outweighs all wishes together.
FILL_TODAY, FILL_RESERVE, FILL_LATER = 60.0, 40.0, 30.0
BREAKOUT = 15.0
OVER_CAP = 4.0
OFF_BUDGET = 3.0
STAY = 0.3
"""What stands at a slot of the day, and may be rendered or approved, gives way only to what is clearly better."""

LATER = 0.5
DECAY = 0.08
"""A day's weight falls by exp(-0.08) (domain rule: freshness), and later days are planned again anyway: today gets the best."""
EARLIER_FIRST = 0.01
"""The best idea of a day goes to an early slot, if slots are worth the same."""
RESERVE = 0.6
"""What a reserve's idea counts, beside one that has a slot of the day."""

TIME_LIMIT_S = 10.0
RELATIVE_GAP = 1e-6
"""A usual week (27 briefs, 21 slots) takes 0.15 s, the largest (60 and 70) about one; the limit only keeps a run from hanging."""

WISHES = ("the exploration budget", "the caps")
"""What is given up, in this order, where no plan is found within the time limit."""


class _Seat(NamedTuple):
    """A variable: a brief at a slot, or as a reserve of it."""

    brief: Brief
    slot: Slot
    reserve: bool


class _Program:
    """Variables with their gains, and rows of the constraints."""

    def __init__(self) -> None:
        self.gains: list[float] = []
        self.tops: list[float] = []
        self.whole: list[int] = []
        self._cells: list[tuple[int, int, float]] = []
        self._lower: list[float] = []
        self._upper: list[float] = []

    def variable(self, gain: float, top: float = 1.0, whole: bool = True) -> int:
        """Add a variable in [0, top] and return its number."""
        self.gains.append(gain)
        self.tops.append(top)
        self.whole.append(int(whole))
        return len(self.gains) - 1

    def row(
        self, terms: Iterable[tuple[int, float]], lower: float = -math.inf, upper: float = math.inf
    ) -> None:
        """Add a constraint on a sum of (variable, coefficient)."""
        number = len(self._lower)
        self._cells += [(number, column, value) for column, value in terms]
        self._lower.append(lower)
        self._upper.append(upper)

    def at_most(self, columns: Iterable[int], upper: float) -> None:
        """Ask that no more than ``upper`` of some variables are taken."""
        taken = [(column, 1.0) for column in columns]
        if len(taken) > upper:
            self.row(taken, upper=upper)

    def solve(self) -> OptimizeResult:
        """Return HiGHS's answer; ``x`` is none where it found nothing in time."""
        rows, columns, values = zip(*self._cells, strict=True)
        shape = (len(self._lower), len(self.gains))
        matrix = csr_array((values, (rows, columns)), shape=shape)
        return milp(
            -np.array(self.gains),
            integrality=np.array(self.whole),
            bounds=Bounds(0, np.array(self.tops)),
            constraints=LinearConstraint(matrix, np.array(self._lower), np.array(self._upper)),
            options={"time_limit": TIME_LIMIT_S, "mip_rel_gap": RELATIVE_GAP},
        )


def allocate(problem: Problem) -> Plan:
    """Return the best plan; should none be found in time, wishes are given up one after the other.

    Raises:
        RuntimeError: no plan is found even without wishes: a fault of the program, because the empty plan keeps every rule.
    """
    for dropped in range(len(WISHES) + 1):
        program, seats = _program(problem, WISHES[dropped:])
        if not seats:
            return _plan(problem, [], ())
        found = program.solve()
        if found.x is not None:
            taken = [seat for seat, value in zip(seats, found.x, strict=False) if value > 0.5]
            return _plan(problem, taken, WISHES[:dropped])
    raise RuntimeError(f"no calendar was found for {problem.account.id} on {problem.day}: {found.message}")


def _program(problem: Problem, wishes: Sequence[str]) -> tuple[_Program, list[_Seat]]:
    """Return the program; its first variables are the seats, in their order."""
    program, seats = _Program(), list(_seats(problem))
    for seat in seats:
        program.variable(_gain(problem, seat))
    if seats:
        _one_each(program, seats)
        _trends_once(program, seats)
        _spaced(problem, program, seats)
        if "the caps" in wishes:
            for cap in problem.caps():
                _capped(problem, program, seats, cap)
        if problem.learned and "the exploration budget" in wishes:
            _budgeted(problem, program, seats)
    return program, seats


def _seats(problem: Problem) -> Iterable[_Seat]:
    """Yield what may sit where; forbidden pairs get no variable."""
    held = {name for row in problem.kept.values() for name in (row.brief_id, *row.reserves)}
    told = {placed.brief.trend_id for placed in problem.placed if placed.date == problem.day}
    free = [brief for brief in problem.briefs if brief.brief_id not in held]
    for slot in problem.slots:
        if slot.quiet or slot in problem.kept or slot.moment in problem.taken or problem.hindrance(slot):
            continue
        for brief in free:
            if in_time(brief, slot) and not (slot.ahead == 0 and brief.trend_id in told):
                yield _Seat(brief, slot, reserve=False)
                if slot.ahead == 0:
                    yield _Seat(brief, slot, reserve=True)


def _gain(problem: Problem, seat: _Seat) -> float:
    brief, slot, reserve = seat
    effect = problem.beliefs.of("slot_label", slot.label).mean
    weight = 1.0 if slot.ahead == 0 else LATER * math.exp(-DECAY * slot.ahead)
    worth = (
        weight * (1 - EARLIER_FIRST * slot.place) * (brief.sampled_reward + brief.virality.product + effect)
    )
    if reserve:
        return FILL_RESERVE + RESERVE * worth
    stood = any(
        (row.slot_id, row.brief_id) == (slot.slot_id, brief.brief_id) for row in problem.known.standing
    )
    news = slot.ahead == 0 and slot.reactive and problem.breaks_out(brief)
    return (FILL_LATER if slot.ahead else FILL_TODAY) + worth + STAY * stood + BREAKOUT * news


def _one_each(program: _Program, seats: Sequence[_Seat]) -> None:
    of_brief, of_slot = defaultdict(list), defaultdict(list)
    for column, (brief, slot, reserve) in enumerate(seats):
        of_brief[brief.brief_id].append(column)
        of_slot[slot, reserve].append(column)
    for columns in of_brief.values():
        program.at_most(columns, 1)
    for (slot, reserve), columns in of_slot.items():
        if reserve:  # only a slot that is taken has reserves
            taken = [(column, -float(RESERVES)) for column in of_slot[slot, False]]
            program.row([*((column, 1.0) for column in columns), *taken], upper=0)
        else:
            program.at_most(columns, 1)


def _trends_once(program: _Program, seats: Sequence[_Seat]) -> None:
    """A trend stands once on a day, its reserves counted: one of them may have to take a slot."""
    found = defaultdict(list)
    for column, (brief, slot, _) in enumerate(seats):
        found[slot.date, brief.trend_id].append(column)
    for columns in found.values():
        program.at_most(columns, 1)


def _spaced(problem: Problem, program: _Program, seats: Sequence[_Seat]) -> None:
    """Keep the gap and the platform's quota, each in every window that begins with a slot."""
    of_slot = defaultdict(list)
    for column, (_, slot, reserve) in enumerate(seats):
        if not reserve:
            of_slot[slot.moment].append(column)
    stands = [placed.moment for placed in problem.placed]
    starts = sorted({*stands, *of_slot})
    for window, most in ((problem.gap, 1), (QUOTA_WINDOW, problem.quota)):
        for start in starts:
            inside = [m for m in of_slot if start <= m < start + window]
            standing = sum(start <= moment < start + window for moment in stands)
            if len(inside) + standing > most:
                columns = (column for moment in inside for column in of_slot[moment])
                program.at_most(columns, max(most - standing, 0))


def _capped(problem: Problem, program: _Program, seats: Sequence[_Seat], cap: Cap) -> None:
    """Bound each group in every run of ``cap.days`` days that has a day of the week in it, those before it counted."""
    groups: defaultdict[str, list[tuple[int, Slot]]] = defaultdict(list)
    for column, (brief, slot, reserve) in enumerate(seats):
        if not reserve:
            groups[cap.group(brief)].append((column, slot))
    beyond = math.inf if problem.account.planning.when_capped == "fill" else 0.0
    placed = problem.placed
    for group, columns in groups.items():
        excess: dict[int, int] = {}
        for last in range(DAYS):
            end = problem.day + timedelta(days=last)
            first = end - timedelta(days=cap.days - 1)
            inside = [column for column, slot in columns if first <= slot.date <= end]
            before = sum(first <= p.date <= end and cap.group(p.brief) == group for p in placed)
            if len(inside) + before <= cap.most:
                continue
            # One excess for all windows of a week, or a post too many would be paid for seven times.
            over = excess.setdefault(0 if cap.days > 1 else last, -1)
            if over < 0:
                over = excess[0 if cap.days > 1 else last] = program.variable(-OVER_CAP, beyond, whole=False)
            room = float(max(cap.most - before, 0))
            program.row([*((column, 1.0) for column in inside), (over, -1.0)], upper=room)


def _budgeted(problem: Problem, program: _Program, seats: Sequence[_Seat]) -> None:
    """Hold the share of what is no exploit, in the seven days that begin with the day and in those that end with it.

    The second is what keeps exploring from being put off: only the day's own slots are ever posted as planned.
    """
    least, most = EXPLORATION
    placed = [p for p in problem.placed if p.brief.policy_version is not None]
    for last in (0, DAYS - 1) if placed else (DAYS - 1,):
        end = problem.day + timedelta(days=last)
        first = end - timedelta(days=DAYS - 1)
        before = [p.brief.choice != "exploit" for p in placed if first <= p.date <= end]
        inside = [
            (column, float(seat.brief.choice != "exploit"))
            for column, seat in enumerate(seats)
            if not seat.reserve and seat.slot.date <= end
        ]
        for share, sign in ((least, 1.0), (most, -1.0)):
            # In whole posts: a tenth of a post too few would be worth less than a better idea.
            missed = program.variable(-OFF_BUDGET, math.inf)
            terms = [(column, sign * (new - share)) for column, new in inside]
            program.row([*terms, (missed, 1.0)], lower=sign * sum(share - new for new in before))


def _plan(problem: Problem, taken: Iterable[_Seat], given_up: Sequence[str]) -> Plan:
    briefs = problem.by_id
    chosen = {slot: briefs[row.brief_id] for slot, row in problem.kept.items() if row.brief_id is not None}
    reserves = {
        slot: [briefs[name] for name in row.reserves if name in briefs] for slot, row in problem.kept.items()
    }
    for brief, slot, reserve in taken:
        if reserve:
            reserves.setdefault(slot, []).append(brief)
        else:
            chosen[slot] = brief
    best_first = {slot: sorted(dealt, key=lambda b: b.rank) for slot, dealt in reserves.items()}
    return Plan(chosen, best_first, given_up)

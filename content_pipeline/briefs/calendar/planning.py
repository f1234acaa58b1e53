"""The calendar: which idea goes to which slot of the next seven days, with the reasons.

Puts the parts together: slots (``slots``), what is known (``problem``), the program that chooses
(``model``) and its words (``reasons``); docs/calendar.md explains them.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from content_pipeline.accounts import Account
from content_pipeline.briefs.calendar.model import allocate
from content_pipeline.briefs.calendar.problem import QUOTA, Known, Plan, Problem
from content_pipeline.briefs.calendar.reasons import filled_reason, notes, open_reason
from content_pipeline.briefs.calendar.slots import Slot, week_slots
from content_pipeline.briefs.records import Brief, CalendarSlot, KpiObjective, Strategy
from content_pipeline.storage.records import Stamp

OBJECTIVES: tuple[KpiObjective, ...] = ("reach", "saves", "shares", "watch_through")
NOTHING = Known()


def plan_calendar(
    account: Account,
    day: date,
    briefs: Sequence[Brief],
    strategy: Strategy,
    stamp: Stamp,
    known: Known = NOTHING,
    quota: int = QUOTA,
) -> list[CalendarSlot]:
    """Return the slots of the seven days from ``day``, in order of time.

    One program chooses for all of them; the day's own are committed, with reserves, and get the best ideas that could be known in
    time; later ones are tentative. The same input gives the same plan, in whatever order the briefs come.
    """
    ranked = sorted(briefs, key=lambda b: (b.rank, b.brief_id))
    problem = Problem(account, day, week_slots(account, day), ranked, strategy, known, quota)
    plan = allocate(problem)
    told = notes(problem, plan)
    objectives = _objectives(strategy, [slot in plan.chosen for slot in problem.slots])
    return [
        _row(problem, plan, slot, objective, told, stamp)
        for slot, objective in zip(problem.slots, objectives, strict=True)
    ]


def _objectives(strategy: Strategy, filled: Sequence[bool]) -> list[KpiObjective]:
    """Share the filled slots among objectives by their weights: at each slot the objective that is furthest behind its share."""
    weights = {name: strategy.kpi_weights.get(name, 0.0) for name in OBJECTIVES}
    total = sum(weights.values()) or 1.0
    given: Counter[KpiObjective] = Counter()
    order = []
    for taken in filled:
        n = given.total() + 1
        behind = max(
            OBJECTIVES, key=lambda name: (weights[name] / total * n - given[name], -OBJECTIVES.index(name))
        )
        given[behind] += taken
        order.append(behind)
    return order


def _row(
    problem: Problem, plan: Plan, slot: Slot, objective: KpiObjective, told: list[str], stamp: Stamp
) -> CalendarSlot:
    brief = plan.chosen.get(slot)
    effect = problem.beliefs.of("slot_label", slot.label).mean
    planned = "tentative" if slot.ahead else "committed"
    return CalendarSlot(
        slot_id=slot.slot_id,
        account=problem.account.id,
        day=problem.day,
        slot_date=slot.date,
        slot_at=slot.moment,
        slot_local=slot.moment.astimezone(problem.account.zone).isoformat(),
        slot_label=slot.label,
        kpi_objective=objective,
        status=planned if brief else "open",
        brief_id=brief.brief_id if brief else None,
        reserves=[reserve.brief_id for reserve in plan.reserves.get(slot, [])],
        predicted_reward=round(brief.predicted_reward + effect, 6) if brief else None,
        reason=filled_reason(problem, plan, slot) if brief else open_reason(problem, plan, slot),
        reactive=slot.reactive,
        notes=told,
        **stamp.fields(),
    )

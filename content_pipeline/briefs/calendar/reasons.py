"""Why a slot has its brief or none, and what a week's plan could not keep, in words for the people who run an account.

Read from the plan as it came out; nothing is decided here.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime

from content_pipeline.briefs.calendar.problem import (
    EXPLORATION,
    LEAD,
    QUOTA_WINDOW,
    Cap,
    Placed,
    Plan,
    Problem,
    in_time,
)
from content_pipeline.briefs.calendar.slots import DAYS, Slot, most_with_gap, slots_of
from content_pipeline.briefs.records import Brief
from content_pipeline.trends.scoring.niche import TRENDING


def filled_reason(problem: Problem, plan: Plan, slot: Slot) -> str:
    """Return why a slot has its brief, and which cap it is beyond."""
    brief = plan.chosen[slot]
    parts = [f"{brief.choice}: {brief.title}"]
    if moved := problem.away.get(slot.slot_id):
        return f"{parts[0]}; {moved.by} moved the post to {_moment(problem, moved.moment)}"
    if slot in problem.kept:
        parts.append("stays as it was planned, because its time has come")
    elif slot.reactive and slot.ahead == 0 and problem.breaks_out(brief):
        parts.append(f"takes the reactive slot, because {brief.trend_title!r} broke out today")
    elif slot.reactive:
        parts.append("the reactive slot: it gives way to a breakout")
    for cap in problem.caps():
        same = [p.moment for p in _standing(problem, plan) if _in_day(cap, p, slot, brief)]
        place = sum(moment <= slot.moment for moment in same)
        if cap.days == 1 and place > cap.most:
            parts.append(
                f"post {place} that day about {_named(cap, brief)}, above the cap of {cap.most}: else it were empty"
            )
    return "; ".join(parts)


def open_reason(problem: Problem, plan: Plan, slot: Slot) -> str:
    """Return the rule that leaves a slot open."""
    if slot.quiet:
        return f"it lies in the quiet hours {_quiet_hours(problem)}: move the slot, or the quiet hours"
    if moved := problem.taken.get(slot.moment):
        return f"taken by a post moved here by {moved.by}"
    others = [p.moment for p in _standing(problem, plan) if p.moment != slot.moment]
    near = [moment for moment in others if abs(moment - slot.moment) < problem.gap]
    if near:
        other = min(near, key=lambda moment: abs(moment - slot.moment)).astimezone(problem.account.zone)
        return f"it is less than {_minutes(problem)} from the post at {other:%H:%M}: move the slot, or lower min_gap_minutes"
    around = (
        sum(start <= moment < start + QUOTA_WINDOW for moment in others)
        for start in [slot.moment, *others]
        if start <= slot.moment < start + QUOTA_WINDOW
    )
    if max(around, default=0) >= problem.quota:
        return f"the platform takes {problem.quota} posts in 24 hours, and the others use them up"
    return _nothing_fits(problem, plan, slot)


def _nothing_fits(problem: Problem, plan: Plan, slot: Slot) -> str:
    used = {b.brief_id for b in plan.chosen.values()} | {
        b.brief_id for dealt in plan.reserves.values() for b in dealt
    }
    left = [brief for brief in problem.briefs if brief.brief_id not in used]
    if problem.briefs and not any(in_time(brief, slot) for brief in problem.briefs):
        return f"no idea is about something that is known {_half_an_hour()} before this slot"
    if not left:
        dealt = sum(len(dealt) for dealt in plan.reserves.values())
        kept = f" and {dealt} are reserves of the day's slots" if dealt else ""
        return f"no idea is left: {len(plan.chosen)} of {len(problem.briefs)} have a slot{kept}"
    causes = Counter(_obstacle(problem, plan, slot, brief) for brief in left)
    if len(causes) == 1:
        [(cause, number)] = causes.items()
        return f"no idea fits: {'the one' if number == 1 else f'all {number}'} left {cause}"
    return "no idea fits of those left: " + ", ".join(f"{n} {cause}" for cause, n in causes.most_common())


def _obstacle(problem: Problem, plan: Plan, slot: Slot, brief: Brief) -> str:
    """Return what keeps a brief that is left from a slot, as a phrase that follows a number."""
    if not in_time(brief, slot):
        return f"known later than {_half_an_hour()} before this slot"
    placed = _standing(problem, plan)
    dealt = {b.trend_id for s, own in plan.reserves.items() if s.date == slot.date for b in own}
    if brief.trend_id in dealt | {p.brief.trend_id for p in placed if p.date == slot.date}:
        return "about a trend that stands on this day already"
    for cap in problem.caps():
        same = (
            [p for p in placed if _in_day(cap, p, slot, brief)]
            if cap.days == 1
            else _in_group(cap, placed, brief)
        )
        if len(same) >= cap.most:
            return f"about {_named(cap, brief)}, of which {cap.most} {_span(cap)} is the cap"
    return "worth less than what it would push out"


def notes(problem: Problem, plan: Plan) -> list[str]:
    """Return what the plan could not keep, and what it could not know; most binding first."""
    return [
        *_about_settings(problem),
        *_about_volume(problem, plan),
        *_about_caps(problem, plan),
        *_about_exploring(problem, plan),
        *_about_breakouts(problem, plan),
        *(f"no plan was found in time with {wish}: planned without" for wish in plan.given_up),
    ]


def _about_settings(problem: Problem) -> Iterator[str]:
    account = problem.account
    if account.posts_per_day > len(account.slots):
        yield (
            f"{account.posts_per_day} posts a day are asked for, but only {_count(len(account.slots), 'slot is', 'slots are')}"
            " named: name more slots"
        )
    first = [slot for slot in problem.slots if slot.ahead == 0]
    silent = [_at(problem, slot) for slot in first if slot.quiet]
    if silent:
        verb = "lies" if len(silent) == 1 else "lie"
        yield f"{_slots_at(silent)} {verb} in the quiet hours {_quiet_hours(problem)}: nothing is posted then"
    usable = [slot.moment for slot in first if not slot.quiet]
    most = most_with_gap(usable, problem.gap)
    if most < len(usable):
        yield (
            f"with {_minutes(problem)} between posts, {most} of a day's {len(usable)} slots can be used:"
            " move them apart, or lower min_gap_minutes"
        )
    normal = len(account.slots[: account.posts_per_day])
    for day in dict.fromkeys(slot.date for slot in problem.slots):
        if len(slots_of(account, day)) < normal:
            yield f"on {day} clocks change, and two slots fall on the same moment: they are one"


def _about_volume(problem: Problem, plan: Plan) -> Iterator[str]:
    missing = [
        slot
        for slot in problem.slots
        if slot not in plan.chosen and not slot.quiet and slot.moment not in problem.taken
    ]
    if missing:
        today = sum(slot.ahead == 0 for slot in missing)
        yield (
            f"{len(missing)} of {len(problem.slots)} slots are open, {today} of them on the day itself;"
            f" there are {_count(len(problem.briefs), 'idea', 'ideas')} for them"
        )


def _about_caps(problem: Problem, plan: Plan) -> Iterator[str]:
    placed = _standing(problem, plan)
    for cap in problem.caps():
        worst: dict[str, tuple[int, Brief]] = {}
        for end in sorted({slot.date for slot in problem.slots}):
            inside = [p.brief for p in placed if 0 <= (end - p.date).days < cap.days]
            for group, number in Counter(cap.group(brief) for brief in inside).items():
                if number > max(cap.most, worst.get(group, (0, None))[0]):
                    worst[group] = number, next(b for b in inside if cap.group(b) == group)
        for _, (number, brief) in sorted(worst.items()):
            yield (
                f"{number} posts {_span(cap)} are about {_named(cap, brief)}, above the cap of {cap.most}:"
                " the slots would be empty otherwise"
            )


def _about_exploring(problem: Problem, plan: Plan) -> Iterator[str]:
    least, most = EXPLORATION
    if not problem.learned:
        yield "nothing was learned yet, so every idea is a try: the exploration budget begins with what is learned"
        return
    chosen = plan.chosen.values()
    new = sum(brief.choice != "exploit" for brief in chosen)
    share = new / len(chosen) if chosen else least
    if least <= share <= most:
        return
    told = f"{new} of {len(chosen)} posts ({share:.0%}) try something new, the budget is {least:.0%} to {most:.0%}"
    tries = sum(brief.choice != "exploit" for brief in problem.briefs)
    if not any(least <= n / len(chosen) <= most for n in range(len(chosen) + 1)):
        yield f"{told}: so few posts have no share in between"
    elif share > most:
        yield f"{told}: {len(problem.briefs) - tries} of {len(problem.briefs)} ideas are exploits, and other rules hold too"
    else:
        yield f"{told}: {tries} of {len(problem.briefs)} ideas are tries, and other rules hold too"


def _about_breakouts(problem: Problem, plan: Plan) -> Iterator[str]:
    today = {brief.trend_id: slot for slot, brief in plan.chosen.items() if slot.ahead == 0}
    slot = next((slot for slot in problem.slots if slot.ahead == 0 and slot.reactive), None)
    for breakout in problem.known.breakouts:
        if breakout.trend_id in today:
            continue
        about = [brief for brief in problem.briefs if brief.trend_id == breakout.trend_id]
        if slot is None:
            why = "the day has no slot outside the quiet hours"
        elif not about:
            why = "no idea of the day is about it"
        elif (slot.slot_id not in problem.away and slot in problem.kept) or not any(
            in_time(brief, slot) for brief in about
        ):
            why = f"it came too late for the reactive slot at {_at(problem, slot)}"
        else:
            why = "the reactive slot is taken, or other rules close it"
        yield f"{breakout.title!r} broke out and has no slot today: {why}"


def _standing(problem: Problem, plan: Plan) -> list[Placed]:
    """Return everything that has a moment: what stood before and what the plan chose."""
    chosen = (Placed(*problem.place_of(slot), brief) for slot, brief in plan.chosen.items())
    return sorted([*problem.known.posted, *chosen], key=lambda p: p.moment)


def _in_day(cap: Cap, placed: Placed, slot: Slot, brief: Brief) -> bool:
    return placed.date == slot.date and cap.group(placed.brief) == cap.group(brief)


def _in_group(cap: Cap, placed: Iterable[Placed], brief: Brief) -> list[Placed]:
    return [p for p in placed if cap.group(p.brief) == cap.group(brief)]


def _named(cap: Cap, brief: Brief) -> str:
    kinds = brief.archetype
    topic = "what is outside the account's topics" if kinds.topic_family == TRENDING else kinds.topic_family
    return topic if cap.kind == "topic" else f"{topic} as {kinds.hook_family} {kinds.format}"


def _span(cap: Cap) -> str:
    return "a day" if cap.days == 1 else f"in {DAYS} days"


def _at(problem: Problem, slot: Slot) -> str:
    return f"{slot.moment.astimezone(problem.account.zone):%H:%M}"


def _moment(problem: Problem, moment: datetime) -> str:
    return f"{moment.astimezone(problem.account.zone):%Y-%m-%d %H:%M}"


def _slots_at(times: list[str]) -> str:
    return f"the slot at {times[0]}" if len(times) == 1 else f"the slots at {', '.join(times)}"


def _quiet_hours(problem: Problem) -> str:
    start, end = problem.account.planning.quiet_hours or ("", "")
    return f"{start:%H:%M} to {end:%H:%M}" if start and end else ""


def _minutes(problem: Problem) -> str:
    minutes = problem.account.planning.min_gap_minutes
    return f"{minutes // 60} h" if minutes and minutes % 60 == 0 else f"{minutes} minutes"


def _half_an_hour() -> str:
    minutes = int(LEAD.total_seconds() // 60)
    return "half an hour" if minutes == 30 else f"{minutes} minutes"


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"

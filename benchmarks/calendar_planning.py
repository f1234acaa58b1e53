"""Planning a week by one program against filling its slots one after the other with the best idea that fits.

Both keep the hard rules, and the caps and the exploration budget where they can. 30 drawn weeks a size, among them slots that are too
near to each other, trends with several ideas, and news of the afternoon. Prints filled slots, posts beyond a cap, weeks off the
budget, what the day's own posts are worth (log views), and seconds a plan.
"""

import random
import sys
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from datetime import time as at
from pathlib import Path

from content_pipeline.accounts import Planning
from content_pipeline.briefs.calendar.model import OFF_BUDGET, OVER_CAP, allocate
from content_pipeline.briefs.calendar.problem import EXPLORATION, RESERVES, Known, Plan, Problem, in_time
from content_pipeline.briefs.calendar.slots import Slot, week_slots
from content_pipeline.briefs.records import Brief

sys.path.insert(0, str(Path(__file__).parent.parent))  # the tests' example ideas are not installed
from content_pipeline_tests.briefs.calendar.rows import FORMATS, HOOKS, TOPICS, brief, learned
from content_pipeline_tests.examples import DAY, START, demo

WEEKS = 30
SIZES = ((27, 3), (40, 5), (60, 3), (60, 10))
TIMES = [at(7), at(8, 30), at(10), at(11, 30), at(13), at(14, 30), at(16), at(17, 30), at(19), at(20, 30)]


def drawn(ideas: int, posts: int, seed: int) -> Problem:
    """Return a week's problem: trends have two ideas each, half of the ideas are exploits, a quarter are afternoon news."""
    rng = random.Random(seed)
    account = demo().model_copy(
        update={
            "slots": sorted(rng.sample(TIMES, posts)),
            "posts_per_day": posts,
            "planning": Planning(min_gap_minutes=rng.choice([60, 120, 180])),
        }
    )
    made = [
        brief(
            n,
            trend_id=f"trend_{n // 2}",
            sampled_reward=rng.gauss(0.2, 0.5),
            topic_family=rng.choice(TOPICS),
            hook_family=rng.choice(HOOKS),
            format=rng.choice(FORMATS),
            choice=rng.choice(["exploit", "mutation"]),
            available_at=START + timedelta(hours=rng.choice([4, 6, 8, 20])),
        )
        for n in range(1, ideas + 1)
    ]
    return Problem(account, DAY, week_slots(account, DAY), made, learned(), Known())


def one_after_the_other(problem: Problem) -> Plan:
    """Give each slot, in order of time, the best idea that fits; beyond a wish only where no other does.

    The wishes are the caps and that the share of tries so far is below the budget's upper end. As many ideas as the program keeps in
    reserve are set aside after the first day.
    """
    chosen: dict[Slot, Brief] = {}
    left = sorted(problem.briefs, key=worth, reverse=True)
    last: datetime | None = None
    for slot in problem.slots:
        if slot.place == 0 and slot.ahead == 1:
            left = left[RESERVES * len(chosen) :]
        if last and slot.moment - last < problem.gap:
            continue
        told = {b.trend_id for s, b in chosen.items() if s.date == slot.date}
        fitting = [b for b in left if in_time(b, slot) and b.trend_id not in told]
        if fitting:
            best = min(
                fitting, key=lambda b: missed(problem, {**chosen, slot: b})
            )  # the first is the best of equals
            chosen[slot], last = best, slot.moment
            left.remove(best)
    return Plan(chosen, {})


def missed(problem: Problem, chosen: dict[Slot, Brief]) -> float:
    """Return what a plan misses of the wishes, weighed as the program weighs it."""
    beyond = sum(b.choice != "exploit" for b in chosen.values()) > max(1.0, EXPLORATION[1] * len(chosen))
    return OVER_CAP * over(problem, chosen) + OFF_BUDGET * beyond


def worth(idea: Brief) -> float:
    """Return what an idea counts."""
    return idea.sampled_reward + idea.virality.product


def over(problem: Problem, chosen: dict[Slot, Brief]) -> int:
    """Return how many posts are beyond a cap."""
    total = 0
    for cap in problem.caps():
        counts: dict[object, int] = {}
        for slot, idea in chosen.items():
            key = (cap.group(idea), slot.date if cap.days == 1 else None)
            counts[key] = counts.get(key, 0) + 1
        total += sum(max(0, number - cap.most) for number in counts.values())
    return total


def off_budget(chosen: dict[Slot, Brief]) -> bool:
    """Tell whether the share of tries is outside the budget."""
    share = sum(b.choice != "exploit" for b in chosen.values()) / max(1, len(chosen))
    return not EXPLORATION[0] <= share <= EXPLORATION[1]


def report(name: str, plans: Sequence[tuple[Problem, Plan]], seconds: Sequence[float]) -> None:
    """Print one line."""
    filled = sum(len(plan.chosen) for _, plan in plans)
    slots = sum(len(problem.slots) for problem, _ in plans)
    beyond = sum(over(problem, dict(plan.chosen)) for problem, plan in plans)
    off = sum(off_budget(dict(plan.chosen)) for _, plan in plans)
    today = sum(worth(b) for _, plan in plans for slot, b in plan.chosen.items() if slot.ahead == 0)
    slow, middle = max(seconds), sorted(seconds)[len(seconds) // 2]
    print(
        f"  {name:22} {filled:5} of {slots} slots, {beyond:4} posts beyond a cap, {off:2} weeks off budget, today {today:.1f},"
        f" {middle:.3f} s (median), {slow:.3f} s (slowest)"
    )


def main() -> None:
    """Compare both on every size."""
    for ideas, posts in SIZES:
        problems = [drawn(ideas, posts, seed) for seed in range(WEEKS)]
        print(f"{ideas} ideas, {posts} posts a day")
        for name, plan in (("one after the other", one_after_the_other), ("one program", allocate)):
            plans, seconds = [], []
            for problem in problems:
                start = time.perf_counter()
                plans.append((problem, plan(problem)))
                seconds.append(time.perf_counter() - start)
            report(name, plans, seconds)


if __name__ == "__main__":
    main()

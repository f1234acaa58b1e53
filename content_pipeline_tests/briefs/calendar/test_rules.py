"""The calendar's rules and wishes: gap, quiet hours, caps, exploration, quota, and what is said where one cannot be kept."""

import re
from collections import Counter
from datetime import time, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from content_pipeline.accounts import Planning, load_accounts
from content_pipeline.briefs.calendar import model
from content_pipeline.briefs.calendar.planning import plan_calendar
from content_pipeline.briefs.calendar.problem import Known, Placed
from content_pipeline.settings import ConfigError
from content_pipeline_tests.briefs.calendar.rows import brief, briefs, learned, mixed
from content_pipeline_tests.examples import DAY, STAMP, START, demo, strategy

DATA = Path(__file__).parents[3] / "data" / "accounts"
FIVE = [time(h) for h in (8, 10, 13, 17, 20)]


def plan(ideas, asked=None, known=None, quota=25, slots=None, posts_per_day=None, **wishes):
    account = demo()
    update = {"planning": Planning(**wishes), "slots": slots or account.slots}
    update["posts_per_day"] = posts_per_day or len(update["slots"])
    return plan_calendar(
        account.model_copy(update=update), DAY, ideas, asked or strategy(), STAMP, known or Known(), quota
    )


def said(slots, words: str) -> bool:
    return any(words in note for note in slots[0].notes)


def counted(slots, ideas, group) -> Counter:
    made = {b.brief_id: b for b in ideas}
    return Counter(group(s, made[s.brief_id].archetype) for s in slots if s.brief_id)


@pytest.mark.parametrize(
    ("gap", "used", "note"),
    [
        (120, 5, None),
        (180, 4, "with 3 h between posts, 4 of a day's 5 slots can be used"),
        (240, 3, "with 4 h between posts, 3 of a day's 5 slots can be used"),
        (250, 3, "with 250 minutes between posts, 3 of a day's 5 slots can be used"),
        (720, 2, "with 12 h between posts, 2 of a day's 5 slots can be used"),
    ],
)
def test_posts_keep_their_distance_and_as_many_slots_as_possible_are_used(gap, used, note):
    slots = plan(briefs(60), slots=FIVE, min_gap_minutes=gap)
    today = [s for s in slots[:5] if s.brief_id]
    assert len(today) == used
    assert all(b.slot_at - a.slot_at >= timedelta(minutes=gap) for a, b in pairwise(today))
    assert note is None or said(slots, note)
    assert all("lower min_gap_minutes" in s.reason for s in slots[:5] if not s.brief_id)


def test_the_gap_holds_over_midnight():
    late = Placed(START + timedelta(hours=4, minutes=45), DAY - timedelta(days=1), brief(90))  # 23:45 there
    slots = plan(briefs(20), known=Known(posted=[late]), slots=[time(0, 15), time(12)])
    assert slots[0].status == "open"
    assert "less than 1 h from the post at 23:45" in slots[0].reason
    assert slots[1].status == "committed"


@pytest.mark.parametrize(
    ("hours", "silent"),
    [
        ((time(22), time(7)), ["23:30"]),
        ((time(19), time(9, 30)), ["09:00", "23:30"]),
        ((time(13), time(14)), ["13:00"]),
        ((time(9, 30), time(13)), []),  # the end is no longer quiet
    ],
)
def test_a_slot_in_the_quiet_hours_is_not_used_and_says_so(hours, silent):
    slots = plan(briefs(40), slots=[time(9), time(13), time(23, 30)], quiet_hours=hours)
    swallowed = [s.slot_local[11:16] for s in slots[:3] if s.status == "open"]
    assert swallowed == silent
    assert all("quiet hours" in s.reason for s in slots if s.slot_local[11:16] in silent)
    assert said(slots, "in the quiet hours") is bool(silent)
    last = [s for s in slots[:3] if s.status != "open"][-1]
    assert [s.reactive for s in slots[:3]] == [s is last for s in slots[:3]]


def test_more_posts_than_slots_are_asked_for_in_vain():
    slots = plan(briefs(40), posts_per_day=5)
    assert len(slots) == 21
    assert said(slots, "5 posts a day are asked for, but only 3 slots are named: name more slots")


CAPS = [
    ({"topic_per_day": 1}, lambda s, a: (s.slot_date, a.topic_family), 1),
    ({"topic_per_week": 4}, lambda _, a: a.topic_family, 4),
    ({"archetype_per_day": 1}, lambda s, a: (s.slot_date, a.hook_family, a.format, a.topic_family), 1),
    ({"archetype_per_week": 2}, lambda _, a: (a.hook_family, a.format, a.topic_family), 2),
]


@pytest.mark.parametrize(("wishes", "group", "most"), CAPS)
def test_a_cap_is_kept_although_the_better_ideas_are_beyond_it(wishes, group, most):
    alike = [brief(n, topic_family="energy", hook_family="story", format="how_to") for n in range(1, 16)]
    others = [brief(n) for n in range(16, 60)]
    slots = plan([*alike, *others], **wishes)
    assert all(s.brief_id for s in slots)
    assert max(counted(slots, [*alike, *others], group).values()) == most
    assert not said(slots, "above the cap")


@pytest.mark.parametrize(("wishes", "group", "most"), CAPS)
def test_without_other_ideas_a_slot_is_filled_beyond_a_cap_and_says_so(wishes, group, most):
    alike = briefs(30, topic_family="energy", hook_family="story", format="how_to")
    slots = plan(alike, **wishes)
    assert all(s.brief_id for s in slots)
    assert said(slots, f"above the cap of {most}")
    assert "per_day" not in str(wishes) or "post 2 that day about energy" in slots[1].reason


@pytest.mark.parametrize(("wishes", "group", "most"), CAPS)
def test_a_slot_stays_empty_at_a_cap_where_the_account_wants_that(wishes, group, most):
    alike = briefs(40, topic_family="energy", hook_family="story", format="how_to")
    wide = {"topic_per_day": 9, "topic_per_week": 50, "archetype_per_day": 9, "archetype_per_week": 50}
    slots = plan(alike, when_capped="leave_open", **(wide | wishes))
    assert max(counted(slots, alike, group).values()) == most
    left = [s for s in slots if not s.brief_id]
    assert left
    assert all(f"of which {most}" in s.reason and "is the cap" in s.reason for s in left)


def test_a_weeks_cap_counts_the_days_before():
    days = [DAY - timedelta(days=n) for n in (6, 3, 1)]
    posted = [
        Placed(START - timedelta(days=n), d, brief(80 + n, topic_family="energy")) for n, d in enumerate(days)
    ]
    others = ("focus", "habits", "tools", "money", "sleep", "trending")
    ideas = [
        *briefs(9, topic_family="energy"),
        *(brief(n, topic_family=others[n % 6]) for n in range(10, 60)),
    ]
    slots = plan(ideas, known=Known(posted=posted), topic_per_week=4, topic_per_day=3)
    found = counted(slots, ideas, lambda s, a: (a.topic_family, (s.slot_date - DAY).days))
    assert found["energy", 0] == 1  # with the three before: four in the seven days up to the day
    assert sum(n for (topic, _), n in found.items() if topic == "energy") <= 4


def test_by_default_no_topic_takes_over():
    ideas = [*briefs(20, topic_family="energy"), *(brief(n) for n in range(21, 60))]
    found = counted(plan(ideas), ideas, lambda s, a: (s.slot_date, a.topic_family))
    assert max(found.values()) == 2
    assert sum(n for (_, topic), n in found.items() if topic == "energy") == 7


def tries(slots, ideas) -> int:
    made = {b.brief_id: b for b in ideas}
    return sum(made[s.brief_id].choice != "exploit" for s in slots if s.brief_id)


@pytest.mark.parametrize(
    ("exploits", "others", "per_day", "found"),
    [(50, 10, 3, (3, 4)), (30, 30, 3, (3, 4)), (30, 5, 1, (1, 1)), (50, 10, 5, (4, 7))],
)
def test_a_tenth_to_a_fifth_of_the_week_tries_something_new(exploits, others, per_day, found):
    ideas = mixed(exploits, others)
    slots = plan(ideas, learned(), slots=FIVE[:per_day])
    assert all(s.brief_id for s in slots)
    assert found[0] <= tries(slots, ideas) <= found[1]
    assert not said(slots, "budget")


@pytest.mark.parametrize(
    ("exploits", "others", "note"),
    [
        (5, 30, "posts (76%) try something new, the budget is 10% to 20%: 5 of 35 ideas are exploits"),
        (40, 0, "0 of 21 posts (0%) try something new, the budget is 10% to 20%: 0 of 40 ideas are tries"),
    ],
)
def test_where_the_budget_cannot_be_kept_the_plan_says_why(exploits, others, note):
    slots = plan(mixed(exploits, others), learned())
    assert all(s.brief_id for s in slots)
    assert said(slots, note)


def test_before_anything_was_learned_there_is_no_budget():
    slots = plan(briefs(40))
    assert said(slots, "nothing was learned yet")
    assert not said(slots, "10%")


def test_exploring_is_not_put_off_from_day_to_day():
    ideas = mixed(40, 20)
    before = [
        Placed(s.slot_at - timedelta(days=6), s.slot_date - timedelta(days=6), idea)
        for s, idea in zip(plan(ideas, learned())[:18], ideas, strict=False)
    ]
    slots = plan(ideas, learned(), known=Known(posted=before))
    assert tries(slots[:3], ideas) == 3  # 18 exploits stand before, and a tenth of 21 is 2.1
    assert tries(slots, ideas) in (3, 4)


@pytest.mark.parametrize(("quota", "used"), [(25, 5), (5, 5), (3, 3), (1, 1)])
def test_the_platform_takes_so_many_posts_in_24_hours(quota, used):
    slots = plan(briefs(60), slots=FIVE, quota=quota)
    moments = [s.slot_at for s in slots if s.brief_id]
    assert max(sum(a <= b < a + timedelta(hours=24) for b in moments) for a in moments) == used
    left = [s for s in slots if not s.brief_id]
    assert bool(left) is (quota < 5)
    assert all(f"the platform takes {quota} posts in 24 hours" in s.reason for s in left)


def test_wishes_are_given_up_in_order_when_no_plan_is_found_in_time(monkeypatch):
    solve, calls = model._Program.solve, []

    def late(program):
        calls.append(program)
        found = solve(program)
        if len(calls) < 3:
            found.x = None
        return found

    monkeypatch.setattr(model._Program, "solve", late)
    slots = plan(mixed(20, 20), learned())
    assert all(s.brief_id for s in slots)
    assert [note for note in slots[0].notes if "no plan was found in time" in note] == [
        "no plan was found in time with the exploration budget: planned without",
        "no plan was found in time with the caps: planned without",
    ]


def with_wishes(planning: str) -> str:
    return re.sub(r"\nplanning:.*", "", (DATA / "demo.yaml").read_text()) + f"planning: {planning}\n"


@pytest.mark.parametrize(
    ("planning", "message"),
    [
        ("{quiet_hours: [22:00, 07:00]}", 'put the times in quotes, such as ["22:00", "07:00"]'),
        ('{quiet_hours: ["22:00", "22:00"]}', "begin and end at the same time"),
        ("{min_gap: 60}", "unknown key 'planning.min_gap'"),
        ("{topic_per_day: 0}", "planning.topic_per_day"),
        ("{when_capped: maybe}", "planning.when_capped"),
    ],
)
def test_a_wrong_wish_is_one_clear_line(tmp_path, planning, message):
    (tmp_path / "demo.yaml").write_text(with_wishes(planning))
    with pytest.raises(ConfigError, match=re.escape(message)):
        load_accounts(tmp_path)


def test_wishes_are_read_from_the_accounts_file(tmp_path):
    wishes = '{quiet_hours: ["22:00", "07:00"], min_gap_minutes: 90, when_capped: leave_open}'
    (tmp_path / "demo.yaml").write_text(with_wishes(wishes))
    read = load_accounts(tmp_path)["demo"].planning
    assert read == Planning(quiet_hours=(time(22), time(7)), min_gap_minutes=90, when_capped="leave_open")

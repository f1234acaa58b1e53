"""Planning a day again: breakouts take the reactive slot, what has passed stays, and nothing changes without a cause."""

from datetime import timedelta

import pytest

from content_pipeline.briefs.calendar.planning import plan_calendar
from content_pipeline.briefs.calendar.problem import Known
from content_pipeline.briefs.calendar.week import existing, placed_before, unanswered_breakout
from content_pipeline.briefs.records import Brief, CalendarSlot
from content_pipeline.storage.lake import Lake
from content_pipeline.trends.records import Breakout
from content_pipeline_tests.briefs.calendar.rows import breakout, brief, briefs
from content_pipeline_tests.examples import DAY, STAMP, START, demo, strategy

NOON = START + timedelta(hours=17)  # in New York: the slot at 9:00 has passed
NEWS = START + timedelta(hours=20)


def plan(ideas, breaking=(), **known):
    account = demo().model_copy(update={"breakouts_per_day": known.pop("per_day", 1)})
    told = Known(breakouts=list(breaking), **known)
    return plan_calendar(account, DAY, ideas, strategy(), STAMP, told)


def test_the_last_slot_of_every_day_gives_way_to_a_breakout():
    slots = plan(briefs(30))
    assert [s.slot_local[11:16] for s in slots if s.reactive] == ["19:30"] * 7
    assert all(s.reason.endswith("it gives way to a breakout") for s in slots if s.reactive)


def test_an_account_that_takes_no_breakouts_has_no_reactive_slot():
    slots = plan(briefs(30), per_day=0)
    assert not any(s.reactive or "breakout" in s.reason for s in slots)


def test_a_breakout_takes_the_days_reactive_slot_although_other_ideas_promise_more():
    slots = plan(briefs(30), [breakout(28)])
    assert slots[2].brief_id == "brief_028"
    assert "takes the reactive slot, because 'Trend 28' broke out today" in slots[2].reason
    assert "gives way to a breakout" in slots[5].reason


@pytest.mark.parametrize(
    ("ideas", "why"),
    [
        (briefs(30), "no idea of the day is about it"),
        (
            [*briefs(30), brief(40, available_at=START + timedelta(hours=24, minutes=10))],
            "it came too late for",
        ),
    ],
)
def test_a_breakout_without_a_slot_is_explained(ideas, why):
    slots = plan(ideas, [breakout(40)])
    assert any(f"'Trend 40' broke out and has no slot today: {why}" in note for note in slots[0].notes)


def test_planning_again_at_the_same_hour_changes_nothing():
    ideas = briefs(30)
    first = plan(ideas, now=START + timedelta(hours=10))
    assert plan(ideas, now=START + timedelta(hours=10), standing=first) == first


def test_what_stands_gives_way_only_to_what_is_clearly_better():
    first = plan(briefs(30))
    better = brief(31, sampled_reward=0.9)  # the best that stands has 0.48
    assert plan([*briefs(30), better], standing=first)[0].brief_id == first[0].brief_id
    superb = brief(31, sampled_reward=2.9)
    assert "brief_031" in {s.brief_id for s in plan([*briefs(30), superb], standing=first)[:3]}


def test_a_slot_whose_time_has_come_stays_and_its_trend_is_not_told_twice():
    first = plan(briefs(30))
    seen_again = [b.model_copy(update={"available_at": NEWS}) for b in briefs(30)]
    twin = brief(50, trend_id="trend_1", sampled_reward=5.0, available_at=NEWS)
    again = plan([*seen_again, twin], [breakout(25)], standing=first, now=NOON)
    assert (again[0].brief_id, again[0].reserves) == (first[0].brief_id, first[0].reserves)
    assert "its time has come" in again[0].reason
    assert again[1].status == "open"  # 13:00 there is before the news
    assert again[2].brief_id == "brief_025"
    used = [name for s in again for name in (s.brief_id, *s.reserves) if name]
    assert len(used) == len(set(used))


def test_a_slot_that_has_passed_is_planned_when_its_idea_is_gone_or_it_never_was():
    first = plan(briefs(30))
    others = [b for b in briefs(30) if b.brief_id != first[0].brief_id]
    assert plan(others, standing=first, now=NOON)[0].status == "committed"
    assert plan(briefs(30), now=NOON)[0].status == "committed"


def test_the_days_before_come_from_this_run_or_from_the_lake(tmp_path):
    lake = Lake(str(tmp_path))
    written, made = DAY - timedelta(days=2), DAY - timedelta(days=1)
    seen = START - timedelta(days=3)
    ideas = {day: [brief(n, day, available_at=seen) for n in range(1, 10)] for day in (written, made)}
    rows = {day: plan_calendar(demo(), day, ideas[day], strategy(), STAMP) for day in ideas}
    for asset, record, found in (("calendar", CalendarSlot, rows), ("briefs", Brief, ideas)):
        lake.write(asset, {"account": "demo", "day": str(written)}, record, found[written])
    placed = placed_before(lake, "demo", DAY, rows[made], ideas[made])
    assert [p.date for p in placed] == [written] * 3 + [made] * 3
    assert {p.brief.day for p in placed} == {written, made}
    assert placed_before(lake, "other", DAY, rows[made], ideas[made]) == []


def test_rows_of_another_version_are_as_good_as_none(tmp_path):
    lake = Lake(str(tmp_path))
    lake.write("calendar", {"account": "demo", "day": str(DAY)}, Breakout, [breakout(1)])
    assert existing(lake, "calendar", CalendarSlot, "demo", DAY) == []


@pytest.mark.parametrize(
    ("raised", "before_slot_h", "found"),
    [
        ([], 3, None),
        ([28], 3, "breakout_28"),
        ([28], -1, None),  # the reactive slot is too near
        ([1], 3, None),  # it has a slot already
        ([28, 29], 3, "breakout_29"),
    ],
)
def test_a_breakout_that_no_slot_tells_is_found_while_there_is_time(tmp_path, raised, before_slot_h, found):
    lake, dims, ideas = Lake(str(tmp_path)), {"account": "demo", "day": str(DAY)}, briefs(30)
    slots = plan(ideas)
    lake.write("calendar", dims, CalendarSlot, slots)
    lake.write("briefs", dims, Brief, ideas)
    lake.write("breakouts", dims, Breakout, [breakout(n) for n in raised])
    late = slots[2].slot_at - timedelta(hours=before_slot_h)
    one = unanswered_breakout(lake, "demo", DAY, late)
    assert (one.breakout_id if one else None) == found


def test_once_a_breakout_has_the_reactive_slot_no_other_takes_it(tmp_path):
    lake, dims, ideas = Lake(str(tmp_path)), {"account": "demo", "day": str(DAY)}, briefs(30)
    lake.write("calendar", dims, CalendarSlot, plan(ideas, [breakout(28)]))
    lake.write("briefs", dims, Brief, ideas)
    lake.write("breakouts", dims, Breakout, [breakout(28), breakout(29)])
    assert unanswered_breakout(lake, "demo", DAY, START) is None

"""The calendar: seven days of wall-clock slots, nothing before its evidence, a trend once a day, the best ideas first."""

import random
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content_pipeline.accounts import Planning
from content_pipeline.briefs.calendar.planning import plan_calendar
from content_pipeline.briefs.calendar.problem import LEAD
from content_pipeline.briefs.calendar.slots import slot_label, slots_of
from content_pipeline.briefs.records import FactorWeight
from content_pipeline_tests.briefs.calendar.rows import FORMATS, HOOKS, TOPICS, brief, briefs, learned
from content_pipeline_tests.examples import DAY, STAMP, START, demo, strategy


def plan(ideas, asked=None, **changes):
    return plan_calendar(demo().model_copy(update=changes), DAY, ideas, asked or strategy(), STAMP)


def test_seven_days_of_slots_with_an_objective_each():
    slots = plan(briefs(27))
    assert len(slots) == 21
    assert [s.slot_at for s in slots] == sorted(s.slot_at for s in slots)
    assert [s.slot_local[11:16] for s in slots[:3]] == ["09:00", "13:00", "19:30"]
    assert {s.kpi_objective for s in slots} == {"reach", "saves"}
    assert [s.status for s in slots] == ["committed"] * 3 + ["tentative"] * 18
    assert len({s.slot_id for s in slots}) == 21


def test_an_idea_fills_one_slot_and_a_trend_one_a_day():
    ideas = [brief(n, trend_id=f"trend_{n % 7}") for n in range(1, 40)]
    slots, made = plan(ideas), {b.brief_id: b for b in ideas}
    used = [s.brief_id for s in slots if s.brief_id]
    assert len(used) == len(set(used)) == 21
    days = [(s.slot_date, made[s.brief_id].trend_id) for s in slots]
    assert len(days) == len(set(days))


def test_reserves_are_other_ideas_about_other_trends_and_dealt_once():
    ideas = [brief(n, trend_id=f"trend_{n % 12}") for n in range(1, 40)]
    slots, made = plan(ideas), {b.brief_id: b for b in ideas}
    dealt = [name for s in slots for name in s.reserves]
    assert [len(s.reserves) for s in slots] == [2] * 3 + [0] * 18
    assert len(set(dealt)) == 6
    assert not set(dealt) & {s.brief_id for s in slots}
    trends = [made[name].trend_id for name in [*dealt, *(s.brief_id for s in slots[:3])]]
    assert len(trends) == len(set(trends))


def test_the_day_itself_gets_the_best_ideas_and_its_reserves_the_next_best():
    slots = plan(briefs(40))
    assert {s.brief_id for s in slots[:3]} == {"brief_001", "brief_002", "brief_003"}
    reserves = {name for s in slots for name in s.reserves}
    assert reserves == {f"brief_{n:03}" for n in range(4, 10)}


def test_with_few_ideas_the_day_comes_first_then_its_reserves():
    slots = plan(briefs(8))
    assert [s.status for s in slots] == ["committed"] * 3 + ["open"] * 18
    assert sum(len(s.reserves) for s in slots) == 5
    assert "no idea is left: 3 of 8 have a slot and 5 are reserves" in slots[3].reason
    assert any("18 of 21 slots are open, 0 of them on the day itself" in note for note in slots[0].notes)


def test_nothing_is_planned_before_it_can_be_known():
    slots = plan(briefs(9, available_at=START + timedelta(hours=20)))
    assert [s.status for s in slots[:3]] == ["open", "open", "committed"]
    assert "half an hour before" in slots[0].reason
    assert [len(s.reserves) for s in slots[:3]] == [0, 0, 2]


def test_without_ideas_every_slot_is_open_and_says_so():
    slots = plan([])
    assert {s.status for s in slots} == {"open"}
    assert {s.reason for s in slots} == {"no idea is left: 0 of 0 have a slot"}


def test_the_slots_effect_counts():
    night = strategy(weights=[FactorWeight(factor="slot_label", level="evening", mean=3, sd=0.1, posts=20)])
    slots = plan(briefs(27), night)
    best = max((s for s in slots[:3]), key=lambda s: s.predicted_reward)
    assert best.slot_label == "evening"
    assert best.predicted_reward > slots[0].predicted_reward + 2


def test_the_order_in_which_ideas_come_decides_nothing():
    ideas = [brief(n, sampled_reward=0.1, predicted_reward=0.1) for n in range(1, 28)]
    shuffled = random.Random(3).sample(ideas, len(ideas))
    assert plan(ideas) == plan(shuffled) == plan(ideas)


def test_objectives_share_the_filled_slots_by_their_weights():
    asked = strategy(kpi_weights={"reach": 0.5, "saves": 0.25, "shares": 0.25})
    slots = plan(briefs(14), asked)  # 8 slots are filled, 6 ideas are reserves
    assert Counter(s.kpi_objective for s in slots if s.brief_id) == {"reach": 4, "saves": 2, "shares": 2}


def test_five_posts_a_day_are_filled_when_there_are_ideas():
    slots = plan(briefs(60), posts_per_day=5, slots=[time(h) for h in (7, 10, 13, 17, 20)])
    assert len(slots) == 35
    assert {s.status for s in slots} == {"committed", "tentative"}


IDEAS = st.lists(
    st.builds(
        dict,
        trend=st.integers(0, 12),
        topic_family=st.sampled_from(TOPICS),
        hook_family=st.sampled_from(HOOKS),
        format=st.sampled_from(FORMATS),
        worth=st.floats(-2, 2),
        hour=st.integers(0, 40),
        choice=st.sampled_from(["exploit", "mutation", "explore"]),
    ),
    max_size=25,
)
PLANNING = st.builds(
    Planning,
    min_gap_minutes=st.sampled_from([0, 60, 200, 600, 1440]),
    quiet_hours=st.sampled_from([None, (time(22), time(7)), (time(12), time(14))]),
    topic_per_day=st.sampled_from([None, 1]),
    topic_per_week=st.sampled_from([None, 2]),
    archetype_per_week=st.sampled_from([None, 1]),
    when_capped=st.sampled_from(["fill", "leave_open"]),
)


@settings(max_examples=40, deadline=None)
@given(IDEAS, PLANNING, st.sets(st.integers(0, 23), min_size=1, max_size=5), st.booleans())
def test_whatever_is_wished_the_rules_hold_and_every_open_slot_has_a_reason(drawn, planning, hours, knows):
    ideas = [
        brief(
            n,
            trend_id=f"trend_{one.pop('trend')}",
            sampled_reward=one.pop("worth"),
            available_at=START + timedelta(hours=one.pop("hour")),
            **one,
        )
        for n, one in enumerate((dict(given) for given in drawn), start=1)
    ]
    account = demo().model_copy(
        update={"planning": planning, "slots": sorted(map(time, hours)), "posts_per_day": 4}
    )
    slots = plan_calendar(account, DAY, ideas, learned() if knows else strategy(), STAMP)
    made = {b.brief_id: b for b in ideas}
    filled = [(s, made[s.brief_id]) for s in slots if s.brief_id]
    dealt = [s.brief_id for s, _ in filled] + [name for s in slots for name in s.reserves]
    assert len(dealt) == len(set(dealt))
    assert all(s.slot_at >= b.available_at + LEAD for s, b in filled)
    assert all(s.slot_at >= made[name].available_at + LEAD for s in slots for name in s.reserves)
    assert len({(s.slot_date, b.trend_id) for s, b in filled}) == len(filled)
    moments = [s.slot_at for s, _ in filled]
    gap = timedelta(minutes=planning.min_gap_minutes)
    assert all(later - earlier >= gap for earlier, later in pairwise(moments))
    assert all(s.reason and s.status == "open" for s in slots if s.brief_id is None)
    if planning.when_capped == "leave_open" and planning.topic_per_day:
        topics = [(s.slot_date, b.archetype.topic_family) for s, b in filled]
        assert len(topics) == len(set(topics))


@pytest.mark.parametrize(
    ("zone", "day", "slot", "local"),
    [
        ("America/New_York", date(2026, 3, 8), time(2, 30), "03:30"),
        ("America/New_York", date(2026, 11, 1), time(1, 30), "01:30-04:00"),
        ("America/New_York", date(2026, 3, 8), time(9), "09:00-04:00"),
        ("America/New_York", date(2026, 3, 7), time(9), "09:00-05:00"),
        ("Europe/London", date(2026, 3, 29), time(1, 30), "02:30"),
        ("Europe/London", date(2026, 10, 25), time(1, 30), "01:30+01:00"),
    ],
)
def test_slots_survive_daylight_saving(zone, day, slot, local):
    account = demo().model_copy(update={"timezone": zone, "slots": [slot], "posts_per_day": 1})
    [moment] = slots_of(account, day)
    shown = moment.astimezone(ZoneInfo(zone))
    assert shown.isoformat()[11:16] + (shown.isoformat()[19:] if len(local) > 5 else "") == local
    assert isinstance(moment, datetime)


def test_two_slots_that_fall_on_one_moment_when_clocks_change_are_one():
    account = demo().model_copy(update={"slots": [time(2, 30), time(3), time(3, 30)], "planning": Planning()})
    slots = plan_calendar(account, date(2026, 3, 8), [], strategy(), STAMP)
    assert [s.slot_local[11:16] for s in slots[:2]] == ["03:00", "03:30"]
    assert len(slots) == 20
    assert (
        "on 2026-03-08 clocks change, and two slots fall on the same moment: they are one" in slots[0].notes
    )


@pytest.mark.parametrize(("hour", "label"), [(11, "morning"), (12, "afternoon"), (17, "evening")])
def test_a_label_is_the_part_of_the_accounts_day(hour, label):
    moment = datetime(2026, 1, 5, hour, tzinfo=ZoneInfo("Asia/Kolkata")).astimezone(UTC)
    assert slot_label(moment, ZoneInfo("Asia/Kolkata")) == label

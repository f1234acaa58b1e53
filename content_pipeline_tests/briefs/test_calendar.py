"""The calendar: seven days of wall-clock slots, nothing before its evidence, a trend once a day, reasons for open slots."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from content_pipeline.briefs.calendar import plan_calendar, slots_of
from content_pipeline.briefs.ideas import make_briefs
from content_pipeline.briefs.records import FactorWeight
from content_pipeline_tests.examples import DAY, STAMP, START, demo, strategy, trend, trends


def plan(given=None, **changes):
    account = demo().model_copy(update=changes)
    made = make_briefs(account, DAY, trends() if given is None else given, strategy(), [], STAMP)
    return plan_calendar(account, DAY, made, strategy(), STAMP), {b.brief_id: b for b in made}


def test_seven_days_of_slots_with_an_objective_each():
    slots, _ = plan()
    assert len(slots) == 21
    assert [s.slot_at for s in slots] == sorted(s.slot_at for s in slots)
    assert [s.slot_local[11:16] for s in slots[:3]] == ["09:00", "13:00", "19:30"]
    assert {s.kpi_objective for s in slots} == {"reach", "saves"}
    assert [s.status for s in slots[:3]] == ["committed"] * 3
    assert {s.status for s in slots[3:]} <= {"tentative", "open"}
    assert len({s.slot_id for s in slots}) == 21


def test_an_idea_fills_one_slot_and_a_trend_one_a_day():
    slots, made = plan()
    used = [s.brief_id for s in slots if s.brief_id]
    assert len(used) == len(set(used))
    days = [(s.slot_date, made[s.brief_id].trend_id) for s in slots if s.brief_id]
    assert len(days) == len(set(days))


def test_reserves_are_other_ideas_and_dealt_once():
    slots, _ = plan()
    dealt = [name for s in slots for name in s.reserves]
    assert len(dealt) == 6
    assert len(dealt) == len(set(dealt))
    assert not set(dealt) & {s.brief_id for s in slots}


def test_nothing_is_planned_before_it_can_be_known():
    afternoon = [
        trend(f"Seen at three number {n}", n, available_at=START + timedelta(hours=20)) for n in range(9)
    ]
    slots, made = plan(afternoon)
    assert [s.status for s in slots[:3]] == ["open", "open", "committed"]
    assert "half an hour before" in slots[0].reason
    assert all(
        s.slot_at >= made[name].available_at for s in slots[:3] for name in [s.brief_id, *s.reserves] if name
    )


def test_without_ideas_every_slot_is_open():
    slots, _ = plan([])
    assert {s.status for s in slots} == {"open"}


def test_the_slots_effect_counts():
    night = strategy(weights=[FactorWeight(factor="slot_label", level="evening", mean=3, sd=0.1, posts=20)])
    account = demo()
    made = make_briefs(account, DAY, trends(), night, [], STAMP)
    rewards = {s.slot_label: s.predicted_reward for s in plan_calendar(account, DAY, made, night, STAMP)[:3]}
    assert rewards["evening"] > rewards["morning"] + 2


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

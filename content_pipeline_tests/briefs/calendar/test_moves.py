"""Posts that people moved: nothing else is planned where they stand, they count there, and their own slots stay as they were."""

from datetime import UTC, date, timedelta

import pytest

from content_pipeline.briefs.calendar.moves import MovedPost, moved_posts
from content_pipeline.briefs.calendar.planning import plan_calendar
from content_pipeline.briefs.calendar.problem import Known, Placed
from content_pipeline.briefs.calendar.slots import named_slots, week_slots
from content_pipeline.briefs.calendar.week import placed_before
from content_pipeline.briefs.records import Brief, CalendarSlot
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.tables import SlotMoveRow
from content_pipeline_tests.briefs.calendar.rows import brief, briefs
from content_pipeline_tests.databases import publication
from content_pipeline_tests.examples import DAY, STAMP, START, demo, strategy

ACCOUNT = demo()
SLOTS = week_slots(ACCOUNT, DAY)
MORNING = START + timedelta(hours=10)
YESTERDAY = DAY - timedelta(days=1)


def moved(to, day=YESTERDAY, slot_id="slot_y"):
    local = to.astimezone(ACCOUNT.zone).date()
    return MovedPost(day=day, slot_id=slot_id, moment=to, date=local, by="Ada", at=MORNING)


def plan(ideas, account=ACCOUNT, **known):
    return plan_calendar(account, DAY, ideas, strategy(), STAMP, Known(now=MORNING, **known))


@pytest.mark.parametrize("place", [1, 4], ids=["today", "tomorrow"])
def test_a_slot_that_a_post_was_moved_to_is_open_and_says_who_moved_it(place):
    guest = moved(SLOTS[place].moment)
    rows = plan(briefs(30), moved=[guest], posted=[Placed(guest.moment, guest.date, brief(77))])
    assert (rows[place].status, rows[place].brief_id) == ("open", None)
    assert rows[place].reason == "taken by a post moved here by Ada"
    assert all(row.brief_id for n, row in enumerate(rows) if n != place)
    assert not any("slots are open" in note for note in rows[0].notes)


def test_the_gap_and_the_caps_count_a_post_where_it_was_moved_to():
    near = SLOTS[1].moment + timedelta(minutes=30)
    account = ACCOUNT.model_copy(
        update={
            "planning": ACCOUNT.planning.model_copy(update={"topic_per_day": 1, "when_capped": "leave_open"})
        }
    )
    guest = Placed(near, DAY, brief(77, topic_family="focus"))
    rows = plan(briefs(30), account, moved=[moved(near)], posted=[guest])
    assert rows[1].status == "open"
    assert rows[1].reason.startswith("it is less than 2 h from the post at 13:30")
    topics = {b.brief_id: b.archetype.topic_family for b in briefs(30)}
    assert "focus" not in {topics[row.brief_id] for row in rows[:3] if row.brief_id}


def test_a_trend_that_was_moved_to_a_day_is_not_told_again_on_it():
    guest = moved(SLOTS[1].moment)
    rows = plan(
        briefs(30), moved=[guest], posted=[Placed(guest.moment, guest.date, brief(77, trend_id="trend_1"))]
    )
    assert "brief_001" not in {name for row in rows[:3] for name in (row.brief_id, *row.reserves)}


def test_the_own_slot_of_a_moved_post_stays_with_it_when_the_day_is_planned_again():
    first = plan(briefs(30))
    away = moved(SLOTS[2].moment + timedelta(days=3, hours=1), DAY, first[2].slot_id)
    better = [brief(n, sampled_reward=9.0) for n in (41, 42, 43)]
    again = plan([*briefs(30), *better], standing=first, moved=[away])
    assert (again[2].slot_id, again[2].brief_id, again[2].slot_at) == (
        first[2].slot_id,
        first[2].brief_id,
        first[2].slot_at,
    )
    assert again[2].status == "committed"
    assert again[2].reason.endswith("; Ada moved the post to 2026-01-08 20:30")
    assert again[0].brief_id != first[0].brief_id  # what was not moved gives way as always


def test_earlier_days_posts_stand_where_they_were_moved_to(tmp_path):
    lake = Lake(str(tmp_path))
    old = DAY - timedelta(days=9)
    plans = {}
    for day in (old, YESTERDAY):
        ideas = [brief(n, day, available_at=START - timedelta(days=12)) for n in range(1, 10)]
        plans[day] = plan_calendar(ACCOUNT, day, ideas, strategy(), STAMP)
        lake.write("calendar", {"account": "demo", "day": str(day)}, CalendarSlot, plans[day])
        lake.write("briefs", {"account": "demo", "day": str(day)}, Brief, ideas)
    went = [moved(SLOTS[4].moment, day, plans[day][0].slot_id) for day in plans]
    placed = placed_before(lake, "demo", DAY, [], [], went)
    assert [(p.moment, p.brief.day) for p in placed[-2:]] == [
        (SLOTS[4].moment, old),
        (SLOTS[4].moment, YESTERDAY),
    ]
    assert {p.date for p in placed[-2:]} == {SLOTS[4].date}
    assert [p.moment for p in placed[:-2]] == [row.slot_at for row in plans[YESTERDAY][1:3]]


@pytest.mark.parametrize(
    ("state", "targets", "found"),
    [
        ("planned", [4], [4]),
        ("published", [4], [4]),
        ("missed", [4], []),
        ("failed", [4], []),
        ("planned", [4, 7], [7]),
        ("planned", [4, 0], []),  # and back again
    ],
)
def test_a_move_counts_while_its_post_stands_there(tmp_path, state, targets, found):
    own = SLOTS[0]
    with OperationsDatabase(f"sqlite:///{tmp_path}/operations.db") as operations:
        with operations.transaction() as session:
            session.add(publication(1, DAY, state, slot_id=own.slot_id, slot_at=SLOTS[targets[-1]].moment))
            for target in targets:
                move = {"account": "demo", "day": DAY, "slot_id": own.slot_id, "from_at": own.moment}
                session.add(
                    SlotMoveRow(**move, to_at=SLOTS[target].moment, to_label="morning", by="Ada", at=MORNING)
                )
                session.flush()
        posts = moved_posts(operations, ACCOUNT, START)
        assert [(p.moment, p.date, p.by) for p in posts] == [
            (SLOTS[n].moment, SLOTS[n].date, "Ada") for n in found
        ]
        assert moved_posts(operations, ACCOUNT, START + timedelta(days=30)) == []


def test_all_named_times_of_a_day_are_known_beyond_those_that_are_planned():
    account = ACCOUNT.model_copy(update={"posts_per_day": 1})
    named = [m.astimezone(account.zone) for m in named_slots(account, date(2026, 3, 8))]
    assert [f"{m:%H:%M}" for m in named] == [f"{t:%H:%M}" for t in account.slots]
    assert all(m.tzinfo is UTC for m in named_slots(account, DAY))

from datetime import date, timedelta

import pytest
from starlette.applications import Starlette

from content_pipeline.briefs.records import Brief, CalendarSlot
from content_pipeline.desk.web import Desk
from content_pipeline.desk.week import read_week_view
from content_pipeline.posts.changes import PostChanges
from content_pipeline_tests.briefs.calendar.rows import brief
from content_pipeline_tests.desk.stage import DIMS, pilot, script, stage
from content_pipeline_tests.examples import DAY, STAMP, START


@pytest.fixture
def desk(app: Starlette) -> Desk:
    return pilot(app)


def looks(desk: Desk, first: date) -> list[tuple[str, str, str]]:
    """Return day of the month with time, look and title of each card of a week."""
    view = read_week_view(desk, desk.accounts["demo"], first)
    return [(f"{day.date.day} {card.time}", card.look, card.title) for day in view.days for card in day.cards]


def slot(day: date, slot_date: date, hour: int, idea: Brief | None, **changes: object) -> CalendarSlot:
    at = START + (slot_date - DAY) + timedelta(hours=hour)
    values: dict[str, object] = {
        "slot_id": f"slot_{slot_date}_{hour}",
        "account": "demo",
        "day": day,
        "slot_date": slot_date,
        "slot_at": at,
        "slot_local": at.isoformat(),
        "slot_label": "morning",
        "kpi_objective": "reach",
        "status": "tentative" if idea else "open",
        "brief_id": idea.brief_id if idea else None,
        "reserves": [],
        "predicted_reward": None,
        "reason": f"explore: {idea.title}" if idea else "no idea fits",
        **STAMP.fields(),
    }
    return CalendarSlot(**(values | changes))


def test_posts_ideas_and_open_slots_stand_side_by_side(desk: Desk) -> None:
    stage(desk, [script(1)])
    idea = brief(7)
    old = desk.lake.read("briefs", Brief, DIMS)
    desk.lake.write("briefs", DIMS, Brief, [*old, idea])
    slots = desk.lake.read("calendar", CalendarSlot, DIMS)
    coming = [
        slot(DAY, DAY + timedelta(days=2), 14, idea, reactive=True),
        slot(DAY, DAY + timedelta(days=2), 18, None, notes=["a note"]),
    ]
    desk.lake.write("calendar", DIMS, CalendarSlot, [*slots, *coming])

    assert looks(desk, DAY) == [
        ("5 09:00", "awaiting_approval", old[0].title),
        ("7 09:00", "idea", "Idea 7"),
        ("7 13:00", "open", "No post"),
    ]
    view = read_week_view(desk, desk.accounts["demo"], DAY)
    whys = [card.why for day in view.days for card in day.cards]
    assert whys == ["", "Gives way if something suddenly takes off", "No idea fits"]


def test_the_newest_plan_tells_of_coming_days_and_each_past_day_of_itself(desk: Desk) -> None:
    for n in (-9, -8):
        day = DAY + timedelta(days=n)
        idea = brief(10 + n, day)
        dims = DIMS | {"day": str(day)}
        desk.lake.write("briefs", dims, Brief, [idea])
        rows = [slot(day, day + timedelta(days=ahead), 14, idea) for ahead in range(7)]
        desk.lake.write("calendar", dims, CalendarSlot, rows)
    # What was only planned for days that are over, and for which no plan was made, is not shown as if it might come.
    assert looks(desk, DAY - timedelta(days=9)) == [
        ("27 09:00", "idea", "Idea 1"),
        ("28 09:00", "idea", "Idea 2"),
    ]
    assert looks(desk, DAY) == []


def test_a_moved_post_is_where_it_is_now_and_says_so_where_it_was(desk: Desk) -> None:
    stage(desk, [script(1)])
    account, now = desk.accounts["demo"], script(1)
    changes = PostChanges(desk.operations, desk.lake)
    free = [slot.moment.astimezone(account.zone) for slot in changes.free_slots(account, START, now.slot_id)]
    to = next(moment for moment in free if moment.date() > DAY)
    changes.move(account, DAY, now.slot_id, now.slot_at, to, "eva", START)

    found = looks(desk, DAY)

    assert [look for _, look, _ in found] == ["away", "awaiting_approval"]
    assert found[0][2].startswith("To ")
    # It is shown in the week to which it moved, too, from wherever that begins.
    assert [look for _, look, _ in looks(desk, to.date())] == ["awaiting_approval"]


def test_weeks_without_a_plan_are_empty(desk: Desk) -> None:
    view = read_week_view(desk, desk.accounts["demo"], DAY)
    assert view.empty
    assert len(view.days) == 7

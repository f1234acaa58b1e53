"""Changing a post that waits: at once in the ledger, told in its trail, refused when it is too late."""

import threading
from datetime import time, timedelta

import pytest
from sqlalchemy import select

from content_pipeline.briefs.calendar.slots import week_slots
from content_pipeline.briefs.records import CalendarSlot
from content_pipeline.errors import UserError
from content_pipeline.posts.changes import PostChanges
from content_pipeline.posts.free_slots import free_slots
from content_pipeline.posts.ledger import Ledger
from content_pipeline.review.changes import Changes
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.records import stable_id
from content_pipeline.storage.tables import PublicationRow
from content_pipeline_tests.databases import database_url
from content_pipeline_tests.examples import STAMP
from content_pipeline_tests.posts.rows import DAY, SLOT, account, at, intent
from content_pipeline_tests.renders.rows import script as reel

HOUR, NEXT = timedelta(hours=1), timedelta(days=1)
ACCOUNT = account(posts_per_day=2, slots=[time(9), time(12), time(15)], planning={"min_gap_minutes": 60})
NOW = at(-30).created_at
SLOT_IDS = [stable_id("slot", "demo", SLOT + 3 * n * HOUR) for n in range(3)]
SCRIPT = reel(account="demo", day=DAY, slot_id=SLOT_IDS[0], slot_at=SLOT).with_caption(
    "Written by the engine.", ["#focus"]
)


@pytest.fixture
def database(tmp_path):
    with OperationsDatabase(f"sqlite:///{tmp_path}/operations.db") as database:
        yield database


@pytest.fixture
def lake(tmp_path) -> Lake:
    return Lake(str(tmp_path / "lake"))


@pytest.fixture
def ledger(database: OperationsDatabase) -> Ledger:
    """Give a ledger with two posts of the day, at 9 and at 12 in New York."""
    ledger = Ledger(database)
    plan(ledger)
    return ledger


@pytest.fixture
def changes(database: OperationsDatabase, lake: Lake) -> PostChanges:
    return PostChanges(database, lake)


def planned(n, content, **more):
    return intent(
        n,
        slot_id=SLOT_IDS[n],
        slot_at=SLOT + 3 * n * HOUR,
        script_id=f"script_{n + 1}",
        content_hash=content,
        **more,
    )


def plan(ledger, content=SCRIPT.content_hash, minutes=-60.0, slot_at=SLOT, **more):
    intents = [planned(0, content).model_copy(update={"slot_at": slot_at, **more}), planned(1, "another")]
    return ledger.plan("demo", DAY, intents, at(minutes))


def last(ledger, n=0):
    post = next(p for p in ledger.publications("demo") if p.slot_id == SLOT_IDS[n])
    return post, ledger.events(post.post_id)[-1]


def test_an_edited_post_waits_at_once_and_leaves_only_after_its_review(database, ledger, changes):
    new = changes.edit_caption(SCRIPT, "Written by Ada.", ["#focus"], "Ada", NOW)
    post, event = last(ledger)
    assert (post.state, post.content_hash) == ("awaiting_approval", SCRIPT.content_hash)
    assert post.reason == "Ada edited its caption: it waits until the new one is reviewed"
    assert (event.event, event.at) == ("caption_edited", NOW)
    assert event.detail.items() >= {"by": "Ada", "was": SCRIPT.content_hash, "is": new.content_hash}.items()
    assert ledger.claim("demo", at(5)) is None
    assert Changes(database).apply([SCRIPT]) == [new]

    plan(ledger, new.content_hash, minutes=6)
    post, _ = last(ledger)
    assert (post.state, post.content_hash, post.reason) == ("planned", new.content_hash, None)


def test_a_caption_can_be_edited_again_and_put_back(database, ledger, changes):
    new = changes.edit_caption(SCRIPT, "Written by Ada.", ["#focus"], "Ada", NOW)
    newer = changes.edit_caption(new, "Written by Bo.", ["#focus"], "Bo", NOW)
    assert changes.edit_caption(newer, SCRIPT.caption_long, SCRIPT.hashtags, "Ada", NOW) == SCRIPT
    assert Changes(database).apply([SCRIPT]) == [SCRIPT]
    told = [(e.by, e.was_hash, e.content_hash) for e in Changes(database).edits("demo", DAY)]
    assert told == [
        ("Ada", SCRIPT.content_hash, new.content_hash),
        ("Bo", new.content_hash, newer.content_hash),
        ("Ada", newer.content_hash, SCRIPT.content_hash),
    ]


def test_a_post_whose_caption_was_put_back_does_not_say_that_it_waits_for_a_review(ledger, changes):
    new = changes.edit_caption(SCRIPT, "Written by Ada.", ["#focus"], "Ada", NOW)
    changes.edit_caption(new, SCRIPT.caption_long, SCRIPT.hashtags, "Ada", NOW)
    assert plan(ledger, minutes=1, state="awaiting_approval") == {"held": 1, "unchanged": 1}
    assert (last(ledger)[0].state, last(ledger)[0].reason) == ("awaiting_approval", None)
    assert plan(ledger, minutes=2, state="awaiting_approval") == {"unchanged": 2}


def test_who_edits_what_somebody_else_has_changed_meanwhile_is_told(database, ledger, changes):
    changes.edit_caption(SCRIPT, "Written by Ada.", ["#focus"], "Ada", NOW)
    with pytest.raises(UserError, match="Ada changed this caption meanwhile"):
        changes.edit_caption(SCRIPT, "Written by Bo.", ["#focus"], "Bo", NOW)
    assert len(Changes(database).edits("demo", DAY)) == 1


def test_a_blocked_scripts_caption_can_be_edited_although_there_is_no_post(database, lake):
    changes = PostChanges(database, lake)
    new = changes.edit_caption(SCRIPT, "Written by Ada.", [], "Ada", NOW)
    assert Changes(database).apply([SCRIPT]) == [new]


def test_a_plan_that_was_made_before_a_change_neither_releases_nor_moves_back(ledger, changes):
    changes.edit_caption(SCRIPT, "Written by Ada.", [], "Ada", NOW)
    assert plan(ledger) == {"unchanged": 2}  # by a run that had read the engine's words
    assert last(ledger)[0].state == "awaiting_approval"
    changes.move(ACCOUNT, DAY, SLOT_IDS[1], SLOT + 3 * HOUR, SLOT + NEXT, "Ada", NOW)
    assert plan(ledger) == {"unchanged": 2}
    assert last(ledger, 1)[0].slot_at == SLOT + NEXT


def test_a_script_that_was_edited_meanwhile_is_not_planned_as_it_was(database, changes):
    changes.edit_caption(SCRIPT, "Written by Ada.", [], "Ada", NOW)
    ledger = Ledger(database)
    assert plan(ledger) == {"unchanged": 1, "new": 1}
    assert [post.slot_id for post in ledger.publications("demo")] == [SLOT_IDS[1]]


def test_a_post_that_is_moved_while_it_is_claimed_stays(ledger, changes, monkeypatch):
    due = Ledger._due

    def read_before(*_):
        monkeypatch.setattr(Ledger, "_due", staticmethod(due))
        return select(PublicationRow).where(PublicationRow.slot_id == SLOT_IDS[0])

    changes.move(ACCOUNT, DAY, SLOT_IDS[0], SLOT, SLOT + NEXT, "Ada", NOW)
    monkeypatch.setattr(Ledger, "_due", staticmethod(read_before))
    assert ledger.claim("demo", at(1)) is None
    assert last(ledger)[0].state == "planned"


def test_another_variants_edit_leaves_the_post_alone(ledger, changes):
    changes.edit_caption(SCRIPT.model_copy(update={"script_id": "variant"}), "New.", [], "Ada", NOW)
    assert last(ledger)[0].state == "planned"


def test_what_a_worker_has_begun_is_neither_edited_nor_moved(database, ledger, changes):
    post = ledger.claim("demo", at(1))
    for state, told in ((None, "publishing"), ("published", "published")):
        if state:
            ledger.record(post, "published", at(2), state="published", media_id="9")
        with pytest.raises(
            UserError, match=f"the post is {told} already: its caption cannot be changed any more"
        ):
            changes.edit_caption(SCRIPT, "Too late.", [], "Ada", at(3).created_at)
        with pytest.raises(UserError, match=f"the post is {told} already: it cannot be moved any more"):
            changes.move(ACCOUNT, DAY, SLOT_IDS[0], SLOT, SLOT + NEXT, "Ada", at(3).created_at)
    assert Changes(database).edits("demo", DAY) == []


def test_a_moved_post_keeps_its_id_its_day_and_its_approval_and_leaves_at_its_new_slot(
    database, ledger, changes
):
    changes.move(ACCOUNT, DAY, SLOT_IDS[0], SLOT, SLOT + NEXT, "Ada", NOW)
    post, event = last(ledger)
    assert (post.post_id, post.day, post.state, post.slot_at) == (
        planned(0, "c").post_id,
        DAY,
        "planned",
        SLOT + NEXT,
    )
    assert (event.event, event.detail) == (
        "moved",
        {"by": "Ada", "from": SLOT.isoformat(), "to": (SLOT + NEXT).isoformat()},
    )
    [moved] = Changes(database).apply([SCRIPT])
    assert plan(ledger, slot_at=moved.slot_at, minutes=0) == {"unchanged": 2}

    assert ledger.due_days("demo", at(60).created_at) == []
    assert ledger.expire_late("demo", HOUR, at(150)) == []
    assert ledger.due_days("demo", (SLOT + NEXT)) == [DAY]
    late = at(24 * 60 + 61)
    assert post.post_id in ledger.expire_late("demo", HOUR, late)


def test_a_post_can_be_moved_on_and_back(database, ledger, changes):
    changes.move(ACCOUNT, DAY, SLOT_IDS[0], SLOT, SLOT + NEXT, "Ada", NOW)
    changes.move(ACCOUNT, DAY, SLOT_IDS[0], SLOT + NEXT, SLOT + 6 * HOUR, "Ada", NOW)
    changes.move(ACCOUNT, DAY, SLOT_IDS[1], SLOT + 3 * HOUR, SLOT + NEXT, "Bo", NOW)
    to = Changes(database).moves_to(ACCOUNT, DAY, DAY + NEXT)
    assert [(m.slot_id, m.moment, m.by) for m in to] == [
        (SLOT_IDS[0], SLOT + 6 * HOUR, "Ada"),
        (SLOT_IDS[1], SLOT + NEXT, "Bo"),
    ]
    changes.move(ACCOUNT, DAY, SLOT_IDS[0], SLOT + 6 * HOUR, SLOT + 3 * HOUR, "Ada", at(45).created_at)
    [moved] = Changes(database).apply([SCRIPT])
    assert (moved.slot_at, moved.slot_label) == (SLOT + 3 * HOUR, "afternoon")


@pytest.mark.parametrize(
    ("slot_id", "day", "from_at", "to_at", "told"),
    [
        ("nowhere", DAY, SLOT, SLOT + NEXT, "there is no post in this slot"),
        (SLOT_IDS[0], DAY + NEXT, SLOT, SLOT + NEXT, "there is no post in this slot"),
        (SLOT_IDS[0], DAY, SLOT + HOUR, SLOT + NEXT, "the post was moved meanwhile to 2026-01-05 09:00"),
        (SLOT_IDS[0], DAY, SLOT, SLOT + 3 * HOUR, "the slot at 2026-01-05 12:00 is not free"),
        (SLOT_IDS[0], DAY, SLOT, SLOT, "the slot at 2026-01-05 09:00 is not free"),
        (SLOT_IDS[0], DAY, SLOT, SLOT + NEXT + HOUR, "the slot at 2026-01-06 10:00 is not free"),
    ],
)  # fmt: skip
def test_a_move_that_cannot_be_is_refused(ledger, changes, slot_id, day, from_at, to_at, told):
    with pytest.raises(UserError, match=told):
        changes.move(ACCOUNT, day, slot_id, from_at, to_at, "Ada", NOW + timedelta(minutes=15))
    assert last(ledger)[1].event == "planned"


def test_of_two_people_who_take_the_same_slot_one_is_refused(tmp_path, lake):
    with database_url("postgresql", tmp_path) as url:
        database = OperationsDatabase(url)
        plan(Ledger(database))
        ready, outcomes = threading.Barrier(2), []

        def take(n):
            own = PostChanges(database, lake)
            ready.wait(10)
            try:
                own.move(ACCOUNT, DAY, SLOT_IDS[n], SLOT + 3 * n * HOUR, SLOT + NEXT, f"person {n}", NOW)
                outcomes.append("moved")
            except UserError as error:
                outcomes.append(str(error).split(":")[-1])

        threads = [threading.Thread(target=take, args=(n,)) for n in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert sorted(outcomes) == [" choose one of the free slots", "moved"]
        new = PostChanges(database, lake).edit_caption(SCRIPT, "Written by Ada.", [], "Ada", NOW)
        assert [s.content_hash for s in Changes(database).apply([SCRIPT])] == [new.content_hash]
        database.dispose()


WEEK = [SLOT + n * NEXT + 3 * h * HOUR for n in range(7) for h in range(3)]
QUIET = ACCOUNT.model_copy(
    update={"planning": ACCOUNT.planning.model_copy(update={"quiet_hours": (time(11), time(13))})}
)
WIDE = ACCOUNT.model_copy(update={"planning": ACCOUNT.planning.model_copy(update={"min_gap_minutes": 200})})


@pytest.mark.parametrize(
    ("of", "now", "taken", "quota", "lacking"),
    [
        (ACCOUNT, NOW, [], 25, []),
        (ACCOUNT, at(-29).created_at, [], 25, [0]),  # half an hour is needed
        (ACCOUNT, at(200).created_at, [], 25, [0, 1]),
        (QUIET, NOW, [], 25, [1, 4, 7, 10, 13, 16, 19]),
        (ACCOUNT, NOW, [WEEK[4]], 25, [4]),
        (ACCOUNT, NOW, [WEEK[4] + timedelta(minutes=59)], 25, [4]),
        (ACCOUNT, NOW, [WEEK[4] - timedelta(minutes=60)], 25, []),
        (WIDE, NOW, [WEEK[4]], 25, [3, 4, 5]),
        (ACCOUNT, NOW, [WEEK[3], WEEK[4]], 2, [2, 3, 4, 5]),  # they share 24 hours with both
        (ACCOUNT, NOW, [WEEK[3], WEEK[4]], 3, [3, 4]),
    ],
)  # fmt: skip
def test_free_is_what_the_accounts_times_leave(of, now, taken, quota, lacking):
    free = free_slots(of, now, taken, quota)
    assert [slot.moment for slot in free] == [m for n, m in enumerate(WEEK) if n not in lacking]


def test_a_free_slot_reads_in_the_accounts_own_time():
    slot = free_slots(ACCOUNT, NOW, [])[5]
    assert (slot.local, slot.label) == ("Tue 6 Jan, 15:00", "afternoon")


def test_slots_of_the_ledger_and_of_the_plan_are_taken_and_the_own_one_is_not_in_the_way(
    ledger, changes, lake
):
    def lacking(slot_id=None, of=ACCOUNT):
        free = {slot.moment for slot in changes.free_slots(of, NOW, slot_id)}
        return [n for n, moment in enumerate(WEEK) if moment not in free]

    assert lacking() == [0, 1]
    assert lacking(SLOT_IDS[0]) == [1]
    assert lacking(SLOT_IDS[0], WIDE) == [0, 1, 2]
    rows = [
        CalendarSlot(
            **STAMP.fields(), slot_id=slot.slot_id, account="demo", day=DAY, slot_date=slot.date, slot_at=slot.moment,
            slot_local="", slot_label=slot.label, kpi_objective="reach", brief_id="b", reserves=[],
            predicted_reward=0.0, reason="", status="committed" if slot.ahead == 0 else "tentative",
        )
        for slot in week_slots(ACCOUNT.model_copy(update={"posts_per_day": 3}), DAY)
    ]  # fmt: skip
    lake.write("calendar", {"account": "demo", "day": str(DAY)}, CalendarSlot, rows)
    assert lacking() == [0, 1, 2]  # the third may become a post any minute; later days' are only tentative
    changes.move(ACCOUNT, DAY, SLOT_IDS[0], SLOT, WEEK[4], "Ada", NOW)
    assert lacking() == [1, 2, 4]

"""What people changed, laid over scripts: the newest word counts, for the script or slot that it was said of; odd input is refused."""

from datetime import date, datetime, timedelta

import pytest

from content_pipeline.errors import UserError
from content_pipeline.review.changes import Changes, edited
from content_pipeline.review.pending import changed_days
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.tables import ApprovalRow, CaptionEditRow, PublicationRow, SlotMoveRow
from content_pipeline_tests.databases import publication
from content_pipeline_tests.examples import demo
from content_pipeline_tests.renders.rows import script as reel

SCRIPT = reel().with_caption("Three moves.\n\nSave this.", ["#focus", "#habits"])
DAY = SCRIPT.day
NOW = datetime.fromisoformat("2026-03-01T12:00+00:00")
NOON = NOW + timedelta(days=2, hours=5)


@pytest.fixture
def operations(tmp_path):
    with OperationsDatabase(f"sqlite:///{tmp_path}/operations.db") as database:
        yield database


def add(operations, *rows):
    with operations.transaction() as session:
        for row in rows:
            session.add(row)
            session.flush()


def edit(caption="Edited.", script_id=SCRIPT.script_id, day=DAY, account="demo"):
    new = SCRIPT.with_caption(caption, ["#new"])
    return CaptionEditRow(
        account=account,
        day=day,
        script_id=script_id,
        caption_long=caption,
        hashtags=["#new"],
        was_hash=SCRIPT.content_hash,
        content_hash=new.content_hash,
        by="Ada",
        at=NOW,
    )


def move(to_at=NOON, slot_id=SCRIPT.slot_id, day=DAY, account="demo"):
    return SlotMoveRow(
        account=account,
        day=day,
        slot_id=slot_id,
        from_at=SCRIPT.slot_at,
        to_at=to_at,
        to_label="afternoon",
        by="Ada",
        at=NOW,
    )


@pytest.mark.parametrize(
    ("caption", "tags", "expected"),
    [
        ("New words.", ["#focus"], ("New words.", ["#focus"])),
        ("  One.  \r\nTwo.\r\n\x00 ", [" focus ", "#Focus", "", "#über_20"], ("One.\nTwo.", ["#focus", "#über_20"])),
        (SCRIPT.caption_long, [], (SCRIPT.caption_long, [])),
        (SCRIPT.caption_long, ["#habits", "#focus"], (SCRIPT.caption_long, ["#habits", "#focus"])),
    ],
)  # fmt: skip
def test_an_edit_is_tidied_and_gives_another_hash(caption, tags, expected):
    new = edited(SCRIPT, caption, tags)
    assert (new.caption_long, new.hashtags) == expected
    assert new.content_hash != SCRIPT.content_hash
    assert (new.script_id, new.film_hash) == (SCRIPT.script_id, SCRIPT.film_hash)
    assert edited(new, SCRIPT.caption_long, SCRIPT.hashtags) == SCRIPT


@pytest.mark.parametrize(
    ("caption", "tags", "told"),
    [
        (" \n\x00", ["#focus"], "the caption is empty: write one, or reject the post"),
        ("New.", ["#two words"], "'#two words' is no hashtag"),
        ("New.", ["#2026"], "'#2026' is no hashtag"),
        ("New.", ["#"], "'#' is no hashtag"),
        ("New.", ["##focus"], "'##focus' is no hashtag"),
        (SCRIPT.caption_long + "\n", SCRIPT.hashtags, "nothing changed"),
    ],
)
def test_what_is_no_edit_is_refused_with_what_to_do(caption, tags, told):
    with pytest.raises(UserError, match=told):
        edited(SCRIPT, caption, tags)


@pytest.mark.parametrize(
    ("rows", "caption", "slot_at", "label"),
    [
        ([], SCRIPT.caption_long, SCRIPT.slot_at, "morning"),
        ([edit()], "Edited.", SCRIPT.slot_at, "morning"),
        ([edit("First."), edit("Second.")], "Second.", SCRIPT.slot_at, "morning"),
        ([edit(script_id="another")], SCRIPT.caption_long, SCRIPT.slot_at, "morning"),
        ([move()], SCRIPT.caption_long, NOON, "afternoon"),
        ([move(NOW), move(), edit()], "Edited.", NOON, "afternoon"),
        ([move(), move(SCRIPT.slot_at)], SCRIPT.caption_long, SCRIPT.slot_at, "afternoon"),
        ([move(slot_id="another"), move(account="other")], SCRIPT.caption_long, SCRIPT.slot_at, "morning"),
        ([move(day=DAY + timedelta(1)), edit(account="other")], SCRIPT.caption_long, SCRIPT.slot_at, "morning"),
    ],
)  # fmt: skip
def test_the_newest_change_of_a_script_and_of_its_slot_counts(operations, rows, caption, slot_at, label):
    add(operations, *rows)
    sibling = SCRIPT.model_copy(update={"script_id": "sibling"})
    found, other = Changes(operations).apply([SCRIPT, sibling])
    assert (found.caption_long, found.slot_at, found.slot_label) == (caption, slot_at, label)
    assert found.content_hash == SCRIPT.with_caption(found.caption_long, found.hashtags).content_hash
    assert (other.caption_long, other.slot_at) == (SCRIPT.caption_long, slot_at)


def test_edits_are_all_kept_and_moved_posts_are_found_where_they_went(operations):
    add(operations, edit("First."), edit("Second."), edit(day=DAY + timedelta(1)))
    add(operations, move(slot_id="slot_7"), publication(7, DAY, "planned", slot_at=NOON))
    changes = Changes(operations)
    assert [e.caption_long for e in changes.edits("demo", DAY)] == ["First.", "Second."]
    to_noon = [(date(2026, 3, 3), 1), (date(2026, 3, 2), 0), (date(2026, 3, 4), 0)]
    for day, number in to_noon:
        assert len(changes.moves_to(demo(), day, day)) == number
    add(operations, move(SCRIPT.slot_at + timedelta(days=1), slot_id="slot_8"), publication(8, DAY, "missed"))
    assert [m.slot_id for m in changes.moves_to(demo(), DAY, DAY + timedelta(days=9))] == ["slot_7"]


def approval(content="c"):
    return ApprovalRow(
        account="demo", content_hash=content, kind="editorial", decision="rejected", by="Ada", at=NOW
    )


@pytest.mark.parametrize(
    ("rows", "days"),
    [
        ([("planned", DAY)], []),
        ([("planned", DAY), edit()], [DAY]),
        ([("awaiting_approval", DAY), move()], [DAY]),
        ([("planned", DAY), "approval"], [DAY]),
        ([edit()], [DAY]),  # of a blocked script, which is no post
        ([("missed", DAY), edit(day=DAY - timedelta(1))], []),
        ([("published", DAY), move(), "approval"], []),
        ([("planned", DAY - timedelta(5)), edit(day=DAY - timedelta(5)), edit(day=DAY - timedelta(4))], [DAY - timedelta(5)]),
    ],
)  # fmt: skip
def test_only_days_on_which_something_waits_are_taken_in_again(operations, rows, days):
    for row in rows:
        if row == "approval":
            row = approval()
        elif isinstance(row, tuple):
            row = publication(1, row[1], row[0], slot_id=SCRIPT.slot_id)
        add(operations, row)
    assert [(c.account, c.day) for c in changed_days(operations, {"demo": demo()}, NOW)] == [
        ("demo", day) for day in days
    ]


def test_every_new_word_gives_a_day_another_token(operations):
    add(operations, publication(1, DAY, "planned", content_hash=SCRIPT.content_hash))
    tokens = []
    for row in (approval(SCRIPT.content_hash), edit("First."), edit("Second."), move()):
        add(operations, row)
        [changed] = changed_days(operations, {"demo": demo()}, NOW)
        assert changed_days(operations, {"demo": demo()}, NOW) == [changed]
        tokens.append(changed.token)
    assert len(set(tokens)) == 4
    with operations.transaction() as session:  # a run took the edits in
        new = SCRIPT.with_caption("Second.", ["#new"])
        session.get_one(PublicationRow, "post_1").content_hash = new.content_hash
    assert changed_days(operations, {"demo": demo()}, NOW) == [changed]

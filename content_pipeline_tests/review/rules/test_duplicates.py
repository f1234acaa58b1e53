"""Near-duplicates of what was posted and of the day's earlier slots, by caption and by what the reel tells."""

from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import update

from content_pipeline.posts.ledger import Ledger
from content_pipeline.review.history import WINDOW, PostText, recent_posts
from content_pipeline.review.rules.base import Context
from content_pipeline.review.rules.duplicates import check_duplicates
from content_pipeline.scripts.records import Script
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.tables import PublicationRow
from content_pipeline_tests.examples import DAY
from content_pipeline_tests.posts.rows import at, intent
from content_pipeline_tests.review.rules.reels import findings, reel, reels

ELSE = PostText("Quite another caption about savings and paydays.", "Another reel. It speaks of savings.")


def found(script, posted=(), others=()):
    return [f.rule_id for f in findings(check_duplicates, script, Context(posted=posted, others=others))]


def told_again(script):
    """Return a reel with the same advice, and another hook, figures and hashtags."""
    first, *rest = script.segments
    hook = first.model_copy(update={"on_screen_text": "Another hook", "voice_text": "Another hook."})
    caption = "Another hook\n" + script.caption_long.split("\n", 1)[1]
    return script.model_copy(
        update={
            "segments": [hook, *rest],
            "caption_long": caption,
            "hashtags": ["#other"],
            "script_id": "other",
        }
    )


@pytest.mark.parametrize(
    ("posted", "expected"),
    [
        ([], []),
        ([ELSE], []),
        ([ELSE, PostText.of(told_again(reel()))], ["duplicates.recent"]),
        ([PostText(told_again(reel()).caption, "")], ["duplicates.recent"]),
        (
            [PostText("A caption that somebody wrote by hand.", PostText.of(reel()).reel)],
            ["duplicates.recent"],
        ),
        ([PostText("", "")], []),
    ],
)
def test_what_was_posted_is_not_told_again(posted, expected):
    assert found(reel(), posted) == expected


def test_the_finding_shows_what_it_is_like():
    [finding] = findings(check_duplicates, reel(), Context(posted=[ELSE, PostText.of(told_again(reel()))]))
    assert finding.severity == "block"
    assert finding.excerpt.startswith("Another hook")


@pytest.mark.parametrize(
    ("hours", "preference", "expected"),
    [(-4, 1, ["duplicates.same_day"]), (-4, 3, ["duplicates.same_day"]), (0, 1, []), (4, 1, [])],
)
def test_a_slot_does_not_tell_what_an_earlier_one_may(hours, preference, expected):
    changes = {"slot_at": reel().slot_at + timedelta(hours=hours), "preference": preference}
    other = told_again(reel()).model_copy(update=changes)
    assert found(reel(), others=[reel(), other]) == expected


def test_variants_of_one_slot_and_other_topics_are_no_duplicates():
    assert [found(script, [ELSE], reels()) for script in reels()] == [[]] * len(reels())


@pytest.fixture
def ledger(database):
    return Ledger(database)


def test_history_is_what_may_have_gone_live_in_the_window_with_its_reels(tmp_path, ledger):
    lake = Lake(str(tmp_path))
    moved = DAY - timedelta(days=3)
    rows = [
        (DAY - timedelta(days=1), "published", None),
        (DAY - timedelta(days=2), "planned", None),
        (DAY - timedelta(days=2), "unknown", None),
        (DAY - timedelta(days=4), "taken_down", None),
        (DAY - timedelta(days=5), "missed", None),
        (DAY - timedelta(days=90), "publishing", None),
        (DAY - timedelta(days=91), "published", None),
        (moved, "awaiting_approval", DAY),
        (DAY, "published", None),
    ]
    for number, (day, state, slot_day) in enumerate(rows):
        name = f"script_{number}"
        written = reel(script_id=name, day=day)
        if number != 3:  # its scripts are gone
            lake.write("scripts", {"account": "demo", "day": str(day)}, Script, [written])
        slot_at = datetime.combine(slot_day or day, time(14), tzinfo=UTC)
        payload = intent().payload.model_copy(update={"caption": f"Caption {number}"})
        planned = intent(number, day=day, slot_at=slot_at, script_id=name, payload=payload)
        ledger.plan("demo", day, [planned], at())
        with ledger.database.transaction() as session:
            session.execute(update(PublicationRow).values(state=state).filter_by(script_id=name))
    found = recent_posts(lake, ledger.database, "demo", DAY)
    assert [post.caption for post in found] == [f"Caption {n}" for n in (5, 3, 2, 0, 7)]
    own = PostText.of(reel()).reel
    assert [post.reel for post in found] == [own, "", own, own, own]
    assert timedelta(days=90) == WINDOW
    assert recent_posts(lake, ledger.database, "other", DAY) == []

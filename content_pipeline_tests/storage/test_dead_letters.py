"""Dead letters that wait to be tried again: found by source and id, resolved once, waiting again when seen again."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import func, select

from content_pipeline.storage.dead_letters import DeadLetter, DeadLetters
from content_pipeline.storage.records import Stamp
from content_pipeline.storage.tables import DeadLetterRow

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def letter(source: str = "rss", position: str = "row 3", payload: str | None = None) -> DeadLetter:
    return DeadLetter(
        stage="trends",
        source=source,
        day=date(2026, 1, 5),
        position=position,
        reason="no title",
        excerpt="{}",
        payload=payload,
    )


def stamp(hours: int = 0) -> Stamp:
    return Stamp(trace_id="run", created_at=NOON + timedelta(hours=hours))


def test_letters_wait_until_they_are_resolved(database):
    letters = DeadLetters(database)
    letters.add([letter(), letter("hn")], stamp())
    [rss] = letters.waiting("rss")
    assert (rss.letter, rss.first_seen_at, rss.last_seen_at) == (letter(), NOON, NOON)
    assert letters.waiting(letter_id=rss.id) == [rss]
    letters.resolve([rss.id], NOON)
    assert [kept.letter.source for kept in letters.waiting()] == ["hn"]
    with database.transaction() as session:
        assert (
            session.scalar(select(func.count()).select_from(DeadLetterRow)) == 2
        )  # what is resolved is kept


def test_the_newest_come_first_and_no_more_than_asked_for(database):
    letters = DeadLetters(database)
    for hour in range(3):
        letters.add([letter(position=f"row {hour}")], stamp(hour))
    assert [kept.letter.position for kept in letters.waiting(limit=2)] == ["row 2", "row 1"]


def test_a_row_that_is_refused_again_after_it_was_resolved_waits_again(database):
    letters = DeadLetters(database)
    letters.add([letter()], stamp())
    [kept] = letters.waiting()
    letters.resolve([kept.id], NOON)
    assert letters.add([letter(payload="{}")], stamp(1)) == 0
    [again] = letters.waiting()
    assert (again.id, again.letter.payload, again.last_seen_at) == (kept.id, "{}", NOON + timedelta(hours=1))


def test_a_letter_that_stays_keeps_its_new_reason(database):
    letters = DeadLetters(database)
    letters.add([letter()], stamp())
    letters.refuse_again(letters.waiting()[0].id, "title too long")
    assert [kept.letter.reason for kept in letters.waiting()] == ["title too long"]

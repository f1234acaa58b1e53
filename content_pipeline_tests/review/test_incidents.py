"""The book of incidents, on SQLite and PostgreSQL: one a post, its steps, its end, and what it means as of a moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta

import pytest

from content_pipeline.review.incidents import LOOK_ALIKES_FOR, Incidents
from content_pipeline.review.pending import changed_days
from content_pipeline.review.phases import Critical
from content_pipeline.review.rules.base import Context, Material
from content_pipeline.review.rules.incidents import check_incidents
from content_pipeline.settings import ConfigError
from content_pipeline_tests.databases import publication
from content_pipeline_tests.examples import DAY, START, demo
from content_pipeline_tests.renders.rows import script

HOUR = timedelta(hours=1)
TEXT = "Everything that a morning walk does for tired eyes, told in one quiet minute by the people who tried it for a month"


def opened(book: Incidents, severity="sev1", post="post_1", at=START, **more):
    return book.open("demo", post, severity, "it shows a stranger's face", by="Ada", at=at, **more)


def events(book, incident):
    return [event.event for event in book.timeline(incident.id)]


def test_a_post_has_one_open_incident_that_is_resumed_and_can_get_worse(database):
    book = Incidents(database)
    first = opened(book, "sev3", snapshot={"post": {"id": 1}})
    assert (first.take_down, first.critical_at) == (False, None)
    again = opened(book, "sev3", at=START + HOUR, snapshot={"post": {"id": 2}})
    assert again == first
    assert events(book, first) == ["opened"]
    assert book.snapshot(first.id) == {"post": {"id": 1}}
    worse = opened(book, "sev1", at=START + 2 * HOUR)
    assert (worse.id, worse.severity, worse.take_down) == (first.id, "sev1", True)
    assert (worse.opened_at, worse.critical_at) == (START, START + 2 * HOUR)
    assert events(book, first) == ["opened", "raised"]
    with pytest.raises(ConfigError, match="has the open sev1 incident"):
        opened(book, "sev2")
    book.close(first.id, by="Bo", at=START + 3 * HOUR, resolution="mended", false_alarm=True)
    second = opened(book, "sev2", at=START + 4 * HOUR)
    assert second.id != first.id
    assert [incident.id for incident in book.all(only_open=True)] == [second.id]
    assert [incident.id for incident in book.all("demo")] == [first.id, second.id]
    assert book.all("other") == []


def test_processes_that_open_at_once_open_one(database):
    book = Incidents(database)
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda _: opened(book).id, range(12)))
    assert len(set(found)) == 1
    assert events(book, book.get(found[0])) == ["opened"]


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda b, i: b.open("demo", "post_2", "sev1", " ", by="Ada", at=START), "needs a name"),
        (lambda b, i: b.open("demo", "post_2", "sev1", "bad", by=" ", at=START), "needs a name"),
        (lambda b, i: b.note(i, "Ada", START, " "), "needs a name"),
        (lambda b, i: b.note(i, "Ada", START, "x", done="pray"), "is no step"),
        (lambda b, i: b.note("incident_x", "Ada", START, "x"), "no incident 'incident_x'"),
        (lambda b, i: b.close(i, by="Ada", at=START, resolution=""), "what came of it"),
        (lambda b, i: b.close(i, by="Ada", at=START, resolution="done"), "may still be live"),
    ],
)
def test_what_is_missing_is_said(database, call, told):
    book = Incidents(database)
    incident = opened(book)
    with pytest.raises(ConfigError, match=told):
        call(book, incident.id)
    assert events(book, incident) == ["opened"]


def test_steps_are_due_done_late_or_overdue(database):
    book = Incidents(database)
    critical = opened(book)

    def states(incident, hours):
        return {step.name: step.state(START + hours * HOUR) for step in book.steps(incident)}

    assert states(critical, 0.5) == {"take_down": "due", "notify": "due"}
    assert states(critical, 0.6) == {"take_down": "overdue", "notify": "overdue"}
    book.tell(critical.id, "taken_down", "pipeline", START + 0.4 * HOUR)
    book.note(critical.id, "Ada", START + HOUR, "rang them up", done="notify")
    assert states(critical, 2) == {"take_down": "done", "notify": "done late"}
    serious = opened(book, "sev2", "post_2")
    assert states(serious, 5) == {"investigate": "overdue", "decide": "due"}
    book.note(serious.id, "Ada", START + 3 * HOUR, "it was the source", done="investigate")
    serious = book.close(serious.id, by="Ada", at=START + 20 * HOUR, resolution="caption mended")
    assert states(serious, 99) == {"investigate": "done", "decide": "done"}
    alarm = book.close(
        opened(book, post="post_5").id, by="Ada", at=START + HOUR, resolution="none", false_alarm=True
    )
    assert states(alarm, 99) == {"take_down": "not done", "notify": "not done"}
    assert [s.words for s in book.steps(opened(book, "sev3", "post_3"))] == [
        "decide in the next planning cycle"
    ]
    assert [s.name for s in book.steps(opened(book, "sev2", "post_4", take_down=True))][-1] == "take_down"


def test_what_was_told_of_something_less_is_not_told_once_it_is_critical(database):
    book = Incidents(database)
    incident = opened(book, "sev3")
    book.tell(incident.id, "notified", "pipeline", START)
    worse = opened(book, "sev1", at=START + HOUR)
    assert {step.name: step.done_at for step in book.steps(worse)}["notify"] is None
    book.tell(incident.id, "notified", "pipeline", START + HOUR, of="sev1")
    assert {step.name: step.done_at for step in book.steps(worse)}["notify"] == START + HOUR


def test_what_the_pipeline_says_again_is_told_once(database):
    book = Incidents(database)
    incident = opened(book)
    for hours in (1, 2):
        book.tell(incident.id, "take_down_waits", "pipeline", START + hours * HOUR, state="unknown")
        book.note(incident.id, "Ada", START + hours * HOUR, "still there")
    book.tell(incident.id, "take_down_waits", "pipeline", START + 3 * HOUR, state="publishing")
    assert events(book, incident) == ["opened", "take_down_waits", "note", "note", "take_down_waits"]


def test_closing_is_final_and_may_be_repeated(database):
    book = Incidents(database)
    incident = opened(book)
    book.note(incident.id, "Ada", START, "deleted it in the app", done="take_down")
    closed = book.close(incident.id, by="Bo", at=START + HOUR, resolution="mended")
    assert book.close(incident.id, by="Cy", at=START + 2 * HOUR, resolution="again") == closed
    assert (closed.closed_by, closed.resolution, closed.false_alarm) == ("Bo", "mended", False)
    with pytest.raises(ConfigError, match="was closed by Bo"):
        book.note(incident.id, "Ada", START, "more")
    assert events(book, incident) == ["opened", "note", "closed"]


def test_a_standing_knows_nothing_of_what_comes_later(database):
    book = Incidents(database)
    with database.transaction() as session:
        session.add(publication(1, DAY, state="taken_down", published_at=START - 9 * HOUR))
        session.add(publication(2, DAY, state="published", published_at=START - 5 * HOUR))
        session.add(publication(3, DAY, state="published", published_at=START - 99 * HOUR, account="other"))
    critical = opened(book, at=START)
    serious = opened(book, "sev2", "post_2", at=START + 2 * HOUR)
    opened(book, "sev3", "post_3", at=START + 2 * HOUR)
    book.tell(critical.id, "taken_down", "pipeline", START)
    book.close(critical.id, by="Bo", at=START + 4 * HOUR, resolution="mended")

    def at(hours):
        found = book.standing("demo", START + hours * HOUR)
        return found.first_post_at, found.last_critical, list(found.open_incidents)

    first, last = START - 9 * HOUR, Critical(critical.id, START)
    assert at(-10) == (None, None, [])
    assert at(-1) == (first, None, [])
    assert at(1) == (first, last, [("sev1", critical.id)])
    assert at(3) == (first, last, [("sev1", critical.id), ("sev2", serious.id)])
    assert at(5) == (first, last, [("sev2", serious.id)])
    assert book.standing("other", START).last_critical is None


def test_a_false_alarm_counts_until_it_was_closed_as_one(database):
    book = Incidents(database)
    incident = opened(book, texts=[TEXT])
    book.close(incident.id, by="Bo", at=START + HOUR, resolution="a look-alike", false_alarm=True)
    before, after = START + 0.5 * HOUR, START + HOUR
    assert book.standing("demo", before).last_critical == Critical(incident.id, START)
    assert book.standing("demo", after).last_critical is None
    assert book.look_alikes(before).nearest(TEXT) == (incident.id, 1.0)
    assert book.look_alikes(after).nearest(TEXT) is None


@pytest.mark.parametrize(
    ("severity", "closed", "days", "blocked"),
    [
        ("sev1", True, -1, False),
        ("sev1", True, 0, True),
        ("sev2", True, 89, True),
        ("sev2", True, 90, False),
        ("sev1", False, 200, True),
        ("sev3", False, 1, False),
    ],
)
def test_look_alikes_are_blocked_on_every_account_for_ninety_days(database, severity, closed, days, blocked):
    assert timedelta(days=90) == LOOK_ALIKES_FOR
    book = Incidents(database)
    incident = opened(book, severity, texts=[TEXT, ""], take_down=False)
    if closed:
        book.close(incident.id, by="Bo", at=START + HOUR, resolution="mended")
    known = Context(look_alikes=book.look_alikes(START + timedelta(days=days)))
    retold = script(
        caption_long=f"You will not believe it! {TEXT.replace('tired', 'weary')}", account="other"
    )
    found = list(check_incidents(Material(retold, demo(), known)))
    assert [(f.rule_id, f.severity) for f in found] == (
        [("incidents.look_alike", "block")] if blocked else []
    )
    assert all(incident.id in f.message for f in found)
    other = script(
        caption_long="Five notes apps that went back to plain text, and what you lose with each of them"
    )
    assert list(check_incidents(Material(other, demo(), known))) == []


def test_a_turn_of_an_incident_has_what_waits_on_any_account_reviewed_again(database):
    book, accounts = Incidents(database), {name: demo() for name in ("demo", "other")}
    with database.transaction() as session:
        session.add(publication(1, DAY, state="planned", account="other"))

    def words():
        return {day.account: day.token for day in changed_days(database, accounts, START + 9 * HOUR)}

    opened(book, "sev3", "post_3")
    assert words() == {}
    incident = opened(book, "sev2", at=START + HOUR)
    first = words()
    assert list(first) == ["other"]
    book.note(incident.id, "Ada", START + 2 * HOUR, "looked into it")
    assert words() == first
    book.close(incident.id, by="Ada", at=START + 3 * HOUR, resolution="mended")
    assert words()["other"] != first["other"]


def test_a_day_that_was_planned_on_the_evening_before_in_utc_takes_an_incident_in_too(database):
    with database.transaction() as session:
        session.add(publication(1, DAY, state="planned"))
    accounts = {"demo": demo().model_copy(update={"timezone": "Asia/Tokyo"})}
    midnight = datetime.combine(DAY, time(), tzinfo=UTC)
    for hours, known in ((-34, []), (-3, [DAY])):  # long before, and at six in its morning
        opened(Incidents(database), "sev2", f"post_{hours}", at=midnight + hours * HOUR)
        assert [changed.day for changed in changed_days(database, accounts, midnight)] == known

"""`content-pipeline calendar`: the week as a table, JSON, iCalendar and page, and what goes wrong in one line."""

import json
import re
import sys
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from content_pipeline.briefs.calendar.export import to_ical
from content_pipeline.briefs.calendar.page import to_html
from content_pipeline.briefs.calendar.planning import plan_calendar
from content_pipeline.briefs.calendar.week import Week
from content_pipeline.briefs.records import Brief, CalendarSlot
from content_pipeline.cli import main
from content_pipeline.sandbox.running import sandbox_clock
from content_pipeline.storage.lake import Lake
from content_pipeline_tests.briefs.calendar.rows import brief, briefs
from content_pipeline_tests.examples import DAY, STAMP, demo, strategy

DIMS = {"account": "demo", "day": str(DAY)}
FOREIGN = 'Ünïcode; "quotes", <script>alert(1)</script>\nand [bold]a second line[/bold]'
IDEAS = [brief(1, title=FOREIGN, hooks=[FOREIGN, "two", "three"]), *briefs(20)[1:]]


def week(day=DAY) -> Week:
    ideas = [b.model_copy(update={"day": day}) for b in IDEAS]
    slots = plan_calendar(demo(), day, ideas, strategy(), STAMP)
    return Week("demo", day, slots, {b.brief_id: b for b in ideas})


@pytest.fixture
def call(tmp_path, monkeypatch, capfd):
    """Give the command line over a home whose clock shows noon of the day in UTC."""
    sandbox_clock(tmp_path).advance_to(datetime(2026, 1, 5, 12, tzinfo=UTC))
    monkeypatch.setenv("CONTENT_PIPELINE_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words):
        monkeypatch.setattr(
            sys, "argv", ["content-pipeline", "calendar", "--account", "demo", *map(str, words)]
        )
        capfd.readouterr()
        code = 0
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
        done = capfd.readouterr()
        return SimpleNamespace(code=code, out=done.out, err=done.err)

    return run


@pytest.fixture
def planned(tmp_path):
    lake, made = Lake(str(tmp_path / "lake")), week()
    lake.write("calendar", DIMS, CalendarSlot, made.slots)
    lake.write("briefs", DIMS, Brief, list(made.briefs.values()))
    return made


def test_the_table_shows_every_slot_with_its_idea_and_what_the_plan_could_not_keep(call, planned):
    shown = call()
    assert shown.code == 0, shown.err
    assert len(re.findall(r"\b(?:09:00|13:00|19:30)\b", shown.out)) == 21
    assert "Idea 2 " in shown.out
    assert "[bold]" in shown.out  # foreign words are shown and not obeyed
    assert "no idea is left" in shown.out
    assert "- nothing was learned yet" in shown.out


def test_json_tells_slots_ideas_and_notes(call, planned):
    told = json.loads(call("--date", DAY, "--json").out)
    assert (told["account"], told["day"], len(told["slots"])) == ("demo", "2026-01-05", 21)
    assert told["notes"] == planned.notes
    assert {s["brief"]["title"] for s in told["slots"] if s["brief"]} >= {FOREIGN, "Idea 2"}
    assert next(s["brief"] for s in told["slots"] if s["status"] == "open") is None


def test_files_are_written_and_named(call, planned, tmp_path):
    done = call("--ics", tmp_path / "week.ics", "--html", tmp_path / "week.html")
    assert done.code == 0
    assert done.out == ""
    assert "week.ics" in done.err
    assert (tmp_path / "week.ics").read_bytes() == to_ical(demo(), planned)
    assert (tmp_path / "week.html").read_text() == to_html(demo(), planned)


def test_icalendar_goes_to_standard_output_alone(call, planned):
    done = call("--ics", "-")
    assert done.out.startswith("BEGIN:VCALENDAR")
    assert done.out.rstrip().endswith("END:VCALENDAR")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("--date", "2026-01-06"), "the last one is of 2026-01-05: --date 2026-01-05"),
        (("--date", "tomorrow"), "write it as YYYY-MM-DD"),
        (("--ics", "/nowhere/week.ics"), "/nowhere/week.ics cannot be written"),
        (("--ics", "-", "--json"), "name a file for --ics"),
        (("--account", "demi"), "did you mean 'demo'?"),
    ],
)
def test_what_goes_wrong_is_one_line(call, planned, words, line):
    done = call(*words)
    assert done.code in (1, 2)
    assert line in done.err
    assert len(done.err.strip().splitlines()) == 1


def test_without_a_calendar_the_line_says_what_to_run(call):
    done = call()
    assert done.code == 1
    assert (
        "demo has no calendar of 2026-01-05 yet: run `content-pipeline produce --account demo --date 2026-01-05`"
        in done.err
    )


def test_a_calendar_program_reads_the_same_events_back():
    given = week()
    content = to_ical(demo(), given)
    calendar = Calendar.from_ical(content)
    events = calendar.walk("VEVENT")
    assert [str(e["UID"]) for e in events] == [s.slot_id for s in given.slots]
    assert [e.decoded("DTSTART") for e in events] == [s.slot_at for s in given.slots]
    assert {str(e["DTSTART"].params["TZID"]) for e in events} == {"America/New_York"}
    assert [str(z["TZID"]) for z in calendar.walk("VTIMEZONE")] == ["America/New_York"]
    assert {e.decoded("DURATION") for e in events} == {timedelta(minutes=15)}
    statuses = {"committed": "CONFIRMED", "tentative": "TENTATIVE", "open": "CANCELLED"}
    assert [str(e["STATUS"]) for e in events] == [statuses[s.status] for s in given.slots]
    assert all(e["DTSTAMP"].dt == STAMP.created_at for e in events)
    first = next(e for e, s in zip(events, given.slots, strict=True) if s.brief_id == "brief_001")
    assert str(first["SUMMARY"]) == FOREIGN
    assert f"- {FOREIGN}" in first["DESCRIPTION"]
    assert "Objective: reach" in events[0]["DESCRIPTION"]
    assert all(not event.errors for event in events)


def test_an_icalendar_keeps_the_form_of_rfc_5545():
    lines = to_ical(demo(), week()).decode().split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    assert not any("\n" in line or "\r" in line for line in lines)
    assert lines.count("VERSION:2.0") == 1
    assert any(line.startswith("PRODID:") for line in lines)


def test_an_event_stands_at_the_accounts_hour_when_clocks_change():
    day = DAY.replace(month=3, day=6)  # clocks go forward on the 8th
    events = Calendar.from_ical(to_ical(demo(), week(day))).walk("VEVENT")
    zone = ZoneInfo("America/New_York")
    hours = {f"{e.decoded('DTSTART').astimezone(zone):%H:%M}" for e in events}
    assert hours == {"09:00", "13:00", "19:30"}
    assert {e.decoded("DTSTART").utcoffset() for e in events} == {timedelta(hours=-5), timedelta(hours=-4)}


def test_the_page_shows_every_slot_and_escapes_what_is_foreign():
    given = week()
    page = to_html(demo(), given)
    assert page.count("<article") == 21
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert all(note.split(":")[0] in page for note in given.notes)
    assert page.count("gives way to a breakout") == sum(
        s.reactive and s.status != "open" for s in given.slots
    )
    assert not re.search(r'(?:src|href)="(?!https://example\.test)', page)  # it needs nothing else


def test_the_page_links_only_to_the_web():
    evil = IDEAS[1].evidence[0].model_copy(update={"url": "javascript:alert(1)"})
    given = week()
    given.briefs["brief_002"] = given.briefs["brief_002"].model_copy(update={"evidence": [evil]})
    assert "javascript:" not in to_html(demo(), given)

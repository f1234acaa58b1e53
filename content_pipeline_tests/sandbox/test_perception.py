"""What a viewer perceives: every cue, and which of two wins."""

from datetime import UTC, datetime

import pytest

from content_pipeline.sandbox.perception import Perception, perceive

NOON_UTC = datetime(2026, 1, 5, 12, tzinfo=UTC)


def seen(caption: str, seconds: float = 10.0, at: datetime = NOON_UTC) -> Perception:
    return perceive(caption, seconds, at)


@pytest.mark.parametrize(
    ("first_line", "hook"),
    [
        ("Stop checking your inbox at 8", "contrarian"),
        ("STOP. Read this", "contrarian"),
        ("Unpopular opinion: rest is work", "contrarian"),
        ("Forget the perfect morning", "contrarian"),
        ("Try this before bed", "challenge"),
        ("Give it five days", "challenge"),
        ("Everyone is talking about Inkwell Notes", "news"),
        ("This week in notes", "news"),
        ("I kept a list for a year", "story"),
        ("My calendar was full", "story"),
        ("How I got my mornings back", "story"),
        ("5 ways to rest", "number"),
        ("The part nobody mentions", "curiosity"),
        ("The mistake that eats your week", "mistake"),
        ("The trap in every budget", "mistake"),
        ("The hidden cost of one tab", "curiosity"),
        ("Tryouts begin", "other"),
        ("Is your calendar lying?", "question"),
        ("Stop? Is that a mistake?", "contrarian"),
        ("5 mistakes?", "number"),
        ("Nobody sees this mistake", "curiosity"),
        ("Stopping early works", "other"),
        ("In the end it is simple", "other"),
        ("", "other"),
    ],
)
def test_the_first_line_decides_the_hook(first_line: str, hook: str) -> None:
    assert seen(f"{first_line}\n\nIs this a mistake?").hook == hook if first_line else seen("").hook == hook


@pytest.mark.parametrize(
    ("body", "format_"),
    [
        ("1. one\n2. two", "listicle"),
        ("Step 1: one\nStep 2: two", "how_to"),
        ("Well.\nInstead of this, that", "comparison"),
        ("What: a thing\nWhy: because", "explainer"),
        ("Myth: a thing\nSo: another", "myth"),
        ("☐ one\n☐ two", "checklist"),
        ("[ ] one\n[ ] two", "checklist"),
        ("Whatever: a thing", "other"),
        ("Just words", "other"),
    ],
)
def test_the_body_decides_the_format(body: str, format_: str) -> None:
    assert seen(f"A line\n\n{body}\n\nSave this").format == format_


def test_a_cue_of_the_body_in_the_first_line_does_not_count() -> None:
    assert seen("Instead of this, that\n\nwords").format == "other"


@pytest.mark.parametrize(
    ("last_line", "cta"),
    [
        ("Save this for Monday", "save"),
        ("Share it", "share"),
        ("Send it to a friend", "share"),
        ("Comment with yours", "comment"),
        ("Follow for more", "follow"),
        ("Bye", "other"),
    ],
)
def test_the_last_line_before_the_hashtags_is_the_call_to_action(last_line: str, cta: str) -> None:
    assert seen(f"A line\n\nSave nothing here\n{last_line}\n\n#save #focus").cta == cta


@pytest.mark.parametrize(
    ("words", "topic"),
    [
        ("deep work and attention", "focus"),
        ("a #DeepWork thing", "focus"),
        ("a morning routine", "habits"),
        ("one app, one calendar, focus", "tools"),
        ("sleep, rest, stress", "energy"),
        ("your budget", "money"),
        ("a workout at the gym", "fitness"),
        ("a happening in space", "trending"),
    ],
)
def test_the_words_decide_the_topic(words: str, topic: str) -> None:
    assert seen(f"A line\n{words}").topic == topic


@pytest.mark.parametrize(
    ("seconds", "band"), [(20.9, "short"), (21.0, "medium"), (36.9, "medium"), (37.0, "long")]
)
def test_the_length_is_a_band(seconds: float, band: str) -> None:
    assert seen("x", seconds).duration == band


@pytest.mark.parametrize(
    ("hour_utc", "month", "slot"),
    [
        (16, 1, "morning"),
        (17, 1, "afternoon"),
        (22, 1, "evening"),
        (16, 7, "afternoon"),
        (21, 7, "evening"),
        (5, 1, "morning"),
    ],
)
def test_the_slot_is_told_in_new_york(hour_utc: int, month: int, slot: str) -> None:
    assert seen("x", at=datetime(2026, month, 5, hour_utc, tzinfo=UTC)).slot == slot

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from content_pipeline.desk import words

NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 1, 5, 14, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2026, 1, 5, 18, tzinfo=UTC), "Today 13:00"),
        (datetime(2026, 1, 6, 4, 59, tzinfo=UTC), "Today 23:59"),
        (datetime(2026, 1, 6, 5, tzinfo=UTC), "Tomorrow 00:00"),
        (datetime(2026, 1, 5, 4, 59, tzinfo=UTC), "Yesterday 23:59"),
        (datetime(2026, 1, 7, 18, tzinfo=UTC), "Wed 7 Jan 13:00"),
        (datetime(2025, 12, 31, 18, tzinfo=UTC), "Wed 31 Dec 2025 13:00"),
    ],
)
def test_moments_are_local(moment: datetime, said: str) -> None:
    assert words.local(moment, NOW, NEW_YORK) == said


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("pilot: everything by hand", "In the pilot phase of an account people look at everything."),
        ("high risk: claims.disclaimer, bait.begging", "High risk, because of what the rules found."),
        ("stabilization: drawn into the sample (1 in 10)", "Drawn by lot: one in 10 is looked at."),
        ("mature: no high risk", "Nothing in it is of high risk."),
        (
            "waits for editorial, rights (pilot: everything by hand; high risk: claims.disclaimer)",
            "Waits for editorial, rights (in the pilot phase of an account people look at everything; "
            "high risk, because of what the rules found).",
        ),
        (
            "waits for legal (stabilization: drawn into the sample (1 in 10))",
            "Waits for legal (drawn by lot: one in 10 is looked at).",
        ),
        (
            "sev1 incident incident_0a1b2c is open: everything by hand",
            "A critical incident is open: people look at everything.",
        ),
    ],
)
def test_reasons_are_told_without_names_of_engineers(reason: str, said: str) -> None:
    assert words.reason(reason) == said


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(seconds=59), "under a minute"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=2), "2 h"),
        (timedelta(hours=2, minutes=5), "2 h 5 min"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=2, hours=3, minutes=9), "2 days 3 h"),
        (timedelta(hours=-2), "2 h"),
    ],
)
def test_spans_have_two_units(length: timedelta, said: str) -> None:
    assert words.span(length) == said


@pytest.mark.parametrize(
    ("text", "marks", "fold", "expected"),
    [
        ("plain", [], None, [("plain", False, False)]),
        ("", [], 5, []),
        ("It cures burnout fast", ["cures burnout"], None, ["It ", "*cures burnout", " fast"]),
        ("It CURES\n\nburnout fast", ["cures burnout"], None, ["It ", "*CURES\n\nburnout", " fast"]),
        # An excerpt that begins in another part of the material.
        ("Stop now and rest", ["by hand. stop now"], None, ["*Stop now", " and rest"]),
        ("Of the many", ["nothing of the kind was ever said here"], None, ["Of the many"]),
        ("İstanbul cures all", ["cures all"], None, ["İstanbul ", "*cures all"]),
        ("abc def ghi", ["def"], 6, ["abc ", "*de", ">*f", "> ghi"]),
    ],
)
def test_excerpts_are_marked_and_the_fold_is_found(
    text: str, marks: list[str], fold: int | None, expected: list[object]
) -> None:
    found = words.pieces(text, marks, fold)
    assert "".join(piece for piece, _, _ in found) == text
    short = [f"{'>' * folded}{'*' * marked}{piece}" for piece, marked, folded in found]
    assert short == expected or found == expected


@pytest.mark.parametrize(
    ("caption", "shown"),
    [
        ("short", "short"),
        ("word " * 30, "word " * 25),
        ("x" * 200, "x" * 125),
        ("a" * 100 + " " + "b" * 100, "a" * 100 + " "),
    ],
)
def test_the_fold_does_not_cut_a_word(caption: str, shown: str) -> None:
    assert caption[: words.fold(caption)] == shown


@pytest.mark.parametrize(
    ("url", "opened"),
    [
        ("https://example.com", True),
        ("HTTP://example.com", True),
        ("javascript:alert(1)", False),
        (" javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//example.com", False),
        ("", False),
        (None, False),
    ],
)
def test_only_web_addresses_are_opened(url: str | None, opened: bool) -> None:
    assert bool(words.web_address(url)) is opened

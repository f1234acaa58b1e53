"""Tolerant readings of numbers, times and texts."""

import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content_pipeline.trends.words.values import clean_text, read_number, read_tags, read_time


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("1,234", 1234),
        ("12K", 12_000),
        ("1.5m", 1_500_000),
        ("200,000+", 200_000),
        ("50K+", 50_000),
        ("1천+", 1000),
        ("3만", 30_000),
        ("１２", 12),
        ("1e3", 1000),
        (7, 7),
        (7.0, 7),
        ("1,23,456", 123_456),
        (" 5 ", 5),
        ("-0", 0),
        (None, None),
        ("", None),
        ("NaN", None),
        (float("nan"), None),
        ("null", None),
        ("-", None),
    ],
)
def test_numbers(value, number):
    assert read_number(value) == number


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("many", "not a number"),
        ("1,2", "not a number"),
        (True, "not a number"),
        (float("inf"), "not a number"),
        ([], "not a number"),
        (-3, "negative"),
        ("-1,000", "negative"),
        ("1e300", "too large"),
    ],
)
def test_what_is_no_count_says_why(value, reason):
    with pytest.raises(ValueError, match=reason):
        read_number(value)


@given(st.integers(0, 2**53))
def test_a_count_survives_its_thousands_commas(number):
    assert read_number(f"{number:,}") == number


MOMENT = datetime(2026, 4, 13, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "2026-04-13T10:30:00Z",
        "2026-04-13 10:30",
        "2026-04-13T12:30:00+02:00",
        "Mon, 13 Apr 2026 10:30:00 GMT",
        1776076200,
        "1776076200",
        1776076200000,
        datetime.fromisoformat("2026-04-13T10:30"),
        datetime(2026, 4, 13, 12, 30, tzinfo=timezone(timedelta(hours=2))),
    ],
)
def test_times_are_utc(value):
    assert read_time(value) == MOMENT


def test_a_date_is_its_midnight_and_a_blank_no_time():
    assert read_time(date(2026, 4, 13)) == datetime(2026, 4, 13, tzinfo=UTC)
    assert [read_time(blank) for blank in (None, "", "NaN", float("nan"))] == [None] * 4


@pytest.mark.parametrize(
    "value", ["yesterday", "2026-13-01", True, [], "99999999999999999999", "Mon, 99 Apr"]
)
def test_what_is_no_time_says_so(value):
    with pytest.raises(ValueError, match="not a time"):
        read_time(value)


@given(st.one_of(st.none(), st.text(), st.floats(), st.integers(), st.binary(), st.booleans()))
def test_a_reading_gives_a_value_or_a_reason(value):
    reasons: list[str] = []
    for read in (read_time, read_number):
        try:
            read(value)
        except ValueError as error:
            reasons.append(str(error))
    assert all(reasons)
    assert all(isinstance(tag, str) and tag for tag in read_tags(value))


@given(st.text(st.characters(codec=None)))
def test_clean_text_is_stable_and_harmless(text):
    cleaned = clean_text(text)
    assert clean_text(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned == " ".join(cleaned.split())
    assert not any(
        unicodedata.category(c) in ("Cc", "Cs") or c in "\u202a\u202e\u2066\u2069\u200b" for c in cleaned
    )


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\u202egpj.exe", "agpj.exe"),
        ("  a\n\tb ", "a b"),
        ("e\u0301", "é"),
        ("👩‍💻", "👩‍💻"),
        ("\u200b\u2060", ""),
        ("\u0301", ""),
        (None, ""),
        ("می‌خواهم", "می‌خواهم"),
    ],
)
def test_clean_text(text, cleaned):
    assert clean_text(text) == cleaned


@pytest.mark.parametrize(
    ("value", "tags"),
    [
        ("a, b,a", ["a", "b"]),
        ('["x", "y"]', ["x", "y"]),
        ("[x, y", ["x", "y"]),
        (["#p", None, "q"], ["p", "q"]),
        (None, []),
        (3.0, []),
    ],
)
def test_tags(value, tags):
    assert read_tags(value) == tags

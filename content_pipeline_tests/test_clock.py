"""Clocks and days: the sandbox's clock only moves forward; a day's ends follow the zone through daylight saving."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from content_pipeline.clock import SandboxClock, SystemClock, end_of, start_of

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def test_the_sandbox_clock_stands_still_until_it_is_moved(tmp_path):
    clock = SandboxClock(tmp_path / "clock")
    assert not clock.is_set()
    assert abs(clock.now() - SystemClock().now()) < timedelta(minutes=1)
    clock.advance_to(NOON)
    assert SandboxClock(tmp_path / "clock").now() == NOON


def test_the_sandbox_clock_never_goes_back(tmp_path):
    clock = SandboxClock(tmp_path / "clock")
    clock.advance_to(NOON)
    assert clock.advance_to(NOON - timedelta(hours=1)) == NOON
    assert clock.now() == NOON


def test_the_sandbox_clock_wants_a_zone(tmp_path):
    with pytest.raises(ValueError, match="time zone"):
        SandboxClock(tmp_path / "clock").advance_to(datetime(2026, 1, 5))


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/New_York", date(2026, 1, 5), 24),
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/New_York", date(2026, 11, 1), 25),
        ("Europe/London", date(2026, 3, 29), 23),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
    ],
)
def test_a_day_is_as_long_as_the_zone_says(zone, day, hours):
    assert end_of(day, ZoneInfo(zone)) - start_of(day, ZoneInfo(zone)) == timedelta(hours=hours)

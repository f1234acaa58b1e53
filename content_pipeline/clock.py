"""The clock of the pipeline. Every stage asks it for the time, so that a past day can be replayed as it was.

``SystemClock`` is the time of the machine; ``SandboxClock`` is kept in a file, so that the sandbox server, the runs and the
command line agree on it, and moves only when it is told to.
"""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from content_pipeline.storage.files import write_atomically


class Clock(Protocol):
    """Tells the time, in UTC."""

    def now(self) -> datetime:
        """Return the present moment, aware and in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present moment, aware and in UTC."""
        return datetime.now(UTC)


class SandboxClock:
    """A clock in a file that only moves forward, and only when told to. Until it is first set it shows the machine's time."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def now(self) -> datetime:
        """Return the moment the clock was last moved to, or the machine's time if it never was."""
        try:
            return datetime.fromisoformat(self._path.read_text().strip())
        except FileNotFoundError:
            return datetime.now(UTC)

    def is_set(self) -> bool:
        """Tell whether the clock was ever moved."""
        return self._path.exists()

    def advance_to(self, moment: datetime) -> datetime:
        """Move the clock to ``moment`` unless it is already past it; return the clock's time.

        Raises:
            ValueError: ``moment`` has no time zone.
        """
        if moment.tzinfo is None:
            raise ValueError("the clock needs a moment with a time zone")
        target = moment.astimezone(UTC)
        if self.is_set() and self.now() >= target:
            return self.now()
        write_atomically(self._path, target.isoformat().encode())
        return target


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """Return the first moment of a day in a zone, in UTC."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """Return the first moment after a day in a zone, in UTC."""
    return start_of(day + timedelta(days=1), zone)

"""How far the watching of each source is, in the operations database: when it may be asked again, the validators of its pages.

Times are the machine's clock's. What a poll does is in ``polling``.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from content_pipeline.storage.locks import hold
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.tables import SourcePollRow

LEASE = timedelta(minutes=5)
"""A poll that was begun and never ended, because its process died or it hangs, keeps others off for so long."""


@dataclass(frozen=True)
class PollState:
    """When a source was last asked, from when it may be asked again, and its pages' validators as of a day's last landed poll."""

    source: str
    polled_at: datetime
    due_at: datetime
    day: date | None
    validators: dict[str, Any]

    def validators_of(self, day: date) -> dict[str, Any]:
        """Return the validators to ask with on a day: none on a new day, whose partition lacks what did not change."""
        return self.validators if self.day == day else {}


class PollStates:
    """Reads and moves the states; several processes may do so at once."""

    def __init__(self, operations: OperationsDatabase) -> None:
        self._operations = operations

    def all(self) -> dict[str, PollState]:
        """Return the state of every source that was ever asked, by name."""
        with self._operations.transaction() as session:
            return {row.source: _state(row) for row in session.scalars(select(SourcePollRow))}

    def claim(self, source: str, now: datetime) -> PollState | None:
        """Begin a poll if the source is due, and keep others off while it lasts; None where it is not due."""
        with self._operations.transaction() as session:
            hold(session, f"poll of {source}")
            row = session.get(SourcePollRow, source)
            if row is None:
                row = SourcePollRow(source=source, day=None, validators={})
                session.add(row)
            elif row.due_at > now:
                return None
            row.polled_at, row.due_at = now, now + LEASE
            return _state(row)

    def put_off(self, source: str, due_at: datetime) -> None:
        """End a poll that showed nothing to keep."""
        with self._operations.transaction() as session:
            session.get_one(SourcePollRow, source).due_at = due_at

    def keep(self, source: str, due_at: datetime, day: date, validators: dict[str, Any]) -> None:
        """End a poll after what it showed has landed."""
        with self._operations.transaction() as session:
            row = session.get_one(SourcePollRow, source)
            row.due_at, row.day, row.validators = due_at, day, validators


def _state(row: SourcePollRow) -> PollState:
    return PollState(row.source, row.polled_at, row.due_at, row.day, dict(row.validators))

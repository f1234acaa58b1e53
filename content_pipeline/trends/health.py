"""How each source fares: its last success, its failures in a row. Three in a row make it stale."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.tables import SourceHealthRow

STALE_AFTER_FAILURES = 3


@dataclass(frozen=True)
class Health:
    """A source's health as last recorded."""

    source: str
    last_success_at: datetime | None
    failures_in_a_row: int
    last_error: str | None

    @property
    def stale(self) -> bool:
        """Tell whether the source failed three times in a row."""
        return self.failures_in_a_row >= STALE_AFTER_FAILURES


class SourceHealth:
    """Records successes and failures in the operations database."""

    def __init__(self, operations: OperationsDatabase) -> None:
        self._operations = operations

    def succeeded(self, source: str, at: datetime) -> None:
        """Record a success; failures in a row start from 0 again."""
        with self._operations.transaction() as session:
            row = session.get(SourceHealthRow, source) or SourceHealthRow(source=source)
            row.last_success_at, row.failures_in_a_row, row.last_error = at, 0, None
            session.add(row)

    def failed(self, source: str, error: str, at: datetime) -> Health:
        """Record a failure and its message; return the health with it."""
        with self._operations.transaction() as session:
            row = session.get(SourceHealthRow, source) or SourceHealthRow(source=source, failures_in_a_row=0)
            row.last_failure_at, row.last_error = at, error
            row.failures_in_a_row += 1
            session.add(row)
            return _health(row)

    def all(self) -> list[Health]:
        """Return every source's health by name."""
        with self._operations.transaction() as session:
            return [
                _health(row)
                for row in session.scalars(select(SourceHealthRow).order_by(SourceHealthRow.source))
            ]


def _health(row: SourceHealthRow) -> Health:
    return Health(row.source, row.last_success_at, row.failures_in_a_row, row.last_error)

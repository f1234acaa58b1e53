"""How each source fares: its last success, its failures in a row. Three in a row make it stale, and a person is told once.

Times are the pipeline's clock's. When a source is asked is the part of ``polling``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from content_pipeline.alerts import Alerts
from content_pipeline.storage.locks import hold
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.tables import SourceHealthRow

STALE_AFTER_FAILURES = 3
STALE_SOURCE = "stale_source"
"""The kind of the alert; its subject is the source's name."""


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
    """Records successes and failures in the operations database, and opens and clears the alert of a stale source."""

    def __init__(self, operations: OperationsDatabase) -> None:
        self._operations = operations
        self._alerts = Alerts(operations)

    def succeeded(self, source: str, at: datetime) -> bool:
        """Record a success; failures in a row start from 0 again. Tell whether the source recovers by it from being stale."""
        with self._operations.transaction() as session:
            row = _row(session, source)
            row.last_success_at, row.failures_in_a_row, row.last_error = at, 0, None
        return self._alerts.clear(STALE_SOURCE, source, at)

    def failed(self, source: str, error: str, at: datetime) -> bool:
        """Record a failure and its message; tell whether the source turns stale by it."""
        with self._operations.transaction() as session:
            row = _row(session, source)
            row.last_failure_at, row.last_error = at, error
            row.failures_in_a_row += 1
            failures, stale = row.failures_in_a_row, _health(row).stale
        message = f"source {source} is stale: it failed {failures} times in a row, last because {error}"
        return stale and self._alerts.open(STALE_SOURCE, source, message, at)

    def retire(self, watched: Iterable[str], at: datetime) -> None:
        """Clear the alerts of sources that are watched no longer: off, or gone from the sources file."""
        kept = set(watched)
        for alert in self._alerts.opened(STALE_SOURCE):
            if alert.subject not in kept:
                self._alerts.clear(STALE_SOURCE, alert.subject, at)

    def stale(self, watched: Iterable[str]) -> list[Health]:
        """Return the health of those of ``watched`` that are stale, by name."""
        names = set(watched)
        return [health for health in self.all() if health.stale and health.source in names]

    def all(self) -> list[Health]:
        """Return every source's health by name."""
        with self._operations.transaction() as session:
            return [
                _health(row)
                for row in session.scalars(select(SourceHealthRow).order_by(SourceHealthRow.source))
            ]


def _row(session: Session, source: str) -> SourceHealthRow:
    hold(session, f"health of {source}")
    row = session.get(SourceHealthRow, source)
    if row is None:
        row = SourceHealthRow(source=source, failures_in_a_row=0)
        session.add(row)
    return row


def _health(row: SourceHealthRow) -> Health:
    return Health(row.source, row.last_success_at, row.failures_in_a_row, row.last_error)

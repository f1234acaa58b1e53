"""Rows that could not be read: kept with their reason, so that nothing is lost and they can be looked at later."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.records import Part, Stamp, stable_id
from content_pipeline.storage.tables import DeadLetterRow

EXCERPT_LENGTH = 500
BATCH = 500


class DeadLetter(Part):
    """A row that was refused. ``position`` says where it stood (``row 17``, ``children[3]``).

    ``payload`` is the row as it was found, as JSON, where it can be tried again.
    """

    stage: str
    source: str
    day: date
    position: str
    reason: str
    excerpt: str
    payload: str | None = None


@dataclass(frozen=True)
class KeptLetter:
    """A dead letter as it is kept: its id, and when it was first and last seen."""

    id: str
    letter: DeadLetter
    first_seen_at: datetime
    last_seen_at: datetime


class DeadLetters:
    """Adds and lists dead letters, and marks those that could be read after all."""

    def __init__(self, database: OperationsDatabase) -> None:
        self._database = database

    def add(self, letters: Iterable[DeadLetter], stamp: Stamp) -> int:
        """Keep each letter once, by its content; seen again, its last time moves and it waits again. Return how many are new."""
        waiting = iter(letters)
        new = 0
        # SQLite lets one writer in: the others wait no longer than for one batch.
        while batch := list(islice(waiting, BATCH)):
            with self._database.transaction() as session:
                new += sum(_keep(session, letter, stamp) for letter in batch)
        return new

    def waiting(
        self, source: str | None = None, letter_id: str | None = None, limit: int | None = None
    ) -> list[KeptLetter]:
        """Return the letters that are not resolved, newest first: of one source, the one with an id, or all."""
        query = (
            select(DeadLetterRow)
            .where(DeadLetterRow.resolved_at.is_(None))
            .order_by(DeadLetterRow.last_seen_at.desc(), DeadLetterRow.id)
            .limit(limit)
        )
        if source is not None:
            query = query.where(DeadLetterRow.source == source)
        if letter_id is not None:
            query = query.where(DeadLetterRow.id == letter_id)
        with self._database.transaction() as session:
            return [
                KeptLetter(row.id, _letter(row), row.first_seen_at, row.last_seen_at)
                for row in session.scalars(query)
            ]

    def resolve(self, ids: Iterable[str], at: datetime) -> None:
        """Mark letters as read after all."""
        with self._database.transaction() as session:
            for letter_id in ids:
                session.get_one(DeadLetterRow, letter_id).resolved_at = at

    def refuse_again(self, letter_id: str, reason: str) -> None:
        """Keep why a letter could not be read when it was tried again."""
        with self._database.transaction() as session:
            session.get_one(DeadLetterRow, letter_id).reason = reason


def _letter(row: DeadLetterRow) -> DeadLetter:
    return DeadLetter(
        stage=row.stage,
        source=row.source,
        day=row.day,
        position=row.position,
        reason=row.reason,
        excerpt=row.excerpt,
        payload=row.payload,
    )


def _keep(session: Session, letter: DeadLetter, stamp: Stamp) -> bool:
    """Keep a letter; tell whether it is new."""
    excerpt = letter.excerpt[:EXCERPT_LENGTH]
    key = stable_id("dead", letter.stage, letter.source, letter.day, letter.position, letter.reason, excerpt)
    row = session.get(DeadLetterRow, key)
    if row is not None:
        row.last_seen_at, row.resolved_at = stamp.created_at, None
        row.payload = letter.payload or row.payload
        return False
    fields = letter.model_dump() | {"excerpt": excerpt}
    session.add(
        DeadLetterRow(id=key, first_seen_at=stamp.created_at, last_seen_at=stamp.created_at, **fields)
    )
    session.flush()
    return True

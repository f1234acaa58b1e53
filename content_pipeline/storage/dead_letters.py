"""Rows that could not be read: kept with their reason, so that nothing is lost and they can be looked at later."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select

from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.records import Part, Stamp, stable_id
from content_pipeline.storage.tables import DeadLetterRow

EXCERPT_LENGTH = 500


class DeadLetter(Part):
    """A row that was refused. ``position`` says where it stood (``row 17``, ``children[3]``)."""

    stage: str
    source: str
    day: date
    position: str
    reason: str
    excerpt: str


class DeadLetters:
    """Adds and lists dead letters."""

    def __init__(self, database: OperationsDatabase) -> None:
        self._database = database

    def add(self, letters: Iterable[DeadLetter], stamp: Stamp) -> int:
        """Keep each letter once, by its content; seen again, only its last time moves. Return how many are new."""
        new = 0
        with self._database.transaction() as session:
            for letter in letters:
                excerpt = letter.excerpt[:EXCERPT_LENGTH]
                key = stable_id(
                    "dead", letter.stage, letter.source, letter.day, letter.position, letter.reason, excerpt
                )
                row = session.get(DeadLetterRow, key)
                if row is not None:
                    row.last_seen_at = stamp.created_at
                    continue
                new += 1
                fields = letter.model_dump() | {"excerpt": excerpt}
                session.add(
                    DeadLetterRow(
                        id=key, first_seen_at=stamp.created_at, last_seen_at=stamp.created_at, **fields
                    )
                )
                session.flush()
        return new

    def list(self, source: str | None = None, limit: int = 100) -> list[DeadLetter]:
        """Return the newest letters first, of one source or of all."""
        query = (
            select(DeadLetterRow).order_by(DeadLetterRow.last_seen_at.desc(), DeadLetterRow.id).limit(limit)
        )
        if source:
            query = query.where(DeadLetterRow.source == source)
        with self._database.transaction() as session:
            return [
                DeadLetter(
                    stage=row.stage,
                    source=row.source,
                    day=row.day,
                    position=row.position,
                    reason=row.reason,
                    excerpt=row.excerpt,
                )
                for row in session.scalars(query)
            ]

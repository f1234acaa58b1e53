"""Approvals: a person's word on one content hash. Changed content has another hash and needs a new word.

Every word is kept; of those of one kind on the same content the last one counts. Whether a post may be decided on is in ``deciding``.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from content_pipeline.review.records import ApprovalKind
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.tables import ApprovalRow

Decision = Literal["approved", "rejected"]
KINDS: tuple[ApprovalKind, ...] = get_args(ApprovalKind)


@dataclass(frozen=True)
class Word:
    """What somebody said about a content, of which kind, when, and why."""

    content_hash: str
    kind: str
    decision: str
    by: str
    at: datetime
    note: str | None


class Approvals:
    """Reads decisions in the operations database; ``record`` adds one."""

    def __init__(self, operations: OperationsDatabase) -> None:
        self._operations = operations

    def granted(self, content_hashes: Collection[str]) -> set[tuple[str, str]]:
        """Return (content hash, kind) of the approvals that stand."""
        return {(w.content_hash, w.kind) for w in self.last(content_hashes) if w.decision == "approved"}

    def rejected(self, content_hashes: Collection[str]) -> set[str]:
        """Return the content hashes that somebody rejected: they must not leave, whatever the rules say."""
        return {w.content_hash for w in self.last(content_hashes) if w.decision == "rejected"}

    def last(self, content_hashes: Collection[str]) -> list[Word]:
        """Return the words that count: the last one of each kind on each content."""
        words = self.words(content_hashes)
        return list({(word.content_hash, word.kind): word for word in words}.values())

    def words(self, content_hashes: Collection[str]) -> list[Word]:
        """Return everything that was said about the contents, oldest first."""
        query = (
            select(ApprovalRow)
            .where(ApprovalRow.content_hash.in_(list(content_hashes)))
            .order_by(ApprovalRow.id)
        )
        with self._operations.transaction() as session:
            return [
                Word(row.content_hash, row.kind, row.decision, row.by, row.at, row.note)
                for row in session.scalars(query)
            ]


def record(
    session: Session,
    account: str,
    content_hash: str,
    kind: str,
    decision: Decision,
    by: str,
    at: datetime,
    note: str | None = None,
) -> None:
    """Add a decision to a transaction.

    Raises:
        ValueError: nobody is named, the kind is none, or a rejection has no reason.
    """
    if not by.strip():
        raise ValueError("an approval needs the name of the person who gives it")
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is no kind of approval; there are {', '.join(KINDS)}")
    if decision == "rejected" and not (note or "").strip():
        raise ValueError("a rejection needs its reason")
    session.add(
        ApprovalRow(
            account=account, content_hash=content_hash, kind=kind, decision=decision, by=by, at=at, note=note
        )
    )

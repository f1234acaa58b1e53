"""Approvals: a person's word on one content hash. Changed content has another hash and needs a new word."""

from collections.abc import Collection
from datetime import datetime
from typing import Literal

from sqlalchemy import select

from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.tables import ApprovalRow


class Approvals:
    """Records and reads decisions in the operations database."""

    def __init__(self, operations: OperationsDatabase) -> None:
        self._operations = operations

    def decide(
        self,
        account: str,
        content_hash: str,
        kind: str,
        decision: Literal["approved", "rejected"],
        by: str,
        at: datetime,
        note: str | None = None,
    ) -> None:
        """Record a decision; of those of the same kind on the same content the last one counts, and all are kept.

        Raises:
            ValueError: nobody is named.
        """
        if not by.strip():
            raise ValueError("an approval needs the name of the person who gives it")
        row = ApprovalRow(
            account=account, content_hash=content_hash, kind=kind, decision=decision, by=by, at=at, note=note
        )
        with self._operations.transaction() as session:
            session.add(row)

    def granted(self, content_hashes: Collection[str]) -> set[tuple[str, str]]:
        """Return (content hash, kind) of the approvals that stand."""
        return self._decided("approved", content_hashes)

    def rejected(self, content_hashes: Collection[str]) -> set[str]:
        """Return the content hashes that somebody rejected: they must not leave, whatever the rules say."""
        return {content for content, _ in self._decided("rejected", content_hashes)}

    def _decided(self, decision: str, content_hashes: Collection[str]) -> set[tuple[str, str]]:
        query = (
            select(ApprovalRow.content_hash, ApprovalRow.kind, ApprovalRow.decision)
            .where(ApprovalRow.content_hash.in_(list(content_hashes)))
            .order_by(ApprovalRow.id)
        )
        with self._operations.transaction() as session:
            last = {(row.content_hash, row.kind): row.decision for row in session.execute(query)}
        return {key for key, word in last.items() if word == decision}

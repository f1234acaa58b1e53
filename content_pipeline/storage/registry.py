"""The policy registry: versions that the optimizer wrote and the question which one was in force at a moment.

Versions are never changed. Their ids are derived from content, so writing the same decision again changes nothing; a rollback is
a new version, with a later ``effective_at``, that repeats an older payload.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.records import Part, Stamp, stable_id
from content_pipeline.storage.tables import PolicyVersionRow


class PolicyVersion(Part):
    """A version of one kind of policy (``reward_model``, ``mode`` or ``monetization``) for one account."""

    version_id: str
    account: str
    kind: str
    effective_at: datetime
    parent: str | None
    payload: dict[str, Any]
    evidence: dict[str, Any]


class PolicyRegistry:
    """Reads and adds versions."""

    def __init__(self, database: OperationsDatabase) -> None:
        self._database = database

    def in_force(self, account: str, kind: str, at: datetime) -> PolicyVersion | None:
        """Return the newest version with ``effective_at`` not after ``at``, or none."""
        query = (
            select(PolicyVersionRow)
            .where(
                PolicyVersionRow.account == account,
                PolicyVersionRow.kind == kind,
                PolicyVersionRow.effective_at <= at,
            )
            .order_by(PolicyVersionRow.effective_at.desc(), PolicyVersionRow.written.desc())
            .limit(1)
        )
        with self._database.transaction() as session:
            row = session.scalars(query).first()
            return _version(row) if row else None

    def add(
        self,
        account: str,
        kind: str,
        effective_at: datetime,
        payload: dict[str, Any],
        evidence: dict[str, Any],
        stamp: Stamp,
    ) -> str:
        """Add a version and return its id.

        The same decision written again adds nothing. Of several with one ``effective_at`` the one written last is in force.
        """
        version_id = stable_id("policy", account, kind, effective_at, payload)
        own = (PolicyVersionRow.account == account, PolicyVersionRow.kind == kind)
        with self._database.transaction() as session:
            newest = session.scalar(select(func.max(PolicyVersionRow.written)).where(*own)) or 0
            row = session.get(PolicyVersionRow, version_id)
            if row is not None:
                if row.written < newest:
                    row.written = newest + 1
                return version_id
            parent = session.scalars(
                select(PolicyVersionRow.version_id)
                .where(*own, PolicyVersionRow.effective_at < effective_at)
                .order_by(PolicyVersionRow.effective_at.desc(), PolicyVersionRow.written.desc())
                .limit(1)
            ).first()
            session.add(
                PolicyVersionRow(
                    version_id=version_id,
                    account=account,
                    kind=kind,
                    effective_at=effective_at,
                    parent=parent,
                    written=newest + 1,
                    payload=payload,
                    evidence=evidence,
                    created_at=stamp.created_at,
                    trace_id=stamp.trace_id,
                )
            )
        return version_id


def _version(row: PolicyVersionRow) -> PolicyVersion:
    return PolicyVersion(
        version_id=row.version_id,
        account=row.account,
        kind=row.kind,
        effective_at=row.effective_at,
        parent=row.parent,
        payload=row.payload,
        evidence=row.evidence,
    )

"""Prompts that fail again and again rest for a while: counted and kept in the operations database, for all processes together.

A prompt is known by the hash of its content, so one that was mended is a new one and starts without strikes. What a failure
is, the engine says.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from content_pipeline.scripts.prompts.loading import Prompt
from content_pipeline.storage.locks import hold
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.tables import PromptQuarantineRow, PromptStrikeRow

Strike = Literal["failed", "blocked"]
"""``blocked``: the model or its provider refused; ``failed``: no usable answer came of it."""

FAILED_BRIEFS, BLOCKED_BRIEFS = 5, 3
"""Failures, or refusals, with as many different briefs in a row, and the prompt rests.

One brief that no model can write, asked for again and again, says little of the prompt.
"""
REST = timedelta(hours=24)
LONGEST_REASON = 500


@dataclass(frozen=True)
class Quarantined:
    """A prompt that rests: why, since when, and until when."""

    family: str
    prompt_id: str
    reason: str
    since: datetime
    until: datetime


class Quarantine:
    """Counts strikes against prompts, and says which of them rest."""

    def __init__(self, database: OperationsDatabase, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def resting(self, prompt: Prompt) -> Quarantined | None:
        """Return why a prompt is not to be used now, or None."""
        with self._database.transaction() as session:
            row = session.scalar(self._open().where(PromptQuarantineRow.prompt_id == prompt.id))
        return _quarantined(row) if row else None

    def all(self) -> list[Quarantined]:
        """Return all prompts that rest now, also those whose file has changed since, the latest first."""
        with self._database.transaction() as session:
            return [_quarantined(row) for row in session.scalars(self._open())]

    def strike(self, prompt: Prompt, kind: Strike, brief_id: str, reason: str) -> Quarantined | None:
        """Count a failure; return the quarantine that it brought on, if it did."""
        now, reason = self._now(), reason[:LONGEST_REASON]
        with self._database.transaction() as session:
            hold(session, f"prompt {prompt.id}")
            session.add(
                PromptStrikeRow(
                    family=prompt.family,
                    prompt_id=prompt.id,
                    kind=kind,
                    brief_id=brief_id,
                    reason=reason,
                    at=now,
                )
            )
            session.flush()
            why = _why(session, prompt.id)
            if why is None or session.scalar(self._open().where(PromptQuarantineRow.prompt_id == prompt.id)):
                return None
            row = PromptQuarantineRow(
                family=prompt.family,
                prompt_id=prompt.id,
                reason=f"{why}; the last: {reason}",
                since=now,
                until=now + REST,
            )
            session.add(row)
            _forget(session, prompt.id)  # after its rest it starts anew
            return _quarantined(row)

    def succeeded(self, prompt: Prompt) -> None:
        """Forget the strikes of a prompt that has written something usable."""
        with self._database.transaction() as session:
            _forget(session, prompt.id)

    def release(self, family: str, by: str) -> int:
        """End the quarantine of a family now; return how many of its prompts rested."""
        with self._database.transaction() as session:
            rows = list(session.scalars(self._open().where(PromptQuarantineRow.family == family)))
            for row in rows:
                row.released_at, row.released_by = self._now(), by
            session.execute(delete(PromptStrikeRow).where(PromptStrikeRow.family == family))
        return len(rows)

    def strikes(self, prompt: Prompt) -> int:
        """Return the failures of a prompt since it last succeeded."""
        with self._database.transaction() as session:
            query = select(PromptStrikeRow.id).where(PromptStrikeRow.prompt_id == prompt.id)
            return len(session.scalars(query).all())

    def _open(self) -> Select[PromptQuarantineRow]:
        return (
            select(PromptQuarantineRow)
            .where(PromptQuarantineRow.released_at.is_(None), PromptQuarantineRow.until > self._now())
            .order_by(PromptQuarantineRow.since.desc(), PromptQuarantineRow.id.desc())
        )


def _why(session: Session, prompt_id: str) -> str | None:
    rows = list(session.scalars(select(PromptStrikeRow).where(PromptStrikeRow.prompt_id == prompt_id)))
    blocked, failed = ({row.brief_id for row in rows if row.kind == kind} for kind in ("blocked", "failed"))
    if len(blocked) >= BLOCKED_BRIEFS:
        return f"refused for {len(blocked)} briefs in a row"
    return f"failed for {len(failed)} briefs in a row" if len(failed) >= FAILED_BRIEFS else None


def _forget(session: Session, prompt_id: str) -> None:
    session.execute(delete(PromptStrikeRow).where(PromptStrikeRow.prompt_id == prompt_id))


def _quarantined(row: PromptQuarantineRow) -> Quarantined:
    return Quarantined(row.family, row.prompt_id, row.reason, row.since, row.until)

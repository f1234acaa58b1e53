"""The envelope that every row which crosses a stage carries, and the ids that are derived from content.

Stage records live in each stage's ``records.py``; keep them out of this module.
"""

import hashlib
import json
from datetime import UTC, date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, field_validator


class Stamp(BaseModel):
    """Who made a row and when: the run's id and the clock's time (UTC)."""

    model_config = ConfigDict(frozen=True)

    trace_id: str
    created_at: datetime

    def fields(self) -> dict[str, Any]:
        """Return the envelope's fields, to be passed on as keyword arguments to a record."""
        return {"trace_id": self.trace_id, "created_at": self.created_at}


class Part(BaseModel):
    """A value inside a record (a segment, a finding); it has no envelope of its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Record(BaseModel):
    """A row of the lake: immutable, with the envelope of schema version, trace id and creation time.

    Every ``datetime`` in a record is aware and in UTC; a naive one is refused.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: int = 1
    trace_id: str
    created_at: datetime

    @field_validator("*", mode="after")
    @classmethod
    def _aware_and_utc(cls, value: Any) -> Any:
        if isinstance(value, datetime):
            if value.tzinfo is None:
                raise ValueError("a datetime needs a time zone")
            return value.astimezone(UTC)
        return value


def stable_id(prefix: str, *parts: object) -> str:
    """Return ``prefix_`` and 16 hex digits that depend on ``parts`` alone.

    The same content gives the same id in every run and on every machine, so a rerun makes the same rows.
    """
    return f"{prefix}_{content_hash(*parts)[:16]}"


def content_hash(*parts: object) -> str:
    """Return the SHA-256 (hex) of a canonical JSON form of ``parts``."""
    text = json.dumps(parts, default=_plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no canonical form for an id")

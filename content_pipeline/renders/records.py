"""Rows that the renders stage makes: a finished file, what was checked in it, and where its parts come from."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from content_pipeline.review.records import Finding
from content_pipeline.storage.records import Part, Record


class MediaCheck(Part):
    """One property of the file, read back with a probe, and whether the platform accepts it."""

    name: str
    passed: bool
    detail: str


class Provenance(Part):
    """Where a font, sound or picture in the file comes from and under which licence."""

    kind: Literal["font", "sound", "picture", "voice"]
    name: str
    source: str
    licence: str


class Render(Record):
    """A finished reel and its cover. Keys name files of the media store, which are named by their content's SHA-256.

    ``findings`` are what stands against the finished file, such as a part without a licence; one that blocks keeps it from going out.
    """

    render_id: str
    script_id: str
    brief_id: str
    slot_id: str
    slot_at: datetime
    account: str
    day: date
    content_hash: str
    reel_key: str
    reel_sha256: str
    reel_bytes: int
    cover_key: str
    cover_sha256: str
    width: int
    height: int
    fps: float
    duration_s: float
    video_codec: str
    audio_codec: str
    checks: list[MediaCheck]
    provenance: list[Provenance]
    findings: list[Finding] = Field(default_factory=list)
    renderer: str

    @property
    def blocks(self) -> list[Finding]:
        """Return the findings that keep the file from going out."""
        return [finding for finding in self.findings if finding.severity == "block"]

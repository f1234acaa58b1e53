"""Rows that the scripts stage makes: a variant of a brief, ready to be reviewed and rendered."""

from datetime import date, datetime
from typing import Literal

from content_pipeline.briefs.records import Archetype, SlotLabel
from content_pipeline.storage.records import Part, Record


class Segment(Part):
    """A timed part of a reel; seconds from its start. ``voice_text`` is what is said, and captioned word by word."""

    role: Literal["hook", "body", "cta"]
    start_s: float
    end_s: float
    on_screen_text: str
    voice_text: str


class Claim(Part):
    """A statement of fact in the script and the signal that it rests on."""

    text: str
    signal_id: str
    url: str | None


class Script(Record):
    """A variant of a brief for one slot. ``content_hash`` covers everything that a viewer would see, hear or read.

    ``preference`` orders the variants of a slot, 1 first: the slot's own brief before its reserves.
    """

    script_id: str
    brief_id: str
    trend_id: str
    slot_id: str
    slot_at: datetime
    slot_label: SlotLabel
    account: str
    day: date
    variant: int
    preference: int
    archetype: Archetype
    language: str
    segments: list[Segment]
    duration_s: float
    cover_text: str
    caption_short: str
    caption_long: str
    hashtags: list[str]
    alt_text: str
    claims: list[Claim]
    engine: str
    prompt_version: str
    ai_generated: bool
    content_hash: str

    @property
    def caption(self) -> str:
        """Return the caption as it is posted: the long caption, a blank line and the hashtags."""
        return f"{self.caption_long}\n\n{' '.join(self.hashtags)}".strip()

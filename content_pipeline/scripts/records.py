"""Rows that the scripts stage makes: a variant of a brief, ready to be reviewed and rendered."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal, Self

from content_pipeline.briefs.records import Archetype, SlotLabel
from content_pipeline.storage.records import Part, Record, content_hash


class Segment(Part):
    """A timed part of a reel; seconds from its start. ``voice_text`` is what is said, and captioned word by word.

    Between hook and body there may be a ``context``, which says what the trend is.
    """

    role: Literal["hook", "context", "body", "cta"]
    start_s: float
    end_s: float
    on_screen_text: str
    voice_text: str


class Claim(Part):
    """A statement in the script: a fact with the signal, the address and the words that it rests on, or an opinion."""

    text: str
    kind: Literal["evidence", "opinion"]
    signal_id: str | None
    url: str | None
    quote: str | None


class Writing(Part):
    """How a script was written. Tokens and ``cost_usd`` count every attempt, failed ones too; null where no model was asked.

    ``prompt_id`` is the content hash of the prompt (of the grammar, for the template engine). ``confidence`` in [0, 1] is what
    validators, evidence and originality agree on, ``doubts`` what lowered it. ``fallback`` names what stood in and why, where the
    engine that was asked for did not write it.
    """

    engine: str
    model: str | None
    prompt_id: str
    attempts: int
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: float | None
    confidence: float
    doubts: list[str]
    fallback: str | None


class Script(Record):
    """A variant of a brief for one slot. ``content_hash`` covers everything that a viewer would see, hear or read.

    ``preference`` orders the variants of a slot, 1 first: the slot's own brief before its reserves. ``archetype`` is the
    variant's own: a variant may open or build its body in another way than its brief asks. ``disclosure`` is the line of the
    caption that says that a generative model wrote it; ``needs_human`` asks for a person whatever the account's phase.
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
    writing: Writing
    disclosure: str | None
    is_ai_generated: bool
    needs_human: bool
    content_hash: str

    @property
    def caption(self) -> str:
        """Return the caption as it is posted: the long caption, a blank line and the hashtags."""
        return f"{self.caption_long}\n\n{' '.join(self.hashtags)}".strip()

    @property
    def film_hash(self) -> str:
        """Return the SHA-256 (hex) of all that reel and cover are made from; the caption is no part of it."""
        return content_hash(self.segments, self.cover_text, self.language)

    def with_caption(self, caption_long: str, hashtags: Sequence[str]) -> Self:
        """Return the script with another caption; its ``content_hash`` is another too, its ``script_id`` stays."""
        tags = list(hashtags)
        seen = seen_hash(self.segments, self.cover_text, caption_long, tags, self.alt_text)
        return self.model_copy(update={"caption_long": caption_long, "hashtags": tags, "content_hash": seen})


def seen_hash(
    segments: Sequence[Segment], cover_text: str, caption_long: str, hashtags: Sequence[str], alt_text: str
) -> str:
    """Return the SHA-256 (hex) of everything that a viewer would see, hear or read: a script's ``content_hash``."""
    return content_hash(list(segments), cover_text, caption_long, list(hashtags), alt_text)

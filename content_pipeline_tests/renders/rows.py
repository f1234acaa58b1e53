"""A script to render and its review, made from a few parts."""

from datetime import UTC, date, datetime

from content_pipeline.briefs.records import Archetype
from content_pipeline.review.records import Review
from content_pipeline.scripts.records import Script, Segment
from content_pipeline.storage.records import Stamp, content_hash
from content_pipeline_tests.examples import WRITING

STAMP = Stamp(trace_id="run", created_at=datetime(2026, 3, 1, 8, tzinfo=UTC))
LISTICLE = (
    (
        "hook",
        "3 small moves for a calmer hour",
        "Three small moves for a calmer hour. The second one surprises people.",
    ),
    ("body", "1. Close every tab you can name", "Close every tab you can name. You will find it again."),
    ("body", "2. Write the next step: one line, by hand", "Write the next step in one line, by hand."),
    ("body", "3. Walk for two minutes", "Walk for two minutes before you begin."),
    ("cta", "Save this for your next busy morning", "Save this for your next busy morning."),
)
SHORT = (
    (*LISTICLE[0][:2], "Three small moves."),
    (*LISTICLE[3][:2], "Walk first."),
    (*LISTICLE[4][:2], "Save this."),
)


def script(
    parts: tuple[tuple[str, str, str], ...] = LISTICLE, seconds: float = 14.0, **changes: object
) -> Script:
    """Return a script whose parts (role, on-screen text, voice text) share the seconds evenly."""
    marks = [round(seconds * number / max(1, len(parts)) * 30) / 30 for number in range(len(parts) + 1)]
    segments = [
        Segment(role=role, start_s=start, end_s=end, on_screen_text=text, voice_text=voice)
        for (role, text, voice), start, end in zip(parts, marks, marks[1:], strict=False)
    ]
    fields = {
        "script_id": "script_1",
        "brief_id": "brief_1",
        "trend_id": "trend_1",
        "slot_id": "slot_1",
        "slot_at": datetime(2026, 3, 1, 14, tzinfo=UTC),
        "slot_label": "morning",
        "account": "demo",
        "day": date(2026, 3, 1),
        "variant": 1,
        "preference": 1,
        "archetype": Archetype(
            hook_family="number", format="listicle", topic_family="focus", duration_band="medium", cta="save"
        ),
        "language": "en",
        "segments": segments,
        "duration_s": seconds,
        "cover_text": "3 moves for a calmer hour",
        "caption_short": "Three moves.",
        "caption_long": "Three moves.",
        "hashtags": ["#focus"],
        "alt_text": "Three moves.",
        "claims": [],
        "writing": WRITING,
        "disclosure": None,
        "is_ai_generated": False,
        "needs_human": False,
    } | changes
    seen = content_hash(fields["segments"], fields["cover_text"])
    return Script(**STAMP.fields(), **({"content_hash": seen} | fields))


def review(of: Script, verdict: str = "released", **changes: object) -> Review:
    """Return a review of a script."""
    fields = {
        "review_id": f"review_{of.script_id}",
        "script_id": of.script_id,
        "slot_id": of.slot_id,
        "account": of.account,
        "day": of.day,
        "content_hash": of.content_hash,
        "verdict": verdict,
        "risk_tier": "low",
        "findings": [],
        "approvals_needed": [],
    } | changes
    return Review(**STAMP.fields(), **fields)

"""Near-duplicates: of what the account posted in the last 90 days, and of another slot's script of the same day."""

from collections.abc import Iterator

from rapidfuzz.fuzz import token_sort_ratio

from content_pipeline.review.records import Finding
from content_pipeline.review.rules.base import Material, excerpt

SIMILAR_FROM = 90
"""Token-sort similarity (0 to 100) of two whole captions from which they count as the same post."""


def check_duplicates(material: Material) -> Iterator[Finding]:
    """Find a caption that is nearly one that was posted, or one of a slot before it on the same day."""
    script = material.script
    caption = script.caption_long
    posted = next(
        (c for c in material.context.recent_captions if token_sort_ratio(caption, c) >= SIMILAR_FROM), None
    )
    if posted is not None:
        yield _finding("recent", "the account posted nearly the same in the last 90 days", posted)
    earlier = (s for s in material.context.others if s.slot_at < script.slot_at and s.preference == 1)
    same = next((s for s in earlier if token_sort_ratio(caption, s.caption_long) >= SIMILAR_FROM), None)
    if same is not None:
        yield _finding("same_day", "another slot of the day says nearly the same", same.caption_long)


def _finding(name: str, message: str, text: str) -> Finding:
    return Finding(
        rule_id=f"duplicates.{name}",
        severity="block",
        message=message,
        remedy="choose another angle",
        excerpt=excerpt(text),
    )

"""Near-duplicates: of what the account posted in the last 90 days, and of a script for an earlier slot of the same day."""

from collections.abc import Iterator

import numpy as np

from content_pipeline.review.history import PostText
from content_pipeline.review.records import Finding
from content_pipeline.review.rules.base import Material, excerpt
from content_pipeline.review.similarity import SIMILAR_FROM


def check_duplicates(material: Material) -> Iterator[Finding]:
    """Find what tells again, in its caption or in its reel, what was posted, or what an earlier slot of the day may tell.

    Every script of an earlier slot counts, because people may choose another than the most preferred one.
    """
    context, script = material.context, material.script
    own = PostText.of(script)
    posted = context.posted_corpus.similarities(own)
    if posted.size and posted.max() >= SIMILAR_FROM:
        at = int(posted.argmax())
        yield _finding("recent", "the account posted", "in the last 90 days", posted[at], context.posted[at])
    earlier = np.array([other.slot_at < script.slot_at for other in context.others], dtype=bool)
    if earlier.any():
        same_day = np.where(earlier, context.others_corpus.similarities(own), 0.0)
        if same_day.max() >= SIMILAR_FROM:
            at = int(same_day.argmax())
            other = PostText.of(context.others[at])
            yield _finding("same_day", "an earlier slot of the day tells", "already", same_day[at], other)


def _finding(name: str, who: str, when: str, likeness: float, other: PostText) -> Finding:
    return Finding(
        rule_id=f"duplicates.{name}",
        severity="block",
        message=f"{who} nearly the same {when} ({likeness:.0%} of the wording is shared)",
        remedy="choose another angle, or tell it with other advice",
        excerpt=excerpt(other.caption),
    )

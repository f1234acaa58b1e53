"""What an account posted in the last 90 days, caption and reel: what the near-duplicate rule compares with.

When two texts are the same post told again is ``similarity``'s part.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import and_, or_, select

from content_pipeline.review.similarity import Corpus
from content_pipeline.scripts.records import Script
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.published import WAITING
from content_pipeline.storage.tables import PublicationRow

WINDOW = timedelta(days=90)


class PostText(NamedTuple):
    """A post's words: its caption, and what is shown and said in its reel (empty where its script is gone)."""

    caption: str
    reel: str

    @classmethod
    def of(cls, script: Script) -> "PostText":
        """Return the words of a script."""
        return cls(script.caption_long, _reel([s.model_dump() for s in script.segments]))


class PostCorpus:
    """Posts to compare with."""

    def __init__(self, posts: Sequence[PostText]) -> None:
        self.posts = posts
        self._captions = Corpus(post.caption for post in posts)
        self._reels = Corpus(post.reel for post in posts)

    def similarities(self, post: PostText) -> np.ndarray:
        """Return how alike a post is to each: floats in [0, 1], of the captions or of the reels, whichever is more."""
        return np.maximum(self._captions.similarities(post.caption), self._reels.similarities(post.reel))


def recent_posts(lake: Lake, operations: OperationsDatabase, account: str, day: date) -> list[PostText]:
    """Return what went live, or may have, in the 90 days before ``day``, oldest first; the day itself does not count.

    A post of an earlier day that waits for a slot of this day or later, because a person moved it, counts too.
    """
    still_to_come = and_(
        PublicationRow.state.in_(WAITING),
        PublicationRow.slot_at >= datetime.combine(day, time(), tzinfo=UTC),
    )
    query = (
        select(PublicationRow.day, PublicationRow.script_id, PublicationRow.payload)
        .where(
            PublicationRow.account == account,
            or_(
                PublicationRow.state.in_(("published", "publishing", "unknown", "taken_down")), still_to_come
            ),
            PublicationRow.day < day,
            PublicationRow.day >= day - WINDOW,
        )
        .order_by(PublicationRow.slot_at)
    )
    with operations.transaction() as session:
        posted = [(d, name, str(payload["caption"])) for d, name, payload in session.execute(query)]
    dims = [{"account": account, "day": str(d)} for d in sorted({d for d, _, _ in posted})]
    rows = lake.scan("scripts", Script, dims, ("script_id", "segments")).to_pylist()
    reels = {row["script_id"]: _reel(row["segments"]) for row in rows}
    return [PostText(caption, reels.get(name, "")) for _, name, caption in posted]


def _reel(segments: Iterable[dict[str, Any]]) -> str:
    return "\n".join(s[part] for s in segments for part in ("on_screen_text", "voice_text"))

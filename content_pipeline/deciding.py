"""What `content-pipeline approve` does: records a person's word on the content that a post stands for."""

from typing import Literal

from content_pipeline.resources import clock_of
from content_pipeline.review.approvals import Approvals
from content_pipeline.review.records import Review
from content_pipeline.settings import ConfigError, Settings
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.tables import PublicationRow


def decide(
    settings: Settings,
    post: str,
    by: str,
    decision: Literal["approved", "rejected"],
    kinds: list[str] | None,
    note: str | None,
) -> list[str]:
    """Record a decision on a post's content; return the kinds of approval that it covers.

    Raises:
        ConfigError: there is no such post, or it ended already.
    """
    with OperationsDatabase(settings.effective_database_url) as operations:
        with operations.transaction() as session:
            row = session.get(PublicationRow, post)
        if row is None:
            raise ConfigError(f"there is no post {post!r}: `content-pipeline status` shows those that wait")
        if row.state not in ("planned", "awaiting_approval"):
            raise ConfigError(f"post {post} is {row.state}: it can be decided on only while it waits")
        dims = {"account": row.account, "day": str(row.day)}
        reviews = Lake(settings.lake_base).read_existing("reviews", Review, [dims])
        needed = [k for r in reviews if r.content_hash == row.content_hash for k in r.approvals_needed]
        chosen = kinds or list(dict.fromkeys(needed)) or ["editorial"]
        for kind in chosen:
            Approvals(operations).decide(
                row.account, row.content_hash, kind, decision, by, clock_of(settings).now(), note
            )
        return chosen

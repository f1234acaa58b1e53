"""What `content-pipeline approve` does: opens the stores and records a person's word on the content that a post stands for."""

from collections.abc import Sequence

from content_pipeline.resources import clock_of
from content_pipeline.review import deciding
from content_pipeline.review.approvals import Decision
from content_pipeline.review.records import ApprovalKind
from content_pipeline.settings import Settings
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.operations import OperationsDatabase


def decide(
    settings: Settings,
    post: str,
    by: str,
    decision: Decision,
    kinds: Sequence[str] | None,
    note: str | None,
) -> list[ApprovalKind]:
    """Record a decision on a post's content; return the kinds of approval that it covers.

    Raises:
        DecisionRefused: there is no such post, it ended already, or the decision lacks something.
    """
    with OperationsDatabase(settings.effective_database_url) as operations:
        return deciding.decide(
            operations,
            Lake(settings.lake_base),
            post,
            decision,
            by=by,
            at=clock_of(settings).now(),
            kinds=kinds or (),
            note=note,
        )

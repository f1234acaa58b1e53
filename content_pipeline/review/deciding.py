"""Deciding on a post: the checks that stand between a person's click, or command, and a word that counts.

The command line and the review desk both go through ``decide``; who may give which kind of approval is theirs to know.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from content_pipeline.review.approvals import KINDS, Decision, record
from content_pipeline.review.phases import BY_HAND
from content_pipeline.review.records import ApprovalKind, Review
from content_pipeline.settings import ConfigError, nearest
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.tables import CaptionEditRow, PublicationRow

WAITING = ("planned", "awaiting_approval")
"""States in which a post can be decided on."""


class DecisionRefused(ConfigError):  # noqa: N818
    """Nothing was recorded; the message says why and what to do."""


class ContentChanged(DecisionRefused):
    """The post's content is another than the one that was decided on, or soon will be: look again."""


def decide(
    operations: OperationsDatabase,
    lake: Lake,
    post_id: str,
    decision: Decision,
    *,
    by: str,
    at: datetime,
    kinds: Sequence[str] = (),
    note: str | None = None,
    seen: str | None = None,
) -> list[ApprovalKind]:
    """Record a person's word on the content that a post stands for now; return the kinds of approval that it covers.

    Args:
        operations: the operations database.
        lake: where the post's review is.
        post_id: of a post that waits: ``planned`` or ``awaiting_approval``.
        decision: a rejection needs a ``note``, its reason; an approval does not.
        by: the person's name.
        at: the pipeline's time.
        kinds: those that its review asks for, or some of them; by default all. Where it asks for none: those that people always
            give.
        note: kept with the decision.
        seen: the content hash that the person looked at; None trusts that it was the current one.

    Raises:
        ContentChanged: the content is not the one that was seen, its review is of another one, or a caption was edited since.
        DecisionRefused: there is no such post, it waits no longer, the gate blocks it, or something is missing in the decision.
    """
    _check_words(decision, by, note, kinds)
    with operations.transaction() as session:
        row = session.get(PublicationRow, post_id, with_for_update=True)
        if row is None:
            raise DecisionRefused(
                f"there is no post {post_id!r}: `content-pipeline status` shows those that wait"
            )
        if row.state not in WAITING:
            raise DecisionRefused(f"post {post_id} is {row.state}: it can be decided on only while it waits")
        review = _review_of(session, lake, row, seen)
        if review.verdict == "blocked" and decision == "approved":
            rules = ", ".join(finding.rule_id for finding in review.findings if finding.severity == "block")
            raise DecisionRefused(
                f"post {post_id} is blocked by {rules}: a block cannot be approved away; change the content"
            )
        chosen = _chosen(review, kinds)
        for kind in chosen:
            record(session, row.account, row.content_hash, kind, decision, by.strip(), at, note)
    return chosen


def _check_words(decision: Decision, by: str, note: str | None, kinds: Sequence[str]) -> None:
    if not by.strip():
        raise DecisionRefused("a decision needs the name of the person who makes it")
    if decision == "rejected" and not (note or "").strip():
        raise DecisionRefused("a rejection needs its reason, so that the next version can be better")
    for kind in kinds:
        if kind not in KINDS:
            raise DecisionRefused(
                f"{kind!r} is no kind of approval{nearest(kind, KINDS)}; there are {', '.join(KINDS)}"
            )


def _review_of(session: Session, lake: Lake, row: PublicationRow, seen: str | None) -> Review:
    """Return the review of the content that the post stands for.

    Raises:
        ContentChanged: that is not the content that was seen, or there is none.
    """
    again = "look at it again and decide then"
    if seen is not None and seen != row.content_hash:
        raise ContentChanged(f"the content of post {row.post_id} was changed meanwhile: {again}")
    edits = list(
        session.scalars(
            select(CaptionEditRow)
            .where(CaptionEditRow.script_id == row.script_id)
            .order_by(CaptionEditRow.id)
        )
    )
    builds_on_it = any(row.content_hash in (edit.was_hash, edit.content_hash) for edit in edits)
    if builds_on_it and edits[-1].content_hash != row.content_hash:
        raise ContentChanged(
            f"the caption of post {row.post_id} was edited by {edits[-1].by}, and is reviewed next: {again}"
        )
    dims = {"account": row.account, "day": str(row.day)}
    found = [r for r in lake.read_existing("reviews", Review, [dims]) if r.script_id == row.script_id]
    same = [review for review in found if review.content_hash == row.content_hash]
    if not same:
        raise ContentChanged(
            f"the content of post {row.post_id} was changed since it was planned: materialize `posts` of {row.day}, {again}"
        )
    return same[0]


def _chosen(review: Review, kinds: Sequence[str]) -> list[ApprovalKind]:
    if not kinds:
        return list(review.approvals_needed or BY_HAND)
    allowed = review.approvals_needed or list(BY_HAND)
    unasked = [kind for kind in kinds if kind not in allowed]
    if unasked:
        raise DecisionRefused(
            f"nobody asked for the approval {', '.join(unasked)} of this post; it needs {', '.join(allowed)}"
        )
    return [kind for kind in allowed if kind in kinds]

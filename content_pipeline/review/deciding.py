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
from content_pipeline.storage.published import WAITING
from content_pipeline.storage.tables import ApprovalRow, CaptionEditRow, PublicationRow


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
    said: int | None = None,
    fresh: Review | None = None,
) -> list[ApprovalKind]:
    """Record a person's word on the content that a post stands for now; return the kinds of approval that it covers.

    Whatever is said here, ``posts`` lets nothing leave without the stored review of exactly that content, and all that it asks for.

    Args:
        operations: the operations database.
        lake: where the post's review is.
        post_id: of a post that waits: ``planned`` or ``awaiting_approval``.
        decision: a rejection needs a ``note``, its reason; an approval does not.
        by: the person's name.
        at: the pipeline's time.
        kinds: those that its review asks for, or some of them; by default all. Where it asks for none: those that people always
            give. Those in which it was rejected can be given too, or nobody could take that back.
        note: kept with the decision.
        seen: the content hash that the person looked at; None trusts that it was the current one.
        said: how many words on this content the person saw; None decides whatever others said meanwhile.
        fresh: what the gate says of an edited caption (``seen``) that ``reviews`` has not taken in yet, as it was shown to them.

    Raises:
        ContentChanged: the content, or what was said about it, is not what was seen, its review is of another one, or a caption was
            edited since.
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
        review = _review_of(session, lake, row, seen, fresh)
        words = _words_on(session, review.content_hash)
        if said is not None and said != len(words):
            raise ContentChanged(
                f"somebody decided on post {post_id} meanwhile: look at it again and decide then"
            )
        if review.verdict == "blocked" and decision == "approved":
            rules = ", ".join(finding.rule_id for finding in review.findings if finding.severity == "block")
            raise DecisionRefused(
                f"post {post_id} is blocked by {rules}: a block cannot be approved away; change the content"
            )
        refused = [kind for kind, word in {w.kind: w for w in words}.items() if word.decision == "rejected"]
        chosen = _chosen(review, kinds, refused)
        for kind in chosen:
            record(session, row.account, review.content_hash, kind, decision, by.strip(), at, note)
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


def _words_on(session: Session, content: str) -> Sequence[ApprovalRow]:
    query = select(ApprovalRow).where(ApprovalRow.content_hash == content).order_by(ApprovalRow.id)
    return session.scalars(query).all()


def _review_of(
    session: Session, lake: Lake, row: PublicationRow, seen: str | None, fresh: Review | None
) -> Review:
    """Return the review of the content that the post stands for, or will when the caption that the person saw is taken in.

    Raises:
        ContentChanged: that is not the content that was seen, or there is none.
    """
    again = "look at it again and decide then"
    dims = {"account": row.account, "day": str(row.day)}
    reviews = lake.read_existing("reviews", Review, [dims])
    review_of = {r.content_hash: r for r in reviews if r.script_id == row.script_id}
    edits = list(
        session.scalars(
            select(CaptionEditRow)
            .where(CaptionEditRow.script_id == row.script_id)
            .order_by(CaptionEditRow.id)
        )
    )
    builds_on_it = any(row.content_hash in (edit.was_hash, edit.content_hash) for edit in edits)
    if builds_on_it and edits[-1].content_hash != row.content_hash:
        if fresh and fresh.script_id == row.script_id:
            review_of.setdefault(fresh.content_hash, fresh)
        if seen == edits[-1].content_hash and seen in review_of:
            return review_of[seen]
        raise ContentChanged(
            f"the caption of post {row.post_id} was edited by {edits[-1].by}, and is reviewed next: {again}"
        )
    if seen is not None and seen != row.content_hash:
        raise ContentChanged(f"the content of post {row.post_id} was changed meanwhile: {again}")
    if row.content_hash not in review_of:
        raise ContentChanged(
            f"the content of post {row.post_id} was changed since it was planned: materialize `posts` of {row.day}, {again}"
        )
    return review_of[row.content_hash]


def _chosen(review: Review, kinds: Sequence[str], refused: Sequence[str]) -> list[ApprovalKind]:
    """Return the kinds that are decided on, of those that the review asks for and those in which the content was ``refused``."""
    needed = review.approvals_needed or list(BY_HAND)
    allowed = [*needed, *(kind for kind in KINDS if kind in refused and kind not in needed)]
    unasked = [kind for kind in kinds if kind not in allowed]
    if unasked:
        raise DecisionRefused(
            f"nobody asked for the approval {', '.join(unasked)} of this post; it needs {', '.join(needed)}"
        )
    return [kind for kind in allowed if kind in kinds or not kinds]

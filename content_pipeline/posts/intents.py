"""Between the lake and the ledger: which render is for which slot, and the ledger as rows of the lake.

Pure functions. What happens with an intent is the ledger's business; whether a script may leave is review's.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date

from content_pipeline.accounts import Account
from content_pipeline.briefs.calendar.slots import slot_label
from content_pipeline.posts.ledger import Ledger
from content_pipeline.posts.publications import Payload, PostIntent, Publication
from content_pipeline.posts.records import Post
from content_pipeline.renders.records import Render
from content_pipeline.review.phases import BY_HAND
from content_pipeline.review.records import Review
from content_pipeline.scripts.records import Script
from content_pipeline.storage.records import Stamp


def post_intents(
    account: Account,
    renders: Iterable[Render],
    scripts: Iterable[Script],
    reviews: Iterable[Review],
    approvals: Collection[tuple[str, str]],
    edited: Collection[str] = (),
) -> list[PostIntent]:
    """Choose one render a slot and say whether it may go.

    ``approvals`` are pairs (content hash, kind) that people gave, ``edited`` the ids of scripts whose captions
    people edited: beside one of those, another variant gets the slot only if people approved it. Else a slot
    gets the most preferred variant that may go; if none may, the most preferred one that waits for approval.
    One whose file may not be used (a finding of its render blocks) waits with the reason, whatever people
    approve. A blocked variant, or one whose review is of other content, gets nothing.
    """
    script_of = {script.script_id: script for script in scripts if script.account == account.id}
    review_of = {review.script_id: review for review in reviews}
    theirs = {script.slot_id for script in script_of.values() if script.script_id in edited}
    by_slot: defaultdict[str, list[tuple[tuple[bool, bool, int, str], PostIntent]]] = defaultdict(list)
    for render in renders:
        script, review = script_of.get(render.script_id), review_of.get(render.script_id)
        if script is None or review is None or review.verdict == "blocked":
            continue
        if review.content_hash != script.content_hash:
            continue
        given = sorted({kind for content, kind in approvals if content == script.content_hash})
        if script.slot_id in theirs and script.script_id not in edited and not set(BY_HAND) <= set(given):
            continue
        approved = review.verdict == "released" or set(review.approvals_needed) <= set(given)
        may_go = approved and not render.blocks
        rank = (bool(render.blocks), not may_go, script.preference, script.script_id)
        reason = None if may_go else _why_it_waits(render, review, given)
        by_slot[script.slot_id].append((rank, _intent(render, script, given, reason)))
    return [min(choices, key=lambda c: c[0])[1] for _, choices in sorted(by_slot.items())]


def _why_it_waits(render: Render, review: Review, given: Collection[str]) -> str:
    if render.blocks:
        return f"the file may not be used: {'; '.join(f'{f.message} ({f.remedy})' for f in render.blocks)}"
    missing = [kind for kind in review.approvals_needed if kind not in given]
    reasons = f" ({'; '.join(review.reasons)})" if review.reasons else ""
    return f"waits for {', '.join(missing)}{reasons}"


def _intent(render: Render, script: Script, approvals: list[str], reason: str | None) -> PostIntent:
    return PostIntent(
        account=script.account,
        day=script.day,
        slot_id=script.slot_id,
        slot_at=script.slot_at,
        render_id=render.render_id,
        script_id=script.script_id,
        brief_id=script.brief_id,
        content_hash=script.content_hash,
        payload=Payload(
            caption=script.caption,
            reel_key=render.reel_key,
            reel_sha256=render.reel_sha256,
            reel_bytes=render.reel_bytes,
            cover_key=render.cover_key,
            duration_s=render.duration_s,
            is_ai_generated=script.is_ai_generated,
            approvals=approvals,
        ),
        state="planned" if reason is None else "awaiting_approval",
        reason=reason,
    )


def ledger_rows(ledger: Ledger, account: Account, day: date, stamp: Stamp) -> list[Post]:
    """Return the posts that a day planned, as the ledger knows them now, in the order of their slots."""
    wanted = set(Post.model_fields) & set(Publication.model_fields)
    return [
        Post(
            **{name: getattr(post, name) for name in wanted},
            slot_date=post.slot_at.astimezone(account.zone).date(),
            slot_label=slot_label(post.slot_at, account.zone),
            **stamp.fields(),
        )
        for post in ledger.publications(account.id, days=[day])
    ]

"""What the desk's forms do: approve, reject, edit a caption, move a post. Each carries what it was made for; if that changed
meanwhile, nothing is done and the person is told.

The rules of deciding are ``review.deciding``'s, those of changing ``posts.changes``'s; here they are asked in a person's name.
"""

import re
from datetime import datetime
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from content_pipeline.desk.judging import review_now
from content_pipeline.desk.pages import SCRIPT, once, show_edit, show_post, view_of
from content_pipeline.desk.post import PostView
from content_pipeline.desk.queue import read_queue
from content_pipeline.desk.users import KINDS, User
from content_pipeline.desk.web import desk_of, form_list, form_of, page, redirect
from content_pipeline.desk.words import STATES, at, counted, kinds, listed, sentence
from content_pipeline.errors import UserError
from content_pipeline.posts.changes import PostChanges
from content_pipeline.review.changes import Changes, edited
from content_pipeline.review.deciding import decide
from content_pipeline.review.records import ApprovalKind, Finding
from content_pipeline.scripts.records import Script
from content_pipeline.settings import ConfigError

MOST_REASON = 2000


@page(roles=KINDS)
def approve(request: Request, user: User) -> Response:
    """Give the approvals that were ticked, all at once."""
    view = view_of(request)
    if stale := _stale(request, view):
        return stale
    asked = form_list(request, "kind")
    _may(request, user, asked)
    chosen = [kind for kind in view.entry.yours(user) if kind in asked]
    if not chosen and not view.entry.decidable:
        return _refused(request, view, f"Nothing was recorded. {_stands(view)}")
    if not chosen:
        return _refused(request, view, "Nothing was recorded: choose at least one approval to give.")
    if problem := _decide(request, user, view, "approved", chosen, None):
        return problem
    missing = [kind for kind in view.entry.missing if kind not in chosen]
    then = (
        f"It still needs {kinds(missing)} approval."
        if missing
        else f"It is posted at its time, {_local(request, view, view.entry.slot_at)}{once(view)}."
    )
    return _on(request, user, view, f"You gave {kinds(chosen)} approval. {then}")


@page(roles=KINDS)
def reject(request: Request, user: User) -> Response:
    """Reject a post, with the reason."""
    view = view_of(request)
    if stale := _stale(request, view):
        return stale
    allowed = view.rejectable(user)
    if not allowed and not view.entry.decidable:
        return _refused(request, view, f"Nothing was recorded. {_stands(view)}")
    if not allowed:
        return _refused(request, view, "Nothing was recorded: this post cannot be rejected by you now.")
    reason = form_of(request).get("reason", "").strip()
    if not reason or len(reason) > MOST_REASON:
        problem = (
            f"Keep the reason under {MOST_REASON} characters."
            if reason
            else "Say why, so that the next version can be better. Nothing was recorded yet."
        )
        return show_post(request, user, view, 422, problem, reason)
    if problem_page := _decide(request, user, view, "rejected", allowed[:1], reason):
        return problem_page
    return _on(request, user, view, "Rejected. It is not posted unless you approve it after all.")


@page(roles=KINDS)
def edit(request: Request, user: User) -> Response:
    """Check a caption, save it, or put the original back."""
    view, form = view_of(request), form_of(request)
    desk = desk_of(request)
    script, wish = view.script, form.get("wish", "save")
    caption, tags = form.get("caption", ""), form.get("hashtags", "")
    if script is None or not view.changeable:
        return _refused(request, view, "Nothing was saved: this post cannot be changed any more.")
    if form.get("content") != view.content:
        who = f"{view.edits[-1].by} changed this text" if view.edits else "This text was changed"
        _note(request, view, "stale", wish=wish)
        problem = f"{who} while you were writing. Nothing was saved. The newest text is on the post’s page; yours is below."
        return show_edit(request, view, caption, tags, status=409, problem=problem)
    if wish == "restore" and view.edited:
        caption, tags = view.edited.original.caption_long, " ".join(view.edited.original.hashtags)
    words = [tag for tag in re.split(r"[\s,]+", tags) if tag]
    try:
        if wish == "check":
            new = edited(script, caption, words)
            return show_edit(request, view, caption, tags, checked=new, found=_found(request, view, new))
        new = PostChanges(desk.operations, desk.lake).edit_caption(
            script, caption, words, user.name, desk.clock()
        )
    except UserError as error:
        return show_edit(
            request, view, caption, tags, status=422, problem=f"{sentence(str(error))} Nothing was saved."
        )
    _note(request, view, "edited", was=script.content_hash, now=new.content_hash)
    found = len(_found(request, view, new))
    before = len(view.judged.review.findings) if view.judged else 0
    lapsed = sorted({word.by for word in view.words if word.decision == "approved"})
    said = (
        f"find {counted(found, 'thing')} in the new text"
        if found
        else "have nothing to say against the new text"
    )
    told = f"Saved. The rules {said}; before it was {before or 'nothing'}."
    if lapsed:
        told += f" What {listed(lapsed)} approved was the old text, so that lapsed."
    return redirect(request, view.entry.path, told)


@page(roles=KINDS)
def move(request: Request, user: User) -> Response:
    """Move a post to a free slot."""
    view, form = view_of(request), form_of(request)
    if stale := _stale(request, view):
        return stale
    to_at, from_at = _moment(form.get("to", "")), _moment(form.get("from", ""))
    if view.row is None or to_at is None or from_at is None:
        return redirect(request, f"{view.entry.path}/move", "Choose a slot first.", "problem")
    desk, row = desk_of(request), view.row
    changes = PostChanges(desk.operations, desk.lake)
    try:
        changes.move(view.account, row.day, row.slot_id, from_at, to_at, user.name, desk.clock())
    except UserError as error:
        return _refused(request, view, f"{sentence(str(error))} Nothing was moved.")
    _note(request, view, "moved", from_at=from_at.isoformat(), to_at=to_at.isoformat())
    return redirect(
        request, view.entry.path, f"Moved to {_local(request, view, to_at)}. Approvals stay as they are."
    )


def _decide(
    request: Request,
    user: User,
    view: PostView,
    decision: str,
    chosen: list[ApprovalKind],
    note: str | None,
) -> Response | None:
    """Record a decision; return the answer that tells why it was not, or none."""
    desk, row = desk_of(request), view.row
    if row is None:
        return _refused(request, view, "Nothing was recorded: its film is not there yet.")
    try:
        decide(
            desk.operations,
            desk.lake,
            row.post_id,
            decision,  # type: ignore[arg-type]
            by=user.name,
            at=desk.clock(),
            kinds=chosen,
            note=note,
            seen=view.content,
            said=len(view.words),
            fresh=view.judged.review if view.judged and view.judged.edit_counts else None,
        )
    except ConfigError as error:
        return _refused(request, view, f"{sentence(str(error))} Nothing was recorded.")
    detail = {"reason": note} if note else {}
    _note(request, view, decision, kinds=list(chosen), content=view.content, **detail)
    return None


def _stale(request: Request, view: PostView) -> Response | None:
    """Return the answer to a form that was made for something else than what is there now, or none if it still holds."""
    form = form_of(request)
    if form.get("content") != view.content:
        who = f" by {view.edits[-1].by}" if view.edits else ""
        problem = (
            f"The text was changed{who} after you opened this page, so nothing was done. Look at it again."
        )
    elif form.get("seen") != str(len(view.words)):
        last = view.words[-1] if view.words else None
        what = f"{last.by} {last.decision} it" if last else "Somebody decided on it"
        problem = f"{what} after you opened this page, so nothing was done. Look at it again."
    else:
        return None
    _note(request, view, "stale")
    return redirect(request, view.entry.path, problem, "problem")


def _refused(request: Request, view: PostView, told: str) -> Response:
    _note(request, view, "not_done", told=told)
    return redirect(request, view.entry.path, told, "problem")


def _may(request: Request, user: User, asked: list[str]) -> None:
    """Refuse kinds of approval that the user's roles do not cover: no form of the desk offers those.

    Raises:
        HTTPException: 403.
    """
    beyond = [kind for kind in asked if kind not in user.kinds]
    if beyond:
        desk_of(request).audit.record(request, "refused", kinds=beyond[:10])
        raise HTTPException(403, "You cannot give that approval. Ask whoever runs the desk for the role.")


def _on(request: Request, user: User, view: PostView, told: str) -> Response:
    """Go to the next post that waits for the user, else back to the queue."""
    waiting = [e for e in read_queue(desk_of(request), user).tab("mine") if e.path != view.entry.path]
    later = [e for e in waiting if e.slot_at >= view.entry.slot_at]
    following = (later or waiting)[:1]
    return redirect(request, following[0].path if following else "/", told)


def _found(request: Request, view: PostView, new: Script) -> list[Finding]:
    desk = desk_of(request)
    dims = [{"account": new.account, "day": str(new.day)}]
    others = Changes(desk.operations).apply(desk.lake.read_existing("scripts", Script, dims))
    others = [new if other.script_id == new.script_id else other for other in others]
    return list(review_now(desk, view.account, [new], others)[0].findings)


def _note(request: Request, view: PostView, action: str, **detail: Any) -> None:
    subject = view.row.post_id if view.row else view.script.script_id if view.script else None
    desk_of(request).audit.record(request, action, account=view.account.id, subject=subject, **detail)


def _stands(view: PostView) -> str:
    """Say why a post cannot be decided on, in a sentence."""
    return sentence(view.entry.note or f"This post is over: {STATES.get(view.entry.state, view.entry.state)}")


def _local(request: Request, view: PostView, moment: datetime) -> str:
    return at(moment, desk_of(request).clock(), view.account.zone)


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


ROUTES = [
    Route("/post/{post_id}/approve", approve, methods=["POST"]),
    Route("/post/{post_id}/reject", reject, methods=["POST"]),
    Route("/post/{post_id}/edit", edit, methods=["POST"]),
    Route("/post/{post_id}/move", move, methods=["POST"]),
    Route(f"{SCRIPT}/edit", edit, methods=["POST"]),
]

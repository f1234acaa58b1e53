"""The desk's pages that only show something: the queue, a post, its edit and move forms, the week, the audit.

What a page shows is read in ``queue``, ``post``, ``week`` and ``trail``; what its forms do is in ``actions``.
"""

import re
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from content_pipeline.desk import words
from content_pipeline.desk.post import PostView, read_post, read_script
from content_pipeline.desk.queue import TABS, Entry, Queue, left, read_queue, taken_in
from content_pipeline.desk.trail import action_of, audit_lines
from content_pipeline.desk.users import KINDS, User
from content_pipeline.desk.web import desk_of, page, render
from content_pipeline.desk.week import read_week_view
from content_pipeline.posts.changes import PostChanges
from content_pipeline.review.records import Finding
from content_pipeline.review.rules.platform_limits import CAPTION
from content_pipeline.scripts.records import Script

FOLD = 125
"""Characters of a caption that Instagram shows before "more"."""
AUDIT_PAGE = 100
HASH = re.compile(r"[0-9a-f]{64}")


@page
def queue(request: Request, user: User) -> Response:
    """Show the posts of one list."""
    desk = desk_of(request)
    account = request.query_params.get("account", "")
    account = account if account in desk.accounts else ""
    tab = request.query_params.get("tab", "")
    tab = tab if tab in TABS else "mine" if user.kinds else "others"
    found = read_queue(desk, user, account or None)
    now = desk.clock()
    entries = found.tab(tab)
    days = groupby(entries, key=lambda entry: words.day(entry.slot_at, now, entry.account.zone))
    return render(
        request,
        "queue.html",
        tab=tab,
        tabs=TABS,
        counts=found.counts,
        days=[(day, list(group)) for day, group in days],
        account=account,
        problems=found.problems,
        now=now,
        left=left,
        words=words,
    )


@page
def post(request: Request, user: User) -> Response:
    """Show one post."""
    return show_post(request, user, view_of(request))


@page(roles=KINDS)
def edit(request: Request, user: User) -> Response:
    """Show the form for another caption."""
    view = view_of(request)
    if view.script is None or not view.changeable:
        return show_post(request, user, view)
    script = view.script
    return show_edit(request, view, script.caption_long, " ".join(script.hashtags))


@page(roles=KINDS)
def move(request: Request, user: User) -> Response:
    """Show the free slots that a post can be moved to."""
    view = view_of(request)
    if view.row is None or not view.movable:
        return show_post(request, user, view)
    desk = desk_of(request)
    now = desk.clock()
    free = PostChanges(desk.operations, desk.lake).free_slots(view.account, now, view.row.slot_id)
    free = [slot for slot in free if slot.moment != view.row.slot_at]
    days = groupby(free, key=lambda slot: words.day(slot.moment, now, view.account.zone))
    return render(
        request,
        "move.html",
        view=view,
        days=[(day, list(group)) for day, group in days],
        now=now,
        words=words,
    )


@page
def calendar(request: Request, user: User) -> Response:  # noqa: ARG001
    """Show seven days of an account."""
    desk = desk_of(request)
    name = request.query_params.get("account", "")
    account = desk.accounts.get(name) or next(iter(desk.accounts.values()))
    today = desk.clock().astimezone(account.zone).date()
    first = _day(request.query_params.get("from", "")) or today
    return render(
        request,
        "calendar.html",
        week=read_week_view(desk, account, first),
        earlier=first - timedelta(days=7),
        later=first + timedelta(days=7),
        today=today,
        words=words,
    )


@page(roles=("admin",))
def audit(request: Request, user: User) -> Response:  # noqa: ARG001
    """Show who did what at the desk, newest first."""
    before = request.query_params.get("before", "")
    rows = audit_lines(
        desk_of(request), int(before) if before.isdecimal() and len(before) < 15 else None, AUDIT_PAGE
    )
    return render(
        request,
        "audit.html",
        lines=[(row, action_of(row), _plain(row.detail)) for row in rows],
        older=rows[-1].id if len(rows) == AUDIT_PAGE else None,
    )


def view_of(request: Request) -> PostView:
    """Return the post, or the script, that the request's address names."""
    desk, named = desk_of(request), request.path_params
    if "post_id" in named:
        return read_post(desk, named["post_id"])
    return read_script(desk, named["account"], named["day"], named["script_id"])


def show_post(
    request: Request, user: User, view: PostView, status: int = 200, problem: str = "", note: str = ""
) -> Response:
    """Return a post's page; ``problem`` is what was wrong with a rejection whose reason was ``note``."""
    desk = desk_of(request)
    entry = view.entry.for_user(user)
    found = read_queue(desk, user)
    before, after, place = neighbours(found, entry)
    findings = view.judged.review.findings if view.judged else []
    return render(
        request,
        "post.html",
        status,
        view=view,
        entry=entry,
        tab=entry.tab,
        tabs=TABS,
        place=place,
        before=before,
        after=after,
        findings=by_severity(findings),
        caption=words.pieces(
            view.caption, [f.excerpt for f in findings if f.excerpt], words.fold(view.caption, FOLD)
        ),
        yours=entry.yours(user),
        once=once(view),
        rejectable=view.rejectable(user),
        decides=bool(user.kinds),
        problem=problem,
        note=note,
        now=desk.clock(),
        left=left,
        words=words,
        fold=FOLD,
    )


def once(view: PostView) -> str:
    """Say, inside a sentence, what the pipeline has to do first with an edited caption."""
    known = view.judged is None or view.row is None or taken_in(view.judged, view.row)
    return "" if known else ", once the pipeline has taken the new text in"


def show_edit(
    request: Request,
    view: PostView,
    caption: str,
    tags: str,
    *,
    status: int = 200,
    problem: str = "",
    checked: Script | None = None,
    found: list[Finding] | None = None,
) -> Response:
    """Return the edit form with what was typed; ``found`` is what the gate says of it, once it was asked."""
    now = view.judged.review.findings if view.judged else []
    return render(
        request,
        "edit.html",
        status,
        view=view,
        caption=caption,
        tags=tags,
        problem=problem,
        checked=checked,
        found=by_severity(found) if found is not None else None,
        before=by_severity(now),
        given=[word.by for word in view.words if word.decision == "approved"],
        fold=FOLD,
        limit=CAPTION,
        most=view.account.max_hashtags,
        words=words,
    )


def by_severity(findings: list[Finding]) -> list[tuple[str, list[Finding]]]:
    """Return findings in groups, the gravest first."""
    groups = [(severity, [f for f in findings if f.severity == severity]) for severity in words.SEVERITIES]
    return [(severity, group) for severity, group in groups if group]


def neighbours(found: Queue, entry: Entry) -> tuple[Entry | None, Entry | None, tuple[int, int] | None]:
    """Return the entries before and after one in its list, and its place in it (from 1) with the list's length."""
    listed = found.tab(entry.tab)
    paths = [one.path for one in listed]
    if entry.path not in paths:
        return None, listed[0] if listed else None, None
    place = paths.index(entry.path)
    after = listed[place + 1] if place + 1 < len(listed) else None
    return listed[place - 1] if place else None, after, (place + 1, len(listed))


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    # Weeks beyond these years cannot be stepped through.
    return found if 2000 <= found.year <= 2200 else None


def _plain(detail: dict[str, Any]) -> str:
    told = {name: ", ".join(map(str, v)) if isinstance(v, list) else str(v) for name, v in detail.items()}
    short = {name: value[:12] if HASH.fullmatch(value) else value for name, value in told.items()}
    return "; ".join(f"{name.replace('_', ' ')}: {value}" for name, value in short.items() if value)


SCRIPT = "/script/{account}/{day}/{script_id}"
ROUTES = [
    Route("/", queue),
    Route("/post/{post_id}", post),
    Route("/post/{post_id}/edit", edit),
    Route("/post/{post_id}/move", move),
    Route(SCRIPT, post),
    Route(f"{SCRIPT}/edit", edit),
    Route("/calendar", calendar),
    Route("/audit", audit),
]

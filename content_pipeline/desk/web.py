"""What every page of the desk is made with: who asks, the form they sent, the template they get, where they go next.

What a page shows and does belongs to its own module; how a session is signed to ``sessions``.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, cast, overload
from urllib.parse import quote, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from content_pipeline.accounts import Account
from content_pipeline.desk.audit import Audit
from content_pipeline.desk.security import is_ours, local_path
from content_pipeline.desk.sessions import Message, Session, Sessions
from content_pipeline.desk.throttle import Throttle
from content_pipeline.desk.users import User, Users
from content_pipeline.settings import Settings
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.media import MediaStore
from content_pipeline.storage.operations import OperationsDatabase

Handler = Callable[[Request, User], Response | Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]
SAFE_METHODS = {"GET", "HEAD"}
NAV = [("Queue", "/", None), ("Week", "/calendar", None), ("Audit", "/audit", "admin")]
"""The pages that every page leads to: label, path, and the role that sees it."""

LOOKS = Environment(
    loader=PackageLoader("content_pipeline.desk"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class Desk:
    """What pages work with. ``clock`` is the pipeline's; sessions and the login's limit go by the machine's."""

    settings: Settings
    accounts: Mapping[str, Account]
    operations: OperationsDatabase
    lake: Lake
    media: MediaStore
    clock: Callable[[], datetime]
    users: Users
    audit: Audit
    sessions: Sessions
    throttle: Throttle


def desk_of(request: Request) -> Desk:
    """Return the desk that a request came to."""
    return cast(Desk, request.app.state.desk)


@overload
def page(handler: Handler) -> Endpoint: ...


@overload
def page(*, roles: Collection[str]) -> Callable[[Handler], Endpoint]: ...


def page(
    handler: Handler | None = None, *, roles: Collection[str] = ()
) -> Endpoint | Callable[[Handler], Endpoint]:
    """Turn ``handler(request, user)`` into an endpoint that asks for a login, a role and, but for GET, the CSRF token.

    Args:
        handler: a plain function runs in a thread.
        roles: one of them is needed; none means that every user may see it.
    """
    if handler is None:
        return lambda given: _guarded(given, frozenset(roles))
    return _guarded(handler, frozenset(roles))


def _guarded(handler: Handler, roles: frozenset[str]) -> Endpoint:
    @wraps(handler)
    async def endpoint(request: Request) -> Response:
        desk = desk_of(request)
        user = await open_session(request)
        if user is None:
            return _to_login(request)
        if request.method not in SAFE_METHODS:
            await check_form(request)
        if roles and not roles & set(user.roles):
            await run_in_threadpool(
                desk.audit.record, request, "refused", needs=sorted(roles), **_asked(request)
            )
            raise HTTPException(
                403,
                f"This is for people with the role {' or '.join(sorted(roles))}. Ask whoever runs the desk for it.",
            )
        response = (
            await handler(request, user)
            if iscoroutinefunction(handler)
            else await run_in_threadpool(handler, request, user)
        )
        return keep_session(request, cast(Response, response))

    return endpoint


async def open_session(request: Request) -> User | None:
    """Read the session that a request brings, or begin one of nobody; return the user, where one is logged in."""
    desk = desk_of(request)
    session, user = await run_in_threadpool(desk.sessions.open, request.cookies)
    request.state.session, request.state.user = session, user
    return user


async def check_form(request: Request) -> None:
    """Read the form, once, and check that a page of the desk sent it.

    Raises:
        HTTPException: 403, another site's page sent it or the token is not the session's; 400, it is no text.
    """
    desk = desk_of(request)
    fields: dict[str, list[str]] = {}
    for name, value in (await request.form(max_files=0, max_fields=200)).multi_items():
        if not isinstance(value, str) or "\0" in value + name:
            raise HTTPException(400, "The form holds something that is not text. Type it again, please.")
        fields.setdefault(name, []).append(value.replace("\r\n", "\n"))
    request.state.form = fields
    token = fields.pop("csrf", [""])[0]
    if not is_ours(request) or not desk.sessions.is_token(session_of(request), token):
        if request.state.user:  # strangers must not be able to fill the audit
            await run_in_threadpool(desk.audit.record, request, "forged", **_asked(request))
        raise HTTPException(
            403,
            "This form is from another session, or another site sent it, so nothing was done. "
            "Open the page again and press the button there.",
        )


def session_of(request: Request) -> Session:
    """Return the session of a request."""
    return cast(Session, request.state.session)


def form_of(request: Request) -> dict[str, str]:
    """Return the form's fields by name, the last of those with one name; lines end in a newline alone."""
    return {name: values[-1] for name, values in request.state.form.items()}


def form_list(request: Request, name: str) -> list[str]:
    """Return all values that the form has under ``name``, such as those of checkboxes."""
    return list(request.state.form.get(name, []))


def render(request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """Return a page from a template; a message that waited to be shown is in it and is shown once."""
    desk = desk_of(request)
    session: Session | None = getattr(request.state, "session", None)
    user: User | None = getattr(request.state, "user", None)
    message = desk.sessions.message(request.cookies, session) if session else None
    token = desk.sessions.token(session) if session else ""
    given = {
        "request": request,
        "path": request.url.path,
        "user": user,
        "accounts": desk.accounts,
        "messages": [message] if message else [],
        "nav": [
            _nav(request, *entry) for entry in NAV if user and (entry[2] is None or entry[2] in user.roles)
        ],
        "csrf": token,
        "csrf_field": lambda: Markup('<input type="hidden" name="csrf" value="{}">').format(token),
        "media_url": media_url,
    }
    response = HTMLResponse(LOOKS.get_template(template).render(given | context), status)
    if message:
        desk.sessions.forget_message(response)
    return response


def redirect(request: Request, path: str, text: str = "", kind: str = "done") -> RedirectResponse:
    """Send the browser on to a page of the desk, where ``text`` is shown once; ``kind`` is done or problem."""
    response = RedirectResponse(local_path(path), 303)
    if text:
        desk_of(request).sessions.leave_message(response, session_of(request), Message(kind, text))
    return response


def keep_session(request: Request, response: Response) -> Response:
    """Put the session's cookie on a response where it is new or its idle time is to begin anew."""
    desk_of(request).sessions.keep(response, session_of(request))
    return response


def media_url(key: str) -> str:
    """Return the address at which the desk serves a file of the media store."""
    return f"/media/{quote(key)}"


def _to_login(request: Request) -> Response:
    """Ask for a login, and remember which page was wanted."""
    if request.method in SAFE_METHODS:
        query = f"?{request.url.query}" if request.url.query else ""
        wanted = request.url.path + query
        response = RedirectResponse("/login" + (f"?next={quote(wanted)}" if wanted != "/" else ""), 303)
        return keep_session(request, response)
    came_from = urlsplit(request.headers.get("referer", "")).path
    return keep_session(
        request,
        render(
            request,
            "login.html",
            401,
            next=local_path(came_from),
            name="",
            problem="Your session has ended, so nothing was done. Log in and try again.",
        ),
    )


def _nav(request: Request, label: str, path: str, _: str | None) -> dict[str, Any]:
    return {"label": label, "path": path, "current": request.url.path == path}


def _asked(request: Request) -> dict[str, str]:
    return {"method": request.method, "path": request.url.path[:200]}

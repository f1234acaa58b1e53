"""The pages on which people log in and out."""

import anyio
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from content_pipeline.desk.security import local_path
from content_pipeline.desk.throttle import TooManyLogins, client_of
from content_pipeline.desk.users import User
from content_pipeline.desk.web import (
    check_form,
    desk_of,
    form_of,
    keep_session,
    open_session,
    page,
    redirect,
    render,
    session_of,
)

WRONG = "That name and password do not belong together."
AT_ONCE = 2
"""Passwords that are checked at the same time; each takes 64 MiB of memory for a moment (RFC 9106's second choice)."""


class LoginPage:
    """Shows the form and reads it; an address of a page to go on to is only taken where it is the desk's own."""

    def __init__(self) -> None:
        # Waiting here takes none of the threads that other pages run in.
        self._turns = anyio.CapacityLimiter(AT_ONCE)

    async def show(self, request: Request) -> Response:
        """Show the form, or go on where somebody is logged in."""
        user = await open_session(request)
        wanted = local_path(request.query_params.get("next", "/"))
        if user:
            return RedirectResponse(wanted, 303)
        return keep_session(request, render(request, "login.html", next=wanted, name="", problem=""))

    async def read(self, request: Request) -> Response:
        """Log somebody in: with a new session, so that one planted before is worth nothing."""
        await open_session(request)
        await check_form(request)
        form = form_of(request)
        name, wanted = form.get("name", "").strip().lower()[:80], local_path(form.get("next", "/"))
        try:
            user = await anyio.to_thread.run_sync(
                _log_in, request, name, form.get("password", ""), limiter=self._turns
            )
        except TooManyLogins as error:
            minutes = -(-error.wait_s // 60)
            told = (
                f"Too many failed tries. Wait {minutes} minute{'s' if minutes > 1 else ''}, then try again."
            )
            answer = render(request, "login.html", 429, next=wanted, name=name, problem=told)
            answer.headers["Retry-After"] = str(error.wait_s)
            return answer
        if user is None:
            return render(request, "login.html", 401, next=wanted, name=name, problem=WRONG)
        request.state.session = desk_of(request).sessions.begin(user)
        return keep_session(request, RedirectResponse(wanted, 303))


def _log_in(request: Request, name: str, password: str) -> User | None:
    desk = desk_of(request)
    attempt = desk.throttle.attempt(name, client_of(request))
    user = desk.users.check(name, password)
    if user:
        desk.throttle.succeeded(attempt)
    desk.audit.record(request, "login" if user else "login_failed", user=name)
    return user


@page
def log_out(request: Request, user: User) -> Response:  # noqa: ARG001
    """End the session, in this browser and for whoever has a copy of its cookie."""
    desk = desk_of(request)
    desk.sessions.end(session_of(request))
    desk.audit.record(request, "logout")
    request.state.session = desk.sessions.begin()
    return redirect(request, "/login", "You are logged out.")


def login_routes() -> list[Route]:
    """Return the routes of logging in and out."""
    login = LoginPage()
    return [
        Route("/login", login.show),
        Route("/login", login.read, methods=["POST"]),
        Route("/logout", log_out, methods=["POST"]),
    ]

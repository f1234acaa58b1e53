"""The desk as an ASGI application: its stores, its routes, its layers, and how errors look."""

import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from content_pipeline.accounts import load_accounts
from content_pipeline.clock import SystemClock
from content_pipeline.desk import actions, media, pages
from content_pipeline.desk.audit import Audit
from content_pipeline.desk.login import login_routes
from content_pipeline.desk.security import MAX_BODY_BYTES, Guard
from content_pipeline.desk.sessions import Sessions, signing_key
from content_pipeline.desk.throttle import Throttle
from content_pipeline.desk.users import Users
from content_pipeline.desk.web import Desk, keep_session, render
from content_pipeline.errors import UserError
from content_pipeline.settings import ConfigError, Settings
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.media import MediaStore
from content_pipeline.storage.operations import OperationsDatabase

LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]
"""The names by which a desk without https is reached: a page whose name was pointed here afterwards has another one."""

TOLD = {
    404: "There is no such page. It may have been decided, moved or removed meanwhile.",
    405: "This address takes another kind of request. Go to the queue and begin there.",
}


def machine_now() -> datetime:
    """Return the machine's time, in UTC."""
    return datetime.now(UTC)


def create_app(
    settings: Settings,
    secret: SecretStr,
    clock: Callable[[], datetime] | None = None,
    *,
    https: bool = False,
    now: Callable[[], datetime] = machine_now,
) -> Starlette:
    """Open the stores and return the desk; ``app.state.desk`` is its ``Desk``.

    Args:
        settings: where the stores are.
        secret: signs sessions; at least 32 characters.
        clock: the pipeline's, for decisions and the audit; by default the machine's.
        https: browsers reach it over https only: cookies are kept to it, plain requests are refused. Without, the desk
            answers to the names of this machine alone.
        now: the machine's clock, for sessions and the login's limit.

    Raises:
        ConfigError: the secret or an account is wrong, or the home belongs to another mode.
    """
    desk = _open_desk(settings, secret, clock or SystemClock().now, https, now)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        desk.operations.dispose()

    app = Starlette(
        routes=[
            *login_routes(),
            *media.ROUTES,
            *pages.ROUTES,
            *actions.ROUTES,
            Mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static"),
        ],
        middleware=[
            Middleware(Guard, https=https, error_page=error_page),
            Middleware(TrustedHostMiddleware, allowed_hosts=["*"] if https else LOOPBACK, www_redirect=False),
            Middleware(RequestBodyLimitMiddleware, max_body_size=MAX_BODY_BYTES),
        ],
        exception_handlers={HTTPException: _http_error, UserError: _user_error, ConfigError: _user_error},
        lifespan=lifespan,
    )
    app.state.desk = desk
    return app


def _open_desk(
    settings: Settings,
    secret: SecretStr,
    clock: Callable[[], datetime],
    https: bool,
    now: Callable[[], datetime],
) -> Desk:
    signing_key(secret)  # refused before anything is written
    accounts = load_accounts(settings.accounts)
    settings.claim_home()
    operations = OperationsDatabase(settings.effective_database_url)
    users = Users(operations, now=now)
    return Desk(
        settings=settings,
        accounts=accounts,
        operations=operations,
        lake=Lake(settings.lake_base),
        media=MediaStore(settings.media_base),
        clock=clock,
        users=users,
        audit=Audit(operations, clock),
        sessions=Sessions(secret, operations, users, https, now),
        throttle=Throttle(operations, now),
    )


def error_page(request: Request, status: int, told: str) -> Response:
    """Return the page that tells in plain words what went wrong."""
    response = render(request, "error.html", status, code=status, told=told)
    return keep_session(request, response) if hasattr(request.state, "session") else response


def _http_error(request: Request, error: Exception) -> Response:
    problem = cast(HTTPException, error)
    # Starlette words its own as "Not Found"; ours are sentences.
    told = problem.detail if problem.detail.endswith(".") else TOLD.get(problem.status_code, problem.detail)
    response = error_page(request, problem.status_code, told)
    response.headers.update(problem.headers or {})
    return response


def _user_error(request: Request, error: Exception) -> Response:
    return error_page(request, 400, f"{error}.".replace("..", "."))

"""What guards every request before a page sees it: headers, the size of forms, plain connections, errors that show nothing.

Who is logged in belongs to ``sessions``.
"""

import logging
import re
import secrets
from collections.abc import Callable
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("content_pipeline.desk")

MAX_BODY_BYTES = 64 * 1024
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}
HSTS = "max-age=31536000"
LOCAL = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")

ErrorPage = Callable[[Request, int, str], Response]
"""Makes a page of an error from its status and a sentence."""


class Guard:
    """The outermost layer: every answer leaves with the headers, every request is logged without its query."""

    def __init__(self, app: ASGIApp, https: bool, error_page: ErrorPage) -> None:
        self._app = app
        self._https = https
        self._error_page = error_page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, with an error page of its own where a page fails."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 0

        async def send_guarded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._add_headers(MutableHeaders(scope=message), scope["path"])
            await send(message)

        try:
            refusal = self._refusal(scope)
            await (refusal or self._app)(scope, receive, send_guarded)
        except ClientDisconnect:
            log.info("%s left before the end of %s", _client(scope), quote(scope["path"]))
        except Exception:
            number = secrets.token_hex(4)
            log.exception("error %s in %s %s", number, scope["method"], quote(scope["path"]))
            if not status:
                told = f"Something went wrong here, and it was noted as {number}. Nothing that you sent was half done."
                await self._error_page(Request(scope), 500, told)(scope, receive, send_guarded)
        log.info("%s %s %s %d", _client(scope), scope["method"], quote(scope["path"]), status)

    def _refusal(self, scope: Scope) -> Response | None:
        request = Request(scope)
        if self._https and scope["scheme"] != "https":
            told = (
                "The desk is only open over https. If this is its https address, the proxy does not tell so: "
                "it must send X-Forwarded-Proto, and be the one that --behind-proxy names."
            )
            return self._error_page(request, 403, told)
        if "\0" in scope["path"]:  # PostgreSQL would not even look for it
            return self._error_page(request, 404, "There is no such page.")
        length = Headers(scope=scope).get("content-length", "0")
        if not length.isascii() or not length.isdigit() or int(length) > MAX_BODY_BYTES:
            told = f"That is too much for one form: at most {MAX_BODY_BYTES // 1024} KiB. Nothing was done."
            return self._error_page(request, 413, told)
        return None

    def _add_headers(self, headers: MutableHeaders, path: str) -> None:
        for name, value in HEADERS.items():
            headers[name] = value
        if self._https:
            headers["Strict-Transport-Security"] = HSTS
        # The files of the design may be kept, if the browser asks whether they changed; pages may not.
        headers.setdefault("Cache-Control", "no-cache" if path.startswith("/static/") else "no-store")


def _client(scope: Scope) -> str:
    return str(scope["client"][0]) if scope.get("client") else "-"


def is_ours(request: Request) -> bool:
    """Tell whether a page of the desk sent the request, as far as the browser says: tokens are checked besides.

    https://cheatsheetseries.owasp.org, Cross-Site Request Forgery Prevention: Fetch Metadata and Origin.
    """
    headers = request.headers
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    if origin is None:
        return True
    parts = urlsplit(origin)
    return parts.scheme == request.url.scheme and parts.netloc == headers.get("host")


def local_path(wanted: str) -> str:
    """Return a path of the desk, or ``/`` for what would lead elsewhere."""
    return wanted if LOCAL.fullmatch(wanted) else "/"

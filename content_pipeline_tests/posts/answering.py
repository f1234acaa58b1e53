"""A real HTTP server whose answers a test writes: for answers that no well-behaved platform gives."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit


class Asked(NamedTuple):
    method: str
    path: str
    fields: dict[str, str]
    headers: dict[str, str]
    body: bytes


class Answer(NamedTuple):
    """``body`` None closes the connection without an answer; ``headers`` may lie about the length."""

    body: bytes | dict[str, Any] | None
    status: int = 200
    headers: dict[str, str] | None = None


Respond = Callable[[Asked], Answer]


@contextmanager
def answering(respond: Respond) -> Iterator[tuple[str, list[Asked]]]:
    """Give the address of a server that answers with ``respond``, and the list of what it was asked."""
    asked: list[Asked] = []

    class Handler(BaseHTTPRequestHandler):
        def _handle(self) -> None:
            url = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            form = body.decode() if "urlencoded" in (self.headers.get("Content-Type") or "") else ""
            fields = {k: v[0] for k, v in parse_qs(f"{url.query}&{form}", keep_blank_values=True).items()}
            request = Asked(self.command, url.path, fields, dict(self.headers.items()), body)
            asked.append(request)
            answer = respond(request)
            if answer.body is None:
                self.close_connection = True
                return
            data = json.dumps(answer.body).encode() if isinstance(answer.body, dict) else answer.body
            self.send_response(answer.status)
            for name, value in ({"Content-Length": str(len(data))} | (answer.headers or {})).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_DELETE = _handle  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


def graph_error(code: int, subcode: int | None = None, status: int = 400, **more: Any) -> Answer:
    """Return an error of the Graph API's shape."""
    error = {"message": "words", "type": "OAuthException", "code": code, "fbtrace_id": "TRACE", **more}
    return Answer({"error": error | ({"error_subcode": subcode} if subcode else {})}, status)

"""A real HTTP server with canned answers for the tests of source adapters: statuses in sequence, slow, dripping, cut and dropped ones.

What is answered is the tests' part.
"""

import gzip
import json
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    """A request as the server got it; names of ``headers`` are in lower case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """An answer and how it is sent.

    A ``body`` of dicts and lists is sent as JSON. ``headers`` may lie about the length. ``after_s``: seconds of silence before it;
    ``drip_s``: seconds between its bytes, those of the headers too; ``cut``: the connection is closed after so many bytes of the body;
    ``dropped``: the connection is closed without an answer.
    """

    body: Any = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    after_s: float = 0.0
    drip_s: float = 0.0
    cut: int | None = None
    dropped: bool = False

    @property
    def data(self) -> bytes:
        """Return the body's bytes."""
        if isinstance(self.body, bytes):
            return self.body
        return self.body.encode() if isinstance(self.body, str) else json.dumps(self.body).encode()


Respond = Callable[[Asked], Answer]
Route = Answer | Sequence[Answer] | Respond
"""One answer for ever, answers in sequence (the last one for ever), or what a function says."""


class Server:
    """The server's address and what it was asked, in order; ``routes`` may change while it runs."""

    def __init__(self, url: str, routes: Mapping[str, Route] | Route) -> None:
        self.url = url
        self.routes = routes
        self.asked: list[Asked] = []
        self.stopped = threading.Event()
        self._lock = threading.Lock()

    @property
    def paths(self) -> list[str]:
        """Return the paths that were asked for, in order."""
        return [asked.path for asked in self.asked]

    def respond(self, asked: Asked) -> Answer:
        """Record a request and choose its answer; 404 for a path without a route."""
        with self._lock:
            before = self.paths.count(asked.path)
            self.asked.append(asked)
        route = self.routes.get(asked.path) if isinstance(self.routes, Mapping) else self.routes
        if route is None:
            return Answer(status=404)
        if isinstance(route, Answer):
            return route
        return route(asked) if callable(route) else route[min(before, len(route) - 1)]


@contextmanager
def serving(routes: Mapping[str, Route] | Route) -> Iterator[Server]:
    """Serve ``routes`` by path, or one route for every path, on a free port of 127.0.0.1."""
    with _HTTPServer(("127.0.0.1", 0), _Handler) as http:
        http.canned = Server(f"http://127.0.0.1:{http.server_port}", routes)
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield http.canned
        finally:
            http.canned.stopped.set()
            http.shutdown()
            thread.join()


def gzipped(body: bytes, **headers: str) -> Answer:
    """Return an answer that is sent compressed."""
    return Answer(gzip.compress(body), headers={"Content-Encoding": "gzip"} | headers)


class _HTTPServer(ThreadingHTTPServer):
    # With the usual 5, clients that come together wait a second for a second try.
    request_queue_size = 128
    canned: Server

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that hang up."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _handle(self) -> None:
        canned = cast(_HTTPServer, self.server).canned
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        answer = canned.respond(Asked(self.command, url.path, query, headers, body))
        canned.stopped.wait(answer.after_s)
        if answer.dropped:
            self.close_connection = True
            return
        with suppress(OSError):  # a client may hang up before the end
            self._send(answer, canned.stopped)

    do_GET = do_POST = do_HEAD = _handle  # noqa: N815

    def _send(self, answer: Answer, stopped: threading.Event) -> None:
        if answer.drip_s:
            self.wfile = _Dripping(self.wfile, answer.drip_s, stopped)
        data = answer.data
        self.send_response(answer.status)
        for name, value in ({"Content-Length": str(len(data))} | dict(answer.headers)).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD" or answer.status == 304:
            return
        if answer.cut is not None:
            data, self.close_connection = data[: answer.cut], True
        self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        """Keep the tests' output clean."""


class _Dripping(BufferedIOBase):
    """Writes byte after byte, until the server is stopped."""

    def __init__(self, out: Any, pause_s: float, stopped: threading.Event) -> None:
        self._out = out
        self._pause_s = pause_s
        self._stopped = stopped

    def write(self, data: Any) -> int:
        for byte in bytes(data):
            if self._stopped.wait(self._pause_s):
                break
            self._out.write(bytes([byte]))
        return len(data)

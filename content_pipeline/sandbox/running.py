"""Starting and stopping the local Instagram, in a thread of this process or as a process of its own."""

import socket
import threading
import time
from asyncio import Transport
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from content_pipeline.clock import SandboxClock
from content_pipeline.sandbox.server import Graph
from content_pipeline.sandbox.store import Store

HOST = "127.0.0.1"
START_TIMEOUT_S = 10.0
STOP_TIMEOUT_S = 10.0
POLL_S = 0.005


class _Protocol(H11Protocol):
    """Lets a handler close its connection without an answer: ``request.state.drop()``."""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "drop": transport.abort}


def sandbox_clock(home: Path) -> SandboxClock:
    """Return the clock of the sandbox in ``home``."""
    return SandboxClock(home / "sandbox" / "clock")


@contextmanager
def running_sandbox(home: Path, seed: int = 7, port: int = 0) -> Iterator[str]:
    """Run the local Instagram in a thread, as long as the block lasts, and yield its base address.

    Args:
        home: folder whose ``sandbox`` folder holds the state; several servers may share it.
        seed: of the world and its audience.
        port: on 127.0.0.1; 0 takes a free one.

    Raises:
        OSError: the port is taken.
        RuntimeError: the server did not start.
    """
    with closing(_listening(port)) as listener, closing(_store(home)) as store:
        server = uvicorn.Server(_config(store, home, seed))
        thread = threading.Thread(target=server.run, args=([listener],), name="sandbox", daemon=True)
        thread.start()
        try:
            _wait_until_started(server, thread)
            yield f"http://{HOST}:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(STOP_TIMEOUT_S)


def serve(home: Path, port: int, seed: int = 7) -> None:
    """Run the local Instagram until the process is interrupted.

    Raises:
        OSError: the port is taken.
    """
    with closing(_listening(port)) as listener, closing(_store(home)) as store:
        uvicorn.Server(_config(store, home, seed)).run([listener])


def _store(home: Path) -> Store:
    return Store(home / "sandbox" / "state.sqlite")


def _config(store: Store, home: Path, seed: int) -> uvicorn.Config:
    return uvicorn.Config(
        Graph(store, sandbox_clock(home), seed).app(),
        http=_Protocol,
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_level="critical",
        timeout_graceful_shutdown=1,
    )


def _listening(port: int) -> socket.socket:
    # The protocol is named because asyncio turns off the 40 ms wait for more to send only where it is.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError:
        listener.close()
        raise
    return listener


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("the sandbox did not start")
        time.sleep(POLL_S)

"""Running the desk under uvicorn: whose word on addresses counts, what is logged, on which socket it listens."""

import socket
from contextlib import closing

import uvicorn
from starlette.applications import Starlette

from content_pipeline.settings import ConfigError


def server(app: Starlette, proxy: str | None = None) -> uvicorn.Server:
    """Return a server for the desk.

    Args:
        app: the desk.
        proxy: addresses or networks, with commas, of the proxy in front; the X-Forwarded headers of all others are ignored.
    """
    config = uvicorn.Config(
        app,
        loop="asyncio",
        ws="none",
        lifespan="on",
        log_config=None,
        # Its lines hold query strings; the desk has lines of its own.
        access_log=False,
        server_header=False,
        proxy_headers=proxy is not None,
        forwarded_allow_ips=proxy or "",
        timeout_graceful_shutdown=3,
    )
    return uvicorn.Server(config)


def serve(app: Starlette, host: str, port: int, proxy: str | None = None) -> None:
    """Run the desk until the process is interrupted.

    Raises:
        ConfigError: the port is taken, or the host is no address of this machine.
    """
    with closing(_listening(host, port)) as listener:
        server(app, proxy).run([listener])


def _listening(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise ConfigError(f"--host {host}: {error.strerror}") from None
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
    except OSError as error:
        listener.close()
        raise ConfigError(
            f"the desk cannot listen on {host}:{port}: {error.strerror}; choose another --port or --host"
        ) from None
    return listener

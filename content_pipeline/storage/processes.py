"""Who holds a claim: a process of a host, told apart from a later one with the same number by the time it started."""

import os
import socket
from functools import cache

import psutil


@cache
def _host() -> str:
    return socket.gethostname()


def this_process() -> str:
    """Return ``host:pid:start`` of the running process."""
    return f"{_host()}:{os.getpid()}:{int(psutil.Process().create_time())}"


def is_gone(process: str) -> bool:
    """Tell whether a process of *this* host has ended. Of another host nothing is known, so it is never said to be gone."""
    host, pid, start = process.rsplit(":", 2)
    if host != _host():
        return False
    try:
        found = psutil.Process(int(pid))
        return int(found.create_time()) != int(start) or found.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True

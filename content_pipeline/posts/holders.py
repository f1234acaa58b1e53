"""Who holds a claim: a name for this process that others can check, and whether its bearer still lives.

The check only makes resuming fast. Safety does not rest on it: every write of the ledger proves its claim
again, and a container can only ever become one post.
"""

import os
import platform
from uuid import uuid4

import psutil

START_TOLERANCE_S = 2.0  # a correction of the machine's clock shifts the start times that psutil computes


def new_holder() -> str:
    """Return ``host|pid|process start (epoch s)|nonce``; the nonce tells holders within one process apart."""
    pid = os.getpid()
    return f"{_host()}|{pid}|{psutil.Process(pid).create_time():.2f}|{uuid4().hex[:8]}"


def is_dead(holder: str) -> bool:
    """Tell whether the holder was a process of this machine and has ended; others are taken for alive."""
    try:
        host, pid, started, _ = holder.split("|")
        if host != _host():
            return False
        process = psutil.Process(int(pid))
        same = abs(process.create_time() - float(started)) < START_TOLERANCE_S
        return not same or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
    except (ValueError, psutil.Error):
        return False


def _host() -> str:
    return platform.node().replace("|", "_")[:60]

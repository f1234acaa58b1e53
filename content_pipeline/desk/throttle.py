"""How often somebody may try to log in: per name and per client, counted in the operations database over all processes.

An attempt is counted as failed before the password is looked at, so many at once get no more tries than one after the other.
Sessions that are open are never touched. Times are the machine's.
"""

import ipaddress
import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.orm import Session as Transaction
from starlette.requests import Request

from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.tables import DeskLoginRow

WINDOW = timedelta(minutes=15)
MAX_PER_NAME = 5
MAX_PER_CLIENT = 20


class TooManyLogins(Exception):  # noqa: N818
    """There were too many failed attempts; ``wait_s`` is how many seconds are left until the next one counts."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(f"too many failed attempts: {wait_s} s to wait")
        self.wait_s = wait_s


class Throttle:
    """Counts failed attempts of the last 15 minutes; a login that succeeds clears its name's, not its client's."""

    def __init__(
        self, operations: OperationsDatabase, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._operations = operations
        self._now = now

    def attempt(self, name: str, client: str) -> int:
        """Count an attempt and return its number for ``succeeded``.

        Raises:
            TooManyLogins: it may not be made; it is not counted either.
        """
        name, client, now = name.strip().lower()[:80], network_of(client), self._now()
        with self._operations.transaction() as database:
            if database.get_bind().dialect.name == "postgresql":
                # Reading and counting must be one step; SQLite's transactions take the write lock at once.
                database.execute(text("SELECT pg_advisory_xact_lock(727002)"))
            last = DeskLoginRow.name == name
            succeeded = select(func.max(DeskLoginRow.id)).where(last, DeskLoginRow.succeeded)
            since = database.scalar(succeeded) or 0
            waits = [
                _wait(database, now, MAX_PER_NAME, last & (DeskLoginRow.id > since)),
                _wait(database, now, MAX_PER_CLIENT, DeskLoginRow.client == client),
            ]
            if any(waits):
                raise TooManyLogins(max(waits))
            row = DeskLoginRow(name=name, client=client, at=now, succeeded=False)
            database.add(row)
            database.flush()
            return row.id

    def succeeded(self, attempt: int) -> None:
        """Say that the password of an attempt was right."""
        with self._operations.transaction() as database:
            database.get_one(DeskLoginRow, attempt).succeeded = True


def client_of(request: Request) -> str:
    """Return the address that a request came from; behind a declared proxy the server has put the browser's there."""
    return request.client.host if request.client else "unknown"


def network_of(client: str) -> str:
    """Return what counts as one client: an IPv4 address, or the /64 of an IPv6 one, which one person has to themselves."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client[:80]
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((int(address), 64), strict=False))
    return str(address)


def _wait(database: Transaction, now: datetime, most: int, which: ColumnElement[bool]) -> int:
    """Return the seconds until fewer than ``most`` failures are in the window; 0 where that is so now."""
    query = (
        select(DeskLoginRow.at)
        .where(which, DeskLoginRow.succeeded.is_(False), DeskLoginRow.at > now - WINDOW)
        .order_by(DeskLoginRow.at.desc())
        .limit(most)
    )
    failures = database.scalars(query).all()
    if len(failures) < most:
        return 0
    return max(1, math.ceil((failures[-1] + WINDOW - now).total_seconds()))

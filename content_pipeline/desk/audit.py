"""The desk's audit: who did what, from where, and what was refused. Only ever added to, and read by admins."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from starlette.requests import Request

from content_pipeline.desk.throttle import client_of
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.tables import DeskAuditRow


class Audit:
    """Writes the audit; ``clock`` is the pipeline's, so that its times fit those of approvals and slots."""

    def __init__(self, operations: OperationsDatabase, clock: Callable[[], datetime]) -> None:
        self._operations = operations
        self._clock = clock

    def record(
        self,
        request: Request,
        action: str,
        account: str | None = None,
        subject: str | None = None,
        user: str | None = None,
        **detail: Any,
    ) -> None:
        """Record an action of the request's user.

        Args:
            request: whose user and client are recorded.
            action: at most 40 characters, such as ``approved``.
            account: the id of the account that it concerns.
            subject: what it was done to, such as a post's id.
            user: whom to name where nobody is logged in.
            detail: JSON values; never a password, a cookie or a key.
        """
        logged_in = getattr(request.state, "user", None)
        row = DeskAuditRow(
            at=self._clock(),
            user=(user if user is not None else logged_in.name if logged_in else "")[:80],
            client=client_of(request)[:80],
            action=action,
            account=account,
            subject=subject[:80] if subject else None,
            detail=detail,
        )
        with self._operations.transaction() as database:
            database.add(row)

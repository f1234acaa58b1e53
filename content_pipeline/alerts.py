"""Alerts: what a person is told once when it begins and once when it is over, kept in the operations database and sent by apprise.

What is worth an alert is for those to say who open them. Without addresses to send to, the log and the table are all there is.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import apprise
from pydantic import SecretStr
from sqlalchemy import ColumnElement, and_, or_, select

from content_pipeline.storage.locks import hold
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.tables import AlertRow

SEND_SECONDS = 8.0
"""How long all addresses together may take: a sensor that polls and tells has a minute for both."""
SENDING_LEASE = timedelta(minutes=2)
"""After this, what a process began to send and never finished is sent by another."""
TITLE = "content_pipeline"

log = logging.getLogger(__name__)
# It logs whole addresses, which hold passwords and tokens.
logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)


@dataclass(frozen=True)
class Alert:
    """An alert that is open: what it is about (``subject``, of a ``kind``), since when, and whether its message got out."""

    kind: str
    subject: str
    message: str
    opened_at: datetime
    told: bool


class Alerts:
    """The book of alerts and their delivery.

    Args:
        database: the operations database; several processes may use it at once.
        urls: addresses that apprise knows (https://github.com/caronc/apprise), separated by commas.
        machine_now: the machine's clock, for leases.
    """

    def __init__(
        self,
        database: OperationsDatabase,
        urls: SecretStr | None = None,
        machine_now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._urls = urls
        self._machine_now = machine_now

    @property
    def reaches_somebody(self) -> bool:
        """Tell whether there are addresses to send to."""
        return self._urls is not None

    def open(self, kind: str, subject: str, message: str, at: datetime) -> bool:
        """Open an alert; False where one of this kind and subject is open already, which stays as it is."""
        with self._database.transaction() as session:
            hold(session, f"alert {kind} {subject}")
            if session.scalar(select(AlertRow.id).where(*_is_open(kind, subject))) is not None:
                return False
            session.add(AlertRow(kind=kind, subject=subject, message=message, opened_at=at))
        log.warning("alert: %s", message)
        return True

    def clear(self, kind: str, subject: str, at: datetime) -> bool:
        """End the open alert of this kind and subject; False where there is none."""
        with self._database.transaction() as session:
            hold(session, f"alert {kind} {subject}")
            row = session.scalar(select(AlertRow).where(*_is_open(kind, subject)))
            if row is None:
                return False
            row.cleared_at = at
        log.warning("alert is over: %s", row.message)
        return True

    def opened(self, kind: str | None = None) -> list[Alert]:
        """Return the open alerts, of one kind or of all, oldest first."""
        query = (
            select(AlertRow).where(AlertRow.cleared_at.is_(None)).order_by(AlertRow.opened_at, AlertRow.id)
        )
        if kind is not None:
            query = query.where(AlertRow.kind == kind)
        with self._database.transaction() as session:
            return [
                Alert(row.kind, row.subject, row.message, row.opened_at, row.told_at is not None)
                for row in session.scalars(query)
            ]

    def deliver(self) -> int:
        """Send in one message what nobody was told yet; return how many alerts it told of.

        What no address takes is sent again at the next call. What some address took counts as told: better that one channel
        misses it than that another gets it every minute.
        """
        messages = self._claim()
        sent = bool(messages) and self._send(messages)
        if messages:
            self._finish(messages, sent)
        return len(messages) if sent else 0

    def _claim(self) -> list["_Message"]:
        now = self._machine_now()
        with self._database.transaction() as session:
            hold(session, "alerts to send")
            free = or_(AlertRow.sending_until.is_(None), AlertRow.sending_until < now)
            rows = list(session.scalars(select(AlertRow).where(_untold(), free).order_by(AlertRow.id)))
            for row in rows:
                row.sending_until = now + SENDING_LEASE
        return [message for row in rows for message in _messages(row)]

    def _finish(self, messages: list["_Message"], sent: bool) -> None:
        now = self._machine_now()
        with self._database.transaction() as session:
            for message in messages:
                row = session.get_one(AlertRow, message.alert)
                row.sending_until = None
                if sent and message.clearing:
                    row.clearing_told_at = now
                elif sent:
                    row.told_at = now

    def _send(self, messages: list["_Message"]) -> bool:
        if self._urls is None:
            return True
        channels = apprise.Apprise()
        if not channels.add(self._urls.get_secret_value()):
            log.error("CONTENT_PIPELINE_ALERT_URLS holds an address that apprise does not know")
        worst = (
            apprise.NotifyType.SUCCESS if all(m.clearing for m in messages) else apprise.NotifyType.FAILURE
        )
        result = channels.notify(
            body="\n".join(message.text for message in messages),
            title=TITLE,
            notify_type=worst,
            body_format=apprise.NotifyFormat.TEXT,
            timeout=SEND_SECONDS,
        )
        for channel in result:
            if not channel:
                log.error("an alert did not get out by %s", channel.name)
        return bool(result.success_count)


@dataclass(frozen=True)
class _Message:
    alert: int
    clearing: bool
    text: str


def _messages(row: AlertRow) -> list[_Message]:
    found = [] if row.told_at else [_Message(row.id, clearing=False, text=row.message)]
    if row.cleared_at and not row.clearing_told_at:
        found.append(_Message(row.id, True, f"over since {row.cleared_at:%Y-%m-%d %H:%M} UTC: {row.message}"))
    return found


def _is_open(kind: str, subject: str) -> tuple[ColumnElement[bool], ...]:
    return AlertRow.kind == kind, AlertRow.subject == subject, AlertRow.cleared_at.is_(None)


def _untold() -> ColumnElement[bool]:
    cleared = and_(AlertRow.cleared_at.is_not(None), AlertRow.clearing_told_at.is_(None))
    return or_(AlertRow.told_at.is_(None), cleared)

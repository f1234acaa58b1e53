"""Sessions in signed cookies: who is logged in, until when, the token of their forms, and the message for their next page.

A cookie is only as good as its user: one who was disabled or got another password, and a session that was logged out, have ended.
All times are the machine's.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer
from pydantic import SecretStr
from sqlalchemy import delete
from starlette.responses import Response

from content_pipeline.desk.users import User, Users
from content_pipeline.settings import ConfigError
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.tables import DeskLogoutRow

LIFETIME = timedelta(hours=12)
IDLE = timedelta(hours=1)
RENEW_AFTER = timedelta(minutes=1)
MIN_SECRET = 32
MIN_DISTINCT = 10
"""Different characters; 64 random hexadecimal ones have fewer in one of a million million cases."""

MAX_MESSAGE = 600
"""Characters; a browser drops a cookie of more than 4,096 bytes."""


@dataclass(frozen=True)
class Session:
    """A browser's session; ``name`` is empty until somebody logs in. ``stale`` says that its cookie is to be sent anew."""

    id: str
    name: str
    epoch: int
    began_at: datetime
    seen_at: datetime
    stale: bool = False


@dataclass(frozen=True)
class Message:
    """What the next page says: ``kind`` is done or problem."""

    kind: str
    text: str


def signing_key(secret: SecretStr) -> bytes:
    """Return what cookies and tokens are signed with.

    Raises:
        ConfigError: the secret is too short, or too simple.
    """
    key = secret.get_secret_value()
    if len(key) < MIN_SECRET or len(set(key)) < MIN_DISTINCT:
        raise ConfigError(
            f"CONTENT_PIPELINE_DESK_SECRET needs at least {MIN_SECRET} characters that nobody can guess: "
            "make one with `openssl rand -hex 32`"
        )
    return key.encode()


class Sessions:
    """Signs and reads the cookies; ``https`` keeps them off plain connections.

    Raises:
        ConfigError: the secret is too short, or too simple.
    """

    def __init__(
        self,
        secret: SecretStr,
        operations: OperationsDatabase,
        users: Users,
        https: bool,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._key = signing_key(secret)
        self._operations = operations
        self._users = users
        self._https = https
        self._now = now
        # Over https the prefix makes the browser refuse the cookie from any other host or over plain http.
        prefix = "__Host-" if https else ""
        self.cookie, self.message_cookie = f"{prefix}desk", f"{prefix}desk_message"
        self._sessions = self._serializer("session")
        self._messages = self._serializer("message")

    def open(self, cookies: Mapping[str, str]) -> tuple[Session, User | None]:
        """Return the session of a request's cookies and its user; where it is none or has ended, a new one of nobody."""
        session = self._read(cookies.get(self.cookie, ""))
        if session is None:
            return self.begin(), None
        if not session.name:
            return session, None
        user = self._users.current(session.name, session.epoch, session.id)
        return (session, user) if user else (self.begin(), None)

    def begin(self, user: User | None = None) -> Session:
        """Return a new session, with an id that nobody has seen; a login never takes over the one before it."""
        now = self._now()
        name, epoch = (user.name, user.epoch) if user else ("", 0)
        return Session(secrets.token_urlsafe(18), name, epoch, began_at=now, seen_at=now, stale=True)

    def end(self, session: Session) -> None:
        """Log a session out: a copy of its cookie is worth nothing from now on."""
        now = self._now()
        with self._operations.transaction() as database:
            database.execute(delete(DeskLogoutRow).where(DeskLogoutRow.at < now - LIFETIME))
            database.merge(DeskLogoutRow(session_id=session.id, at=now))

    def keep(self, response: Response, session: Session) -> None:
        """Send the session's cookie, where the browser's is not up to date."""
        if session.stale:
            self._set(response, self.cookie, self._sign(session), session.began_at + LIFETIME)

    def token(self, session: Session) -> str:
        """Return the token that the session's forms carry."""
        return hmac.new(self._key, f"csrf:{session.id}".encode(), hashlib.sha256).hexdigest()

    def is_token(self, session: Session, token: str) -> bool:
        """Tell whether a form carries the session's token, in a time that does not depend on how much of it is right."""
        return hmac.compare_digest(self.token(session).encode(), token.encode())

    def leave_message(self, response: Response, session: Session, message: Message) -> None:
        """Leave a message for the session's next page."""
        signed = self._messages.dumps([session.id, message.kind, message.text[:MAX_MESSAGE]])
        self._set(response, self.message_cookie, str(signed), self._now() + timedelta(minutes=5))

    def message(self, cookies: Mapping[str, str], session: Session) -> Message | None:
        """Return the message that was left for the session's next page."""
        try:
            owner, kind, text = self._messages.loads(cookies.get(self.message_cookie, ""))
        except (BadSignature, ValueError):
            return None
        return Message(kind, text) if owner == session.id else None

    def forget_message(self, response: Response) -> None:
        """Remove the message's cookie."""
        response.delete_cookie(self.message_cookie, secure=self._https, httponly=True, samesite="lax")

    def _read(self, cookie: str) -> Session | None:
        """Return the session of a cookie that we signed and whose time is not over."""
        try:
            parts: dict[str, Any] = self._sessions.loads(cookie)
        except BadSignature:
            return None
        began, seen = (datetime.fromtimestamp(parts[name], UTC) for name in ("began", "seen"))
        now = self._now()
        if not (now - LIFETIME < began <= now and now - IDLE < seen <= now):
            return None
        session = Session(parts["id"], parts["name"], parts["epoch"], began, seen)
        return replace(session, seen_at=now, stale=True) if now - seen > RENEW_AFTER else session

    def _sign(self, session: Session) -> str:
        parts = {
            "id": session.id,
            "name": session.name,
            "epoch": session.epoch,
            "began": session.began_at.timestamp(),
            "seen": session.seen_at.timestamp(),
        }
        return str(self._sessions.dumps(parts))

    def _set(self, response: Response, name: str, value: str, until: datetime) -> None:
        seconds = max(0, int((until - self._now()).total_seconds()))
        response.set_cookie(
            name, value, max_age=seconds, path="/", secure=self._https, httponly=True, samesite="lax"
        )

    def _serializer(self, purpose: str) -> URLSafeSerializer:
        signing = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
        return URLSafeSerializer(self._key, salt=f"desk.{purpose}", signer_kwargs=signing)

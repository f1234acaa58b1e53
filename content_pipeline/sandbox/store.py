"""What the local Instagram remembers: containers, media and the faults it was told to make, in SQLite.

Each change is one immediate transaction, so that several server processes may share the file. The rules of
publishing live here, because they must hold inside the transaction; HTTP does not.
"""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from filelock import FileLock

from content_pipeline.sandbox import errors
from content_pipeline.sandbox.errors import Refused
from content_pipeline.storage.records import content_hash

WINDOW = timedelta(hours=24)
"""The life of a container, and the window of both quotas."""

MAX_CONTAINERS = 400
MAX_POSTS = 50
BUSY_TIMEOUT_S = 30.0
SCHEMA = """
CREATE TABLE IF NOT EXISTS containers (
    id TEXT PRIMARY KEY, ig_user_id TEXT NOT NULL, caption TEXT NOT NULL, created_at TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'IN_PROGRESS', error_code INTEGER,
    video_sha256 TEXT, video_bytes INTEGER, duration_s REAL
);
CREATE INDEX IF NOT EXISTS containers_of ON containers (ig_user_id, created_at);
CREATE TABLE IF NOT EXISTS media (
    id TEXT PRIMARY KEY, ig_user_id TEXT NOT NULL, caption TEXT NOT NULL, published_at TEXT NOT NULL,
    container_id TEXT NOT NULL UNIQUE REFERENCES containers (id), video_sha256 TEXT NOT NULL,
    duration_s REAL NOT NULL, deleted INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS media_of ON media (ig_user_id, published_at);
CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, error TEXT, seconds REAL NOT NULL,
    times INTEGER NOT NULL
);
"""


@dataclass(frozen=True)
class Video:
    """What is kept of an uploaded video; ``problem`` is the subcode for which it is refused, if it is."""

    sha256: str
    size: int
    duration_s: float
    problem: int | None = None


@dataclass(frozen=True)
class Container:
    """A container as it stands; ``state`` does not yet know of expiry."""

    id: str
    ig_user_id: str
    caption: str
    created_at: datetime
    state: str
    error_code: int | None
    video: Video | None

    def state_at(self, now: datetime) -> str:
        """Return the status code at a moment: what was not published in 24 h has expired."""
        return "EXPIRED" if self.state != "PUBLISHED" and now - self.created_at >= WINDOW else self.state


@dataclass(frozen=True)
class Media:
    """A live post."""

    id: str
    ig_user_id: str
    caption: str
    published_at: datetime
    container_id: str
    video_sha256: str
    duration_s: float


@dataclass(frozen=True)
class Fault:
    """A failure to make: ``error``, ``drop_before``, ``drop_after`` or ``slow`` by ``seconds``."""

    at: str
    kind: str
    error: dict[str, Any] | None = None
    seconds: float = 0.0
    times: int = 1


class Store:
    """Keeps the state of one sandbox in a file.

    Args:
        path: of the SQLite file; parents are made.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(
            path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        self._connection.row_factory = sqlite3.Row
        # SQLite does not wait when two turn to the log, or the last one leaves it, at the same moment.
        self._door = FileLock(path.with_suffix(".lock"), timeout=BUSY_TIMEOUT_S)
        with self._door:
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.executescript(SCHEMA)

    def close(self) -> None:
        """Close the file."""
        with self._lock, self._door:
            self._connection.close()

    # Publishing

    def create_container(self, ig_user_id: str, caption: str, now: datetime) -> str:
        """Add an empty container and return its id.

        Raises:
            Refused: 400 were created in the last 24 h.
        """
        with self._change() as db:
            if self._count(db, "containers", "created_at", ig_user_id, now) >= MAX_CONTAINERS:
                raise Refused(errors.TOO_MANY_CONTAINERS)
            made = db.execute("SELECT count(*) FROM containers WHERE ig_user_id = ?", (ig_user_id,))
            container_id = _digits("180", "container", ig_user_id, made.fetchone()[0])
            db.execute(
                "INSERT INTO containers (id, ig_user_id, caption, created_at) VALUES (?, ?, ?, ?)",
                (container_id, ig_user_id, caption, _text(now)),
            )
        return container_id

    def put_video(self, container_id: str, video: Video, now: datetime) -> None:
        """Give a container its video, which makes it FINISHED, or ERROR if the video is refused.

        Raises:
            Refused: there is no such container, or it has expired or was published.
        """
        with self._change() as db:
            container = self._container(db, container_id)
            if container is None or container.state_at(now) in ("EXPIRED", "PUBLISHED"):
                raise Refused(errors.UNKNOWN_CONTAINER)
            db.execute(
                "UPDATE containers SET state = ?, error_code = ?, video_sha256 = ?, video_bytes = ?, "
                "duration_s = ? WHERE id = ?",
                (
                    "ERROR" if video.problem else "FINISHED",
                    video.problem,
                    video.sha256,
                    video.size,
                    video.duration_s,
                    container_id,
                ),
            )

    def publish(self, ig_user_id: str, container_id: str, now: datetime) -> str:
        """Make a finished container live, once, and return the media's id.

        Raises:
            Refused: the container is unknown, not finished or already live, or the daily limit is reached.
        """
        with self._change() as db:
            container = self._container(db, container_id)
            if container is None or container.ig_user_id != ig_user_id:
                raise Refused(errors.UNKNOWN_CONTAINER)
            state = container.state_at(now)
            if state == "EXPIRED":
                raise Refused(errors.UNKNOWN_CONTAINER)
            if state != "FINISHED" or container.video is None:
                raise Refused(errors.NOT_READY)
            if self._count(db, "media", "published_at", ig_user_id, now) >= MAX_POSTS:
                raise Refused(errors.QUOTA_REACHED)
            media_id = self._free_media_id(db, container, container.video.sha256, now)
            db.execute(
                "INSERT INTO media (id, ig_user_id, caption, published_at, container_id, video_sha256, "
                "duration_s) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    media_id,
                    ig_user_id,
                    container.caption,
                    _text(now),
                    container_id,
                    container.video.sha256,
                    container.video.duration_s,
                ),
            )
            db.execute("UPDATE containers SET state = 'PUBLISHED' WHERE id = ?", (container_id,))
        return media_id

    def delete_media(self, media_id: str) -> bool:
        """Take a post down; tell whether it was live."""
        with self._change() as db:
            return (
                db.execute("UPDATE media SET deleted = 1 WHERE id = ? AND deleted = 0", (media_id,)).rowcount
                == 1
            )

    # Reading

    def container(self, container_id: str) -> Container | None:
        """Return a container, or nothing."""
        with self._lock:
            return self._container(self._connection, container_id)

    def media(self, media_id: str) -> Media | None:
        """Return a live post, or nothing."""
        with self._lock:
            row = self._connection.execute(
                "SELECT * FROM media WHERE id = ? AND deleted = 0", (media_id,)
            ).fetchone()
        return _media(row) if row else None

    def live_media(self, ig_user_id: str | None = None) -> list[Media]:
        """Return the live posts of an account, or of all, oldest first."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT * FROM media WHERE deleted = 0 AND ig_user_id = coalesce(?, ig_user_id) "
                "ORDER BY published_at, id",
                (ig_user_id,),
            ).fetchall()
        return [_media(row) for row in rows]

    def posts_in_window(self, ig_user_id: str, now: datetime) -> int:
        """Return how many posts of the daily limit are used; a deleted post stays used."""
        with self._lock:
            return self._count(self._connection, "media", "published_at", ig_user_id, now)

    # Faults

    def add_fault(self, fault: Fault) -> None:
        """Remember a failure to make."""
        with self._change() as db:
            db.execute(
                "INSERT INTO faults (at, kind, error, seconds, times) VALUES (?, ?, ?, ?, ?)",
                (fault.at, fault.kind, json.dumps(fault.error), fault.seconds, fault.times),
            )

    def take_fault(self, at: str) -> Fault | None:
        """Use up one failure of a place, the oldest first, or return nothing."""
        with self._lock:  # almost always there is none, and a read does not wait for the other servers
            waiting = self._connection.execute("SELECT 1 FROM faults WHERE at = ?", (at,)).fetchone()
        if waiting is None:
            return None
        with self._change() as db:
            row = db.execute("SELECT * FROM faults WHERE at = ? ORDER BY id LIMIT 1", (at,)).fetchone()
            if row is None:
                return None
            db.execute("UPDATE faults SET times = times - 1 WHERE id = ?", (row["id"],))
            db.execute("DELETE FROM faults WHERE times <= 0")
        return Fault(row["at"], row["kind"], json.loads(row["error"]), row["seconds"], row["times"])

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    @staticmethod
    def _container(db: sqlite3.Connection, container_id: str) -> Container | None:
        row = db.execute("SELECT * FROM containers WHERE id = ?", (container_id,)).fetchone()
        return _container(row) if row else None

    @staticmethod
    def _count(db: sqlite3.Connection, table: str, column: str, ig_user_id: str, now: datetime) -> int:
        query = f"SELECT count(*) FROM {table} WHERE ig_user_id = ? AND {column} > ?"  # noqa: S608 - our names
        return int(db.execute(query, (ig_user_id, _text(now - WINDOW))).fetchone()[0])

    @staticmethod
    def _free_media_id(db: sqlite3.Connection, container: Container, sha256: str, now: datetime) -> str:
        for copy in range(MAX_CONTAINERS):  # a second post of equal content at the same moment is another
            media_id = _digits("179", container.ig_user_id, container.caption, sha256, now, copy)
            if db.execute("SELECT 1 FROM media WHERE id = ?", (media_id,)).fetchone() is None:
                return media_id
        raise Refused(errors.QUOTA_REACHED)


def _digits(prefix: str, *parts: object) -> str:
    """Return an id of 17 digits that depends on ``parts`` alone."""
    return f"{prefix}{int(content_hash(*parts)[:16], 16) % 10**14:014d}"


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _container(row: sqlite3.Row) -> Container:
    sha256, problem = row["video_sha256"], row["error_code"]
    video = Video(sha256, row["video_bytes"], row["duration_s"], problem) if sha256 else None
    return Container(
        row["id"],
        row["ig_user_id"],
        row["caption"],
        datetime.fromisoformat(row["created_at"]),
        row["state"],
        problem,
        video,
    )


def _media(row: sqlite3.Row) -> Media:
    return Media(
        row["id"],
        row["ig_user_id"],
        row["caption"],
        datetime.fromisoformat(row["published_at"]),
        row["container_id"],
        row["video_sha256"],
        row["duration_s"],
    )

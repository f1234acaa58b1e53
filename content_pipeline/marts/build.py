"""Builds the marts: runs each SQL file over the lake in a private DuckDB file and renames that over the
published one.

DuckDB takes one writing process and locks readers out of a file that is being written, so the published file
is never written to: readers keep the file they opened and see the new one when they open it again. What a
mart says belongs in its ``.sql`` file.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import duckdb
from upath import UPath

from content_pipeline.briefs.records import Brief, CalendarSlot
from content_pipeline.metrics.records import AccountMetrics, PostMetrics
from content_pipeline.posts.records import Post
from content_pipeline.renders.records import Render
from content_pipeline.review.records import Review
from content_pipeline.scripts.records import Script
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.records import Record
from content_pipeline.storage.schema import arrow_schema
from content_pipeline.trends.records import Trend, TrendSignal

SQL = Path(__file__).parent / "sql"
STALE_AFTER_S = 3600
"""A private file this much older than ours was left by a killed build: one takes seconds."""

MARTS = ("posts", "post_metrics", "post_performance", "archetype_performance", "kpi_daily", "funnel_daily")
"""In order of dependency; each is ``sql/<name>.sql``."""


class Staging(NamedTuple):
    """How ``lake_<asset>`` is read: its rows' record, what identifies a row, and when a row was known
    (SQL).
    """

    record: type[Record]
    key: str
    known_at: str


_START_OF_DAY = "day::timestamp::timestamptz"
STAGING = {
    "trend_signals": Staging(TrendSignal, "signal_id, day", "observed_at"),
    "trends": Staging(Trend, "trend_id, day", "available_at"),
    "briefs": Staging(Brief, "brief_id", _START_OF_DAY),
    "calendar": Staging(CalendarSlot, "slot_id, day", _START_OF_DAY),
    "scripts": Staging(Script, "script_id", _START_OF_DAY),
    "reviews": Staging(Review, "review_id", _START_OF_DAY),
    "renders": Staging(Render, "render_id", _START_OF_DAY),
    "posts": Staging(Post, "post_id", "coalesce(published_at, slot_at)"),
    "post_metrics": Staging(PostMetrics, "snapshot_id", "observed_at"),
    "account_metrics": Staging(AccountMetrics, "account, day, observed_at", "observed_at"),
}


def build_marts(lake_base: str, target: Path, as_of: datetime | None = None) -> dict[str, int]:
    """Build every mart from the lake and publish the file; return the number of rows of each.

    The old file stays until the new one is complete and on disk, and stays for good if the build fails.

    Args:
        lake_base: the lake's path or fsspec URL; assets that have no file yet give empty marts with all
            columns.
        target: the published file.
        as_of: build from what was known at that moment; by default from everything.

    Raises:
        ValueError: ``as_of`` has no time zone.
        duckdb.Error: a SQL file or a Parquet file is broken; nothing is published.
    """
    if as_of is not None and as_of.tzinfo is None:
        raise ValueError("as_of needs a time zone")
    target.parent.mkdir(parents=True, exist_ok=True)
    with _private_file(target) as private:
        with duckdb.connect(private) as connection:
            connection.execute("set TimeZone = 'UTC'")
            for asset, staging in STAGING.items():
                _stage(connection, lake_base, asset, staging, as_of)
            for mart in MARTS:
                connection.execute((SQL / f"{mart}.sql").read_text(encoding="utf-8"))
            rows = {mart: _count(connection, mart) for mart in MARTS}
        _to_disk(private)
        private.replace(target)
        _to_disk(target.parent)
    return rows


def _stage(
    connection: duckdb.DuckDBPyConnection,
    lake_base: str,
    asset: str,
    staging: Staging,
    as_of: datetime | None,
) -> None:
    """Create the temporary view ``lake_<asset>``: all partitions, one row a key, nothing that became known
    after ``as_of``.
    """
    connection.register(f"empty_{asset}", arrow_schema(staging.record).empty_table())
    source = f"from empty_{asset}"
    if files := _files(connection, lake_base, asset):
        listed = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
        # The empty table first: a file of an older version may lack a column.
        source += (
            f" union all by name from read_parquet([{listed}], hive_partitioning=false, union_by_name=true)"
        )
    known = f"where {staging.known_at} <= '{as_of.isoformat()}'::timestamptz" if as_of else ""
    connection.execute(
        f"create temp view lake_{asset} as select * from ({source}) {known} "  # noqa: S608 (our own names)
        f"qualify row_number() over (partition by {staging.key} order by created_at desc, day desc) = 1"
    )


def _files(connection: duckdb.DuckDBPyConnection, lake_base: str, asset: str) -> list[str]:
    lake = Lake(lake_base)
    paths = [lake.path(asset, dims) for dims in lake.partitions(asset)]
    base = UPath(lake_base)
    if base.protocol in ("", "file", "local"):
        return [path.path for path in paths]
    if paths and not connection.filesystem_is_registered(base.protocol):
        connection.register_filesystem(base.fs)
    return [str(path) for path in paths]


@contextmanager
def _private_file(target: Path) -> Iterator[Path]:
    """Give a path beside ``target`` for one build; afterwards remove what is left of it and of builds killed
    long ago.
    """
    private = target.with_name(f".{target.name}.{uuid4().hex}")
    try:
        yield private
    finally:
        _remove(private.parent.glob(f"{private.name}*"))
        _remove_stale(target)


def _remove_stale(target: Path) -> None:
    # Compared with the file system's own clock, which may differ from ours.
    marker = target.with_name(f".{target.name}.{uuid4().hex}")
    marker.touch()
    now = marker.stat().st_mtime
    marker.unlink()
    _remove(path for path in target.parent.glob(f".{target.name}.*") if _older(path, now - STALE_AFTER_S))


def _older(path: Path, moment: float) -> bool:
    try:
        return path.stat().st_mtime < moment
    except FileNotFoundError:  # another build finished meanwhile
        return False


def _remove(paths: Iterator[Path]) -> None:
    for path in list(paths):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _count(connection: duckdb.DuckDBPyConnection, mart: str) -> int:
    row = connection.execute(f"select count(*) from {mart}").fetchone()  # noqa: S608 (a name from MARTS)
    return int(row[0]) if row else 0

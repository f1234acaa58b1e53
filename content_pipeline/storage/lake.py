"""The lake: every asset's rows as one Parquet file a partition, on a path or any fsspec URL.

``lake/<asset>/<dim>=<key>/.../part.parquet``, dimensions in alphabetical order. A file is written beside and renamed over, so a
reader or a crash never sees half of it. The partition's keys are columns of the rows too. Knows no Dagster.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ValidationError
from upath import UPath

from content_pipeline.errors import UserError
from content_pipeline.settings import SLUG
from content_pipeline.storage.records import Record
from content_pipeline.storage.schema import arrow_schema

R = TypeVar("R", bound=Record)
PART = "part.parquet"


class OutdatedPartition(UserError):  # noqa: N818
    """A partition's rows lack what today's record asks for."""


class Lake:
    """Writes and reads partitions under ``base``."""

    def __init__(self, base: str) -> None:
        self._base = UPath(base)

    def path(self, asset: str, dims: Mapping[str, str]) -> UPath:
        """Return where a partition's file is.

        Raises:
            ValueError: a key could leave the lake's folder: keys are slugs or ISO dates, never ids from outside.
        """
        folder = self._base / asset
        for dim, key in sorted(dims.items()):
            if not SLUG.fullmatch(key.replace("-", "_")):
                raise ValueError(
                    f"{key!r} cannot be a partition key of {asset}: use lower-case letters, digits and _"
                )
            folder = folder / f"{dim}={key}"
        return folder / PART

    def write(self, asset: str, dims: Mapping[str, str], record: type[Record], rows: Sequence[Record]) -> int:
        """Replace a partition by ``rows``; return the file's size in bytes. No rows leave a file with the schema alone."""
        table = to_table(record, rows)
        target = self.path(asset, dims)
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.parent / f".{uuid4().hex}.tmp"
        try:
            with beside.open("wb") as sink:
                pq.write_table(table, sink, compression="zstd")
            size = int(beside.stat().st_size)
            beside.rename(target)
        finally:
            beside.unlink(missing_ok=True)
        return size

    def exists(self, asset: str, dims: Mapping[str, str]) -> bool:
        """Tell whether a partition was written."""
        return bool(self.path(asset, dims).exists())

    def read(self, asset: str, record: type[R], dims: Mapping[str, str]) -> list[R]:
        """Return a partition's rows.

        Raises:
            FileNotFoundError: the partition was never written.
            OutdatedPartition: its rows are not what the record asks for.
        """
        path = self.path(asset, dims)
        if not path.exists():
            keys = ", ".join(f"{dim}={key}" for dim, key in sorted(dims.items()))
            raise FileNotFoundError(f"{asset} has no partition {keys} yet: materialize it first")
        with path.open("rb") as source:
            table = pq.read_table(source)
        try:
            return from_table(record, table)
        except ValidationError as error:
            keys = ", ".join(f"{dim}={key}" for dim, key in sorted(dims.items()))
            raise OutdatedPartition(
                f"{asset} {keys} was written by another version of the software: materialize it again"
            ) from error

    def read_existing(self, asset: str, record: type[R], partitions: Iterable[Mapping[str, str]]) -> list[R]:
        """Return the rows of those of ``partitions`` that were written, in the order given."""
        return [
            row for dims in partitions if self.exists(asset, dims) for row in self.read(asset, record, dims)
        ]

    def scan(
        self,
        asset: str,
        record: type[Record],
        partitions: Iterable[Mapping[str, str]],
        columns: Sequence[str],
    ) -> pa.Table:
        """Return some columns of those of ``partitions`` that were written as one Arrow table, without making records.

        A column or a nested field that an older version did not write is null.
        """
        schema = pa.schema([arrow_schema(record).field(name) for name in columns])
        tables = []
        for dims in partitions:
            path = self.path(asset, dims)
            if path.exists():
                with path.open("rb") as source:
                    file = pq.ParquetFile(source)
                    there = [name for name in columns if name in file.schema_arrow.names]
                    tables.append(_fit(file.read(columns=there), schema))
        return pa.concat_tables(tables) if tables else schema.empty_table()

    def partitions(self, asset: str, **leading: str) -> Iterator[dict[str, str]]:
        """Yield the keys of the partitions of ``asset`` that were written.

        ``leading`` fixes the first dimensions (in alphabetical order), so that a window is found without walking all history.
        """
        folder = self._base / asset
        for dim, key in sorted(leading.items()):
            folder = folder / f"{dim}={key}"
        if not folder.exists():
            return
        for path in sorted(folder.rglob(PART), key=str):
            parts = path.parent.relative_to(self._base / asset).parts
            yield dict(part.split("=", 1) for part in parts)


def to_table(record: type[BaseModel], rows: Sequence[BaseModel]) -> pa.Table:
    """Return rows as an Arrow table with the record's schema."""
    return pa.Table.from_pylist([_columns(row) for row in rows], schema=arrow_schema(record))


def from_table(record: type[R], table: pa.Table) -> list[R]:
    """Return a table's rows as records; columns that an older or newer version wrote and the record lacks are dropped."""
    known = [name for name in table.column_names if name in record.model_fields]
    return [record.model_validate(row) for row in table.select(known).to_pylist(maps_as_pydicts="strict")]


def _fit(table: pa.Table, schema: pa.Schema) -> pa.Table:
    if table.schema.equals(schema):
        return table
    return pa.Table.from_pylist(table.to_pylist(), schema=schema)


def _columns(row: BaseModel) -> dict[str, Any]:
    return row.model_dump()

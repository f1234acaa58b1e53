"""Tables as a source: CSV, TSV, JSON Lines and Parquet files with a row for each sighting of an item.

The file is read once and indexed by day; it is read again only when it has changed.
"""

import csv
import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, TextIO
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import model_validator

from content_pipeline.settings import nearest
from content_pipeline.trends.sources.base import (
    RawItem,
    RawObservation,
    Refusal,
    SourceError,
    Tools,
    one_line,
)
from content_pipeline.trends.sources.config import SourceConfig, SourcePart, Text
from content_pipeline.trends.words.values import read_time

MAX_ROWS = 5_000_000
SUFFIXES = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".jsonl", ".jsonl.gz", ".parquet")

Row = tuple[Any, ...]


class TableColumns(SourcePart):
    """Which column of a table holds which field of an item."""

    external_id: Text
    title: Text
    observed_at: Text | None = None
    published_at: Text | None = None
    url: Text | None = None
    views: Text | None = None
    likes: Text | None = None
    comments: Text | None = None
    score: Text | None = None
    rank: Text | None = None
    category: Text | None = None
    tags: Text | None = None
    author: Text | None = None
    language: Text | None = None
    caption: Text | None = None
    duration_s: Text | None = None
    audio: Text | None = None

    def mapped(self) -> dict[str, str]:
        """Return the mapped fields and their columns."""
        return {field: column for field, column in self.model_dump().items() if column}


class TableSource(SourceConfig):
    """A CSV, TSV, JSON Lines or Parquet file; a row's day is ``partition_column``, else ``observed_at``.

    ``ranked`` says that the order of a day's rows is the source's own ranking, where no column holds it.
    """

    type: Literal["table"]
    path: Path
    columns: TableColumns
    partition_column: Text | None = None
    url_template: Text | None = None
    ranked: bool = False

    @model_validator(mode="after")
    def _readable(self) -> "TableSource":
        if not self.path.name.lower().endswith(SUFFIXES):
            raise ValueError(f"{self.path.name!r} is not one of {', '.join(SUFFIXES)}")
        if self.partition_column is None and self.columns.observed_at is None:
            raise ValueError("a row's day is not known: give partition_column or columns.observed_at")
        if self.url_template is not None and "{external_id}" not in self.url_template:
            raise ValueError("url_template must contain {external_id}")
        return self

    def adapter(self, tools: Tools) -> "TableAdapter":  # noqa: ARG002
        """Return the adapter that reads this table."""
        return TableAdapter(self)


@dataclass(frozen=True)
class _Rows:
    """The wanted columns of a file: rows by index, their positions, and the day of each."""

    rows: list[Row]
    positions: list[str]
    days: dict[date, list[int]]
    refusals: list[Refusal]


class TableAdapter:
    """Reads a table a day at a time. Rows without a readable day are refused with the file's newest day."""

    def __init__(self, config: TableSource) -> None:
        self._config = config
        self._columns = list(
            dict.fromkeys([*config.columns.mapped().values(), *filter(None, [config.partition_column])])
        )
        self._state: tuple[int, int] | None = None
        self._cached: _Rows | None = None
        self.loads = 0

    def read(self, day: date) -> Iterator[RawItem | Refusal]:
        """Yield the rows of ``day`` in the file's order.

        Raises:
            SourceError: the file cannot be read, or lacks a column.
        """
        table = self._load()
        if table.days and day == max(table.days):
            yield from table.refusals
        for place, index in enumerate(table.days.get(day, []), start=1):
            yield self._item(table.positions[index], table.rows[index], day, place)

    def _item(self, position: str, row: Row, day: date, place: int) -> RawItem:
        values = dict(zip(self._columns, row, strict=True))
        found = {field: values[column] for field, column in self._config.columns.mapped().items()}
        key = "" if found["external_id"] is None else str(found["external_id"]).strip()
        seen = {name: found.get(name) for name in ("views", "likes", "comments", "score", "rank")}
        if self._config.ranked and "rank" not in found:
            seen["rank"] = place
        observed_at = found.get("observed_at")
        if observed_at is None or observed_at == "":
            observed_at = datetime.combine(day, time(12), tzinfo=UTC)
        return RawItem(
            position=position,
            external_id=key,
            title=found["title"],
            url=found.get("url") or self._address(key),
            published_at=found.get("published_at"),
            category=found.get("category"),
            tags=found.get("tags"),
            author=found.get("author"),
            language=found.get("language"),
            caption=found.get("caption"),
            duration_s=found.get("duration_s"),
            audio=found.get("audio"),
            observations=[RawObservation(observed_at=observed_at, **seen)],
        )

    def _address(self, key: str) -> str:
        template = self._config.url_template
        if template is None:
            return f"{self._config.path.name}#{key}"
        return template.replace("{external_id}", quote(key, safe=""))

    def _load(self) -> _Rows:
        path = self._config.path
        try:
            stat = path.stat()
            state = (stat.st_mtime_ns, stat.st_size)
            if self._cached is None or self._state != state:
                self._cached, self._state = self._read_file(), state
            return self._cached
        except (OSError, EOFError, zlib.error, pa.ArrowException, ValueError) as error:
            raise SourceError(f"{path.name} cannot be read: {one_line(error)}") from error

    def _read_file(self) -> _Rows:
        self.loads += 1
        rows: list[Row] = []
        positions: list[str] = []
        refusals: list[Refusal] = []
        days: dict[date, list[int]] = {}
        day_column = self._columns.index(
            self._config.partition_column or self._config.columns.observed_at or ""
        )
        for position, row in self._entries():
            if len(rows) >= MAX_ROWS:
                raise SourceError(f"{self._config.path.name} has more than {MAX_ROWS:,} rows")
            if isinstance(row, Refusal):
                refusals.append(row)
                continue
            value = row[day_column]
            day = None if isinstance(value, (list, dict)) else _day_of(value)
            if day is None:
                what = f"{self._columns[day_column]} {value!r} is not a day"
                refusals.append(Refusal(position, one_line(what), one_line(row)))
                continue
            days.setdefault(day, []).append(len(rows))
            rows.append(row)
            positions.append(position)
        if refusals and not rows:
            raise SourceError(
                f"{self._config.path.name} has no readable row; {refusals[0].position}: {refusals[0].reason}"
            )
        return _Rows(rows, positions, days, refusals)

    def _entries(self) -> Iterator[tuple[str, Row | Refusal]]:
        path = self._config.path
        name = path.name.lower().removesuffix(".gz")
        if name.endswith(".parquet"):
            yield from self._from_parquet(path)
            return
        opened = gzip.open if path.name.lower().endswith(".gz") else open
        with opened(path, "rt", encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            if name.endswith(".jsonl"):
                yield from self._from_jsonl(file)
            else:
                yield from self._from_csv(file, "\t" if name.endswith(".tsv") else ",")

    def _from_parquet(self, path: Path) -> Iterator[tuple[str, Row | Refusal]]:
        file = pq.ParquetFile(path)
        self._require(file.schema_arrow.names)
        start = 1
        for batch in file.iter_batches(columns=self._columns):
            columns = [_microseconds(batch.column(name)).to_pylist() for name in self._columns]
            for offset, row in enumerate(zip(*columns, strict=True)):
                yield f"row {start + offset}", row
            start += batch.num_rows

    def _from_csv(self, file: TextIO, delimiter: str) -> Iterator[tuple[str, Row | Refusal]]:
        reader = csv.reader(file, delimiter=delimiter)
        header = [name.strip() for name in next(reader, [])]
        self._require(header)
        wanted = [header.index(name) for name in self._columns]
        while True:
            position = f"line {reader.line_num + 1}"
            try:
                cells = next(reader, None)
            except (csv.Error, EOFError, zlib.error, OSError) as error:
                yield position, Refusal(position, one_line(error), "")
                if isinstance(error, csv.Error):
                    continue
                return
            if cells is None:
                return
            if not cells:
                continue
            if len(cells) != len(header):
                reason = f"{len(cells)} fields where the header has {len(header)}"
                yield position, Refusal(position, reason, one_line(delimiter.join(cells)))
            else:
                yield position, _decoded(position, tuple(cells[index] for index in wanted))

    def _from_jsonl(self, file: TextIO) -> Iterator[tuple[str, Row | Refusal]]:
        keys: set[str] = set()
        rows = 0
        for position, entry in _json_lines(file):
            if isinstance(entry, Refusal):
                yield position, entry
                continue
            keys.update(entry)
            rows += 1
            yield position, _decoded(position, tuple(entry.get(column) for column in self._columns))
        if rows:
            self._require(sorted(keys))

    def _require(self, names: Iterable[str]) -> None:
        known = list(names)
        for column in self._columns:
            if column not in known:
                raise SourceError(
                    f"{self._config.path.name} has no column {column!r}{nearest(column, known)}"
                )


def _json_lines(file: TextIO) -> Iterator[tuple[str, dict[str, Any] | Refusal]]:
    number = 0
    try:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            position = f"line {number}"
            try:
                entry = json.loads(line)
            except (ValueError, RecursionError) as error:
                yield position, Refusal(position, f"not JSON: {one_line(error)}", one_line(line))
                continue
            yield (
                position,
                entry if isinstance(entry, dict) else Refusal(position, "not a JSON object", one_line(line)),
            )
    except (EOFError, zlib.error) as error:
        position = f"line {number + 1}"
        yield position, Refusal(position, one_line(error), "")


def _decoded(position: str, row: Row) -> Row | Refusal:
    if all(cell.isascii() or _is_text(cell) for cell in row if isinstance(cell, str)):
        return row
    return Refusal(position, "not UTF-8", one_line(row))


def _is_text(cell: str) -> bool:
    return not any(0xD800 <= ord(char) <= 0xDFFF for char in cell)


@lru_cache(maxsize=4096)
def _day_of(value: Any) -> date | None:
    try:
        moment = read_time(value)
    except ValueError:
        return None
    return moment.date() if moment else None


def _microseconds(column: pa.Array) -> pa.Array:
    # Nanoseconds would come as pandas objects, which records cannot hold.
    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        return column.cast(pa.timestamp("us", column.type.tz), safe=False)
    return column

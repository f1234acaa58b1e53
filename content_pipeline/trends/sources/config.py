"""The sources file: which trend sources there are, of what type, and how their fields are called.

Only the file's form is checked here; reading the sources is the adapters' part.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from content_pipeline.settings import ConfigError, Slug, nearest, parse, read_yaml

TABLE_SUFFIXES = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".jsonl", ".jsonl.gz", ".parquet")

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TableColumns(_Part):
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

    def mapped(self) -> dict[str, str]:
        """Return the mapped fields and their columns."""
        return {field: column for field, column in self.model_dump().items() if column}


class TableSource(_Part):
    """A CSV, TSV, JSON Lines or Parquet file; a row's day is ``partition_column``, else ``observed_at``."""

    type: Literal["table"]
    name: Slug
    path: Path
    columns: TableColumns
    partition_column: Text | None = None
    url_template: Text | None = None

    @model_validator(mode="after")
    def _readable(self) -> "TableSource":
        if not self.path.name.lower().endswith(TABLE_SUFFIXES):
            raise ValueError(f"{self.path.name!r} is not one of {', '.join(TABLE_SUFFIXES)}")
        if self.partition_column is None and self.columns.observed_at is None:
            raise ValueError("a row's day is not known: give partition_column or columns.observed_at")
        if self.url_template is not None and "{external_id}" not in self.url_template:
            raise ValueError("url_template must contain {external_id}")
        return self


class RedditListingSource(_Part):
    """A recorded listing of Reddit: JSON, ``.gz``, or a ``member`` of a tar archive."""

    type: Literal["reddit_listing"]
    name: Slug
    path: Path
    member: Text | None = None
    observed_at: datetime | None = None


class RssSource(_Part):
    """An RSS or Atom feed, from a file or from the web."""

    type: Literal["rss"]
    name: Slug
    path: Path | None = None
    url: Annotated[str, StringConstraints(pattern=r"^https?://\S+$")] | None = None

    @model_validator(mode="after")
    def _one_place(self) -> "RssSource":
        if (self.path is None) == (self.url is None):
            raise ValueError("give either path or url")
        return self


class SandboxSource(_Part):
    """The sandbox's invented world."""

    type: Literal["sandbox"]
    name: Slug


SourceConfig = TableSource | RedditListingSource | RssSource | SandboxSource

TYPES: Mapping[str, type[TableSource] | type[RedditListingSource] | type[RssSource] | type[SandboxSource]] = {
    "table": TableSource,
    "reddit_listing": RedditListingSource,
    "rss": RssSource,
    "sandbox": SandboxSource,
}


class _SourcesFile(_Part):
    sources: list[dict[str, Any]] = Field(min_length=1)


def load_sources(path: Path | None) -> list[SourceConfig]:
    """Read the sources file; without one there is a single source, the sandbox.

    A relative path in it is looked up from the working directory, then from the sources file's folder.

    Raises:
        ConfigError: one line that names the file, the source, and what is wrong.
    """
    if path is None:
        return [SandboxSource(type="sandbox", name="sandbox")]
    data = read_yaml(path)
    for key in data:
        if key != "sources":
            close = nearest(str(key), ["sources"])
            raise ConfigError(f"{path}: unknown key {str(key)!r}{close}; the only key is 'sources', a list")
    if not isinstance(data.get("sources"), list):
        raise ConfigError(f"{path}: 'sources' must be a list of sources")
    configs = [
        _parse_source(entry, n, path) for n, entry in enumerate(parse(_SourcesFile, data, str(path)).sources)
    ]
    names = [config.name for config in configs]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(f"{path}: two sources are named {name!r}")
    return configs


def _parse_source(entry: dict[str, Any], index: int, file: Path) -> SourceConfig:
    where = f"{file}: source {entry.get('name', f'number {index + 1}')!r}"
    kind = entry.get("type")
    if not isinstance(kind, str) or kind not in TYPES:
        close = nearest(str(kind), TYPES) if kind is not None else ""
        raise ConfigError(f"{where}: unknown type {kind!r}{close}; known: {', '.join(TYPES)}")
    if "path" in TYPES[kind].model_fields and isinstance(entry.get("path"), str):
        entry = {**entry, "path": _find(Path(entry["path"]), file, where)}
    if kind == "table" and isinstance(entry.get("columns"), dict):
        entry = {**entry, "columns": parse(TableColumns, entry["columns"], f"{where}: columns")}
    return parse(
        TYPES[kind], {key if isinstance(key, str) else str(key): v for key, v in entry.items()}, where
    )


def _find(path: Path, file: Path, where: str) -> Path:
    try:
        wanted = path.expanduser()
        for candidate in (wanted.absolute(), file.absolute().parent / wanted):
            if candidate.is_file():
                return candidate
    except (OSError, RuntimeError):  # a name too long, an unknown home
        pass
    raise ConfigError(f"{where}: there is no file {path}")

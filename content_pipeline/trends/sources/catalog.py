"""The sources file: which trend sources there are, each with its adapter.

A new kind of source is a file with its configuration and adapter, and a line in ``TYPES``.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import Field

from content_pipeline.settings import ConfigError, nearest, parse, read_yaml
from content_pipeline.trends.sources.base import Budget, NoBudget, PageMemory, SourceAdapter, Tools
from content_pipeline.trends.sources.config import SourceConfig, SourcePart, Text
from content_pipeline.trends.sources.google_trends import GoogleTrendsSource
from content_pipeline.trends.sources.hacker_news import HackerNewsSource
from content_pipeline.trends.sources.instagram_audio import InstagramAudioSource
from content_pipeline.trends.sources.instagram_comments import InstagramCommentsSource
from content_pipeline.trends.sources.instagram_hashtags import InstagramHashtagsSource
from content_pipeline.trends.sources.reddit import RedditSource
from content_pipeline.trends.sources.reddit_listing import RedditListingSource
from content_pipeline.trends.sources.rss import RssSource
from content_pipeline.trends.sources.sandbox import SandboxSource
from content_pipeline.trends.sources.table import TableColumns, TableSource
from content_pipeline.trends.sources.wikimedia import WikimediaSource
from content_pipeline.trends.sources.youtube import YouTubeSource

TYPES: Mapping[str, type[SourceConfig]] = {
    "table": TableSource,
    "reddit_listing": RedditListingSource,
    "reddit": RedditSource,
    "youtube": YouTubeSource,
    "instagram_hashtags": InstagramHashtagsSource,
    "instagram_audio": InstagramAudioSource,
    "instagram_comments": InstagramCommentsSource,
    "rss": RssSource,
    "google_trends": GoogleTrendsSource,
    "wikimedia": WikimediaSource,
    "hacker_news": HackerNewsSource,
    "sandbox": SandboxSource,
}


class SourcesFile(SourcePart):
    """The form of the sources file; ``contact`` is a mail address or page by which readers can be reached."""

    sources: list[dict[str, Any]] = Field(min_length=1)
    contact: Text | None = None


class Sources:
    """The configured sources, by name in the file's order."""

    def __init__(self, configs: Iterable[SourceConfig], contact: str | None = None) -> None:
        self.configs = {config.name: config for config in configs}
        self.contact = contact


class TrendSources:
    """Finds sources by name and makes their adapters; an adapter is made once and keeps what it has read."""

    def __init__(
        self,
        sources: Sources,
        sandbox_url: str | None,
        now: Callable[[], datetime],
        budget: Budget | None = None,
    ) -> None:
        self._configs = sources.configs
        self._contact = sources.contact
        self._sandbox_url = sandbox_url
        self._now = now
        self._budget = budget or NoBudget()
        self._adapters: dict[str, SourceAdapter] = {}
        self._memories: dict[str, PageMemory] = {name: PageMemory() for name in self._configs}

    @property
    def names(self) -> list[str]:
        """Return the sources' names in the file's order."""
        return list(self._configs)

    def config(self, name: str) -> SourceConfig:
        """Return a source's configuration.

        Raises:
            ConfigError: there is no such source; the nearest one is named.
        """
        if name not in self._configs:
            raise ConfigError(f"source {name!r} is not in the sources file{nearest(name, self._configs)}")
        return self._configs[name]

    def memory(self, name: str) -> PageMemory:
        """Return the validators of a source's pages."""
        return self._memories[name]

    def adapter(self, name: str) -> SourceAdapter:
        """Return a source's adapter.

        Raises:
            ConfigError: there is no such source.
            MissingSecret: a secret that it needs is not in the environment.
        """
        if name not in self._adapters:
            config = self.config(name)
            self._adapters[name] = config.adapter(
                Tools(
                    now=self._now,
                    sandbox_url=self._sandbox_url,
                    memory=self._memories[name],
                    budget=self._budget,
                    contact=self._contact,
                )
            )
        return self._adapters[name]


def load_sources(path: Path | None) -> Sources:
    """Read the sources file; without one there is a single source, the sandbox.

    A relative path in it is looked up from the working directory, then from the sources file's folder.

    Raises:
        ConfigError: one line that names the file, the source, and what is wrong.
    """
    if path is None:
        return Sources([SandboxSource(type="sandbox", name="sandbox")])
    data = read_yaml(path)
    for key in data:
        if key not in SourcesFile.model_fields:
            close = nearest(str(key), SourcesFile.model_fields)
            raise ConfigError(
                f"{path}: unknown key {str(key)!r}{close}; the keys are 'sources', a list, and 'contact'"
            )
    if not isinstance(data.get("sources"), list):
        raise ConfigError(f"{path}: 'sources' must be a list of sources")
    file = parse(SourcesFile, data, str(path))
    configs = [_parse_source(entry, n, path) for n, entry in enumerate(file.sources)]
    names = [config.name for config in configs]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(f"{path}: two sources are named {name!r}")
    return Sources(configs, file.contact)


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

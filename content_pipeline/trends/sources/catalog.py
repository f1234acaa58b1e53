"""The sources that the sources file names, each with its adapter."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import assert_never

from content_pipeline.trends.sources.base import SourceAdapter
from content_pipeline.trends.sources.config import (
    RedditListingSource,
    RssSource,
    SandboxSource,
    SourceConfig,
    TableSource,
)
from content_pipeline.trends.sources.reddit_listing import RedditListingAdapter
from content_pipeline.trends.sources.rss import RssAdapter
from content_pipeline.trends.sources.sandbox import SandboxAdapter
from content_pipeline.trends.sources.table import TableAdapter


class TrendSources:
    """Finds sources by name and makes their adapters; an adapter is made once and keeps what it has read."""

    def __init__(
        self, configs: Iterable[SourceConfig], sandbox_url: str | None, now: Callable[[], datetime]
    ) -> None:
        self._configs = {config.name: config for config in configs}
        self._sandbox_url = sandbox_url
        self._now = now
        self._adapters: dict[str, SourceAdapter] = {}

    @property
    def names(self) -> list[str]:
        """Return the sources' names in the file's order."""
        return list(self._configs)

    def config(self, name: str) -> SourceConfig:
        """Return a source's configuration.

        Raises:
            KeyError: there is no such source.
        """
        return self._configs[name]

    def adapter(self, name: str) -> SourceAdapter:
        """Return a source's adapter.

        Raises:
            KeyError: there is no such source.
        """
        if name not in self._adapters:
            self._adapters[name] = self._make(self._configs[name])
        return self._adapters[name]

    def _make(self, config: SourceConfig) -> SourceAdapter:
        match config:
            case TableSource():
                return TableAdapter(config)
            case RedditListingSource():
                return RedditListingAdapter(config)
            case RssSource():
                return RssAdapter(config, self._now)
            case SandboxSource():
                return SandboxAdapter(self._sandbox_url)
            case _:
                assert_never(config)

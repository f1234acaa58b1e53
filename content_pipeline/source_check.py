"""What `content-pipeline sources check` does: one real reading of a source now, and what it showed or why it failed.

Nothing is landed and no state changes, except that a budget is spent.
"""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from rich.console import Console
from rich.markup import escape

from content_pipeline.resources import clock_of
from content_pipeline.sandbox.running import running_sandbox
from content_pipeline.settings import Settings
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.records import Stamp
from content_pipeline.trends.normalize import ingest
from content_pipeline.trends.sources.base import SourceError
from content_pipeline.trends.sources.catalog import TrendSources, load_sources
from content_pipeline.trends.sources.config import SourceConfig
from content_pipeline.trends.watching.budgets import StoredBudget
from content_pipeline.trends.watching.reading import Shown, read_source

EXAMPLES = 3


@dataclass(frozen=True)
class Checked:
    """What a reading of a source gave, or ``error`` and ``advice``; ``refusals`` counts reasons."""

    source: str
    type: str
    day: date
    seconds: float
    items: int = 0
    titles: list[str] = field(default_factory=list)
    newest_published_at: datetime | None = None
    refusals: dict[str, int] = field(default_factory=dict)
    error: str | None = None
    advice: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)

    def show(self, console: Console) -> None:
        """Print it for people."""
        took = f"{self.seconds:.1f} s"
        if self.error is not None:
            lines = [f"[red]failed[/] {self.source} ({self.type}) after {took}: {escape(self.error)}"]
            lines += [f"what to do: {escape(self.advice)}"] if self.advice else []
        else:
            refused = sum(self.refusals.values())
            lines = [
                f"[green]ok[/] {self.source} ({self.type}): {self.items} items of {self.day} in {took}, {refused} refused"
            ]
            lines += [f"  {escape(title)}" for title in self.titles]
            if self.newest_published_at:
                lines.append(f"newest published {self.newest_published_at:%Y-%m-%d %H:%M} UTC")
            lines += [f"refused {count}: {escape(reason)}" for reason, count in self.refusals.items()]
        for line in lines:
            console.print(line, highlight=False, soft_wrap=True)


def check_source(settings: Settings, name: str) -> Checked:
    """Ask a source once.

    Raises:
        ConfigError: there is no such source, or the sources file is wrong.
    """
    configured = load_sources(settings.sources)
    now = clock_of(settings).now
    with OperationsDatabase(settings.effective_database_url) as database:
        config = TrendSources(configured, None, now).config(name)
        with _sandbox(settings, config) as url:
            sources = TrendSources(configured, url, now, StoredBudget(database, now))
            return _checked(sources, config, now())


def _checked(sources: TrendSources, config: SourceConfig, now: datetime) -> Checked:
    day, started = now.date(), time.perf_counter()
    try:
        found = read_source(sources, config.name, day)
    except SourceError as error:
        took = time.perf_counter() - started
        return Checked(config.name, config.type, day, took, error=str(error), advice=error.advice or None)
    took = time.perf_counter() - started
    result = ingest(config, Shown(found), day, Stamp(trace_id="check", created_at=now))
    first = sorted(result.signals, key=lambda signal: (signal.rank is None, signal.rank or 0))
    reasons = Counter(letter.reason for letter in result.dead_letters)
    return Checked(
        config.name,
        config.type,
        day,
        took,
        items=len(result.signals),
        titles=[signal.title for signal in first[:EXAMPLES]],
        newest_published_at=max((s.published_at for s in first if s.published_at), default=None),
        refusals=dict(reasons.most_common(5)),
    )


@contextmanager
def _sandbox(settings: Settings, config: SourceConfig) -> Iterator[str | None]:
    if settings.mode == "live" or config.type != "sandbox":
        yield None
    elif settings.instagram_url:
        yield settings.instagram_url
    else:
        with running_sandbox(settings.home, seed=settings.world_seed) as url:
            yield url

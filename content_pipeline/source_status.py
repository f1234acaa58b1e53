"""What `content-pipeline sources` tells: how each trend source fares, when it is asked next, how much of its budgets is used.

It reads the sources file and the operations database and asks nobody.
"""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from content_pipeline.resources import clock_of
from content_pipeline.settings import Settings
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.trends.sources.catalog import TrendSources, load_sources
from content_pipeline.trends.watching.budgets import StoredBudget
from content_pipeline.trends.watching.health import Health, SourceHealth
from content_pipeline.trends.watching.poll_states import PollState, PollStates
from content_pipeline.trends.watching.reading import why_off

_COLOURS = {"ok": "green", "failing": "yellow", "stale": "red", "off": "dim", "never asked": "dim"}


@dataclass(frozen=True)
class Used:
    """How much of a budget is used: ``spent`` of ``limit`` different units in the last ``days`` days."""

    budget: str
    spent: int
    limit: int
    days: int

    def __str__(self) -> str:
        unit = self.budget.partition(":")[0].rpartition("_")[2]
        return f"{self.spent} of {self.limit} {unit} in {self.days} days"


@dataclass(frozen=True)
class SourceStatus:
    """How a source fares. ``age_s`` is seconds since its last success, ``next_poll_at`` by the machine's clock."""

    name: str
    type: str
    state: Literal["ok", "failing", "stale", "off", "never asked"]
    off: str | None
    failures_in_a_row: int
    last_success_at: datetime | None
    age_s: float | None
    every_minutes: int
    next_poll_at: datetime | None
    budgets: list[Used]
    last_error: str | None

    @property
    def told(self) -> str:
        """Return the state in words."""
        return {
            "off": self.off or "off",
            "failing": f"failing ({self.failures_in_a_row} in a row)",
            "stale": f"STALE ({self.failures_in_a_row} in a row)",
        }.get(self.state, self.state)


def read_source_status(settings: Settings) -> list[SourceStatus]:
    """Return the status of every source of the sources file, in its order.

    Raises:
        ConfigError: the sources file is wrong.
    """
    configured = load_sources(settings.sources)
    with OperationsDatabase(settings.effective_database_url) as database:
        now = clock_of(settings).now
        sources = TrendSources(configured, None, now)
        healths = {health.source: health for health in SourceHealth(database).all()}
        polls = PollStates(database).all()
        budget = StoredBudget(database, now)
        return [
            _status(sources, name, healths.get(name), polls.get(name), budget, now())
            for name in sources.names
        ]


def show_source_status(found: list[SourceStatus], console: Console) -> None:
    """Print the status for people."""
    table = Table(Column("source", no_wrap=True), "state", "last success (UTC)", "age", "next poll", "budget")
    for one in found:
        table.add_row(
            f"{one.name}\n[dim]{one.type}[/]",
            Text(one.told, style=_COLOURS[one.state], overflow="fold"),
            f"{one.last_success_at:%Y-%m-%d %H:%M}" if one.last_success_at else "never",
            "-" if one.age_s is None else _span(timedelta(seconds=one.age_s)),
            _next(one),
            "\n".join(map(str, one.budgets)) or "-",
        )
    console.print(table)
    for one in found:
        if one.last_error:
            line = Text(f"{one.name}: last error: {one.last_error}")
            console.print(line, soft_wrap=True)


def as_dicts(found: list[SourceStatus]) -> list[dict[str, Any]]:
    """Return plain values for JSON."""
    return [asdict(one) for one in found]


def _status(
    sources: TrendSources,
    name: str,
    health: Health | None,
    poll: PollState | None,
    budget: StoredBudget,
    now: datetime,
) -> SourceStatus:
    config, off = sources.config(name), why_off(sources, name)
    seen = health.last_success_at if health else None
    return SourceStatus(
        name=name,
        type=config.type,
        state="off" if off else _state(health),
        off=off,
        failures_in_a_row=health.failures_in_a_row if health else 0,
        last_success_at=seen,
        age_s=max(0.0, (now - seen).total_seconds()) if seen else None,
        every_minutes=config.every_minutes,
        next_poll_at=poll.due_at if poll and not off else None,
        budgets=[
            Used(budget=key, spent=len(budget.spent(key, days=days)), limit=limit, days=days)
            for key, (limit, days) in config.budgets().items()
        ],
        last_error=health.last_error if health else None,
    )


def _state(health: Health | None) -> Literal["ok", "failing", "stale", "never asked"]:
    if health is None:
        return "never asked"
    if health.stale:
        return "stale"
    return "failing" if health.failures_in_a_row else "ok"


def _next(one: SourceStatus) -> str:
    if one.state == "off":
        return "-"
    wait = one.next_poll_at - datetime.now(UTC) if one.next_poll_at else timedelta()
    return f"in {_span(wait)}" if wait > timedelta() else "at the next tick"


def _span(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    minutes = seconds // 60
    if minutes < 2:
        return f"{seconds} s"
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days"

"""What `content-pipeline status` tells: posts by state, next slots, sources, and rows that could not be read."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text
from sqlalchemy import func, select

from content_pipeline.accounts import Account
from content_pipeline.resources import clock_of
from content_pipeline.review.incidents import Incidents
from content_pipeline.settings import Settings
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.published import WAITING
from content_pipeline.storage.tables import DeadLetterRow, PublicationRow
from content_pipeline.trends.watching.health import Health, SourceHealth

TROUBLED = ("failed", "unknown", "missed", "awaiting_approval")


@dataclass(frozen=True)
class AccountStatus:
    """An account's posts by state, its next slot, and what needs a person."""

    account: str
    states: dict[str, int]
    next_slot: datetime | None
    needs_attention: list[str]


@dataclass(frozen=True)
class Status:
    """The state of the pipeline at ``now`` by its own clock."""

    mode: str
    now: datetime
    home: str
    accounts: list[AccountStatus]
    sources: list[Health]
    dead_letters: dict[str, int]

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)

    def show(self, console: Console) -> None:
        """Print the status for people."""
        console.print(
            f"mode {self.mode}, clock {self.now:%Y-%m-%d %H:%M} UTC, home {self.home}",
            highlight=False,
            soft_wrap=True,
        )
        table = Table("account", "posts", "next slot (UTC)", Column("needs attention", overflow="fold"))
        for line in self.accounts:
            states = ", ".join(f"{count} {state}" for state, count in sorted(line.states.items()))
            slot = f"{line.next_slot:%Y-%m-%d %H:%M}" if line.next_slot else "-"
            table.add_row(
                line.account, states or "none yet", slot, Text("\n".join(line.needs_attention) or "-")
            )
        console.print(table)
        for source in self.sources:
            failing = f"failing ({source.failures_in_a_row} in a row)" if source.failures_in_a_row else "ok"
            state = f"STALE after {source.failures_in_a_row} failures" if source.stale else failing
            seen = f"{source.last_success_at:%Y-%m-%d %H:%M}" if source.last_success_at else "never"
            error = f"  last error: {source.last_error}" if source.last_error else ""
            console.print(
                f"source {source.source:24} {state}, last success {seen}{error}",
                highlight=False,
                soft_wrap=True,
            )
        for source_name, count in self.dead_letters.items():
            console.print(f"dead letters {source_name:18} {count}", highlight=False)


def read_status(settings: Settings, accounts: Mapping[str, Account]) -> Status:
    """Read the status from the operations database."""
    clock = clock_of(settings)
    with OperationsDatabase(settings.effective_database_url) as operations:
        with operations.transaction() as session:
            by_state = session.execute(
                select(PublicationRow.account, PublicationRow.state, func.count()).group_by(
                    PublicationRow.account, PublicationRow.state
                )
            ).all()
            open_rows = list(
                session.scalars(
                    select(PublicationRow)
                    .where(PublicationRow.state.in_((*WAITING, *TROUBLED)))
                    .order_by(PublicationRow.slot_at)
                )
            )
            counted = session.execute(
                select(DeadLetterRow.source, func.count())
                .where(DeadLetterRow.resolved_at.is_(None))
                .group_by(DeadLetterRow.source)
            )
            letters = {source: count for source, count in counted}  # noqa: C416 - rows are not pairs for the type checker
        return Status(
            mode=settings.mode,
            now=clock.now(),
            home=str(settings.home),
            accounts=[
                _account(
                    name,
                    _incidents(Incidents(operations), name, clock.now()),
                    {state: count for account, state, count in by_state if account == name},
                    [row for row in open_rows if row.account == name],
                )
                for name in accounts
            ],
            sources=SourceHealth(operations).all(),
            dead_letters=letters,
        )


def _incidents(book: Incidents, account: str, now: datetime) -> list[str]:
    """Return the account's open incidents, what they stop, and what about them is overdue."""
    found = []
    for incident in book.all(account, only_open=True):
        paused = ", the queue is paused" if incident.severity == "sev1" else ""
        late = [step.words for step in book.steps(incident) if step.state(now) == "overdue"]
        overdue = f"; OVERDUE: {', '.join(late)}" if late else ""
        found.append(
            f"{incident.severity} incident {incident.id} is open{paused}{overdue}: {incident.summary}"
        )
    return found


def _account(
    name: str, incidents: list[str], states: dict[str, int], rows: list[PublicationRow]
) -> AccountStatus:
    waiting = [row for row in rows if row.state in WAITING]
    troubled = [row for row in rows if row.state in TROUBLED]
    return AccountStatus(
        account=name,
        states=states,
        next_slot=waiting[0].slot_at if waiting else None,
        needs_attention=[
            *incidents,
            *(f"{row.post_id} {row.state}: {row.reason or 'no reason recorded'}" for row in troubled[-10:]),
        ],
    )

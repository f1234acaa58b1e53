"""What `produce` does: one day after another, the same jobs that schedules run, in the order of the clock.

In sandbox mode the clock is moved from event to event (plan, slots, measurements, midnight), so days pass in seconds. In the
other modes time is real: the day is planned and what is due now is published; schedules do the rest.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from content_pipeline.accounts import Account
from content_pipeline.clock import Clock, end_of
from content_pipeline.instance import RunFailed, Runner
from content_pipeline.metrics.history import answered_pulls, recently_published
from content_pipeline.metrics.insights import due_pulls, next_pull_at
from content_pipeline.partitions import days_before, partition_key
from content_pipeline.posts.ledger import Ledger
from content_pipeline.posts.publications import CLAIMABLE_STATES
from content_pipeline.review.pending import changed_days
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.trends.scoring.scoring import WINDOW_DAYS

PLAN_AT = time(5)
"""When, in the account's zone, a day is planned; the schedule uses the same hour."""


@dataclass(frozen=True)
class Appointment:
    """Something that has its fixed time: planning a day, or learning from it."""

    at: datetime
    action: Literal["learn", "plan"]
    account: Account
    day: date


Announce = Callable[[str], AbstractContextManager[object]]


@dataclass(frozen=True)
class Stores:
    """What production asks, beside running jobs: what was planned and measured, what people said of it, and what time it is."""

    lake: Lake
    operations: OperationsDatabase
    ledger: Ledger
    clock: Clock


class Production:
    """Runs days of accounts. ``announce`` shows what is under way; ``warnings`` collects what failed without stopping the work."""

    def __init__(
        self,
        runner: Runner,
        stores: Stores,
        accounts: Mapping[str, Account],
        sources: Sequence[str],
        *,
        simulated_time: bool,
        announce: Announce = lambda _: nullcontext(),
    ) -> None:
        self._runner = runner
        self._stores = stores
        self._accounts = accounts
        self._sources = sources
        self._simulated = simulated_time
        self._announce = announce
        self._ingested: set[date] = set()
        self.warnings: list[str] = []

    def produce(self, first: date, days: int) -> None:
        """Produce ``days`` days from ``first`` for every account; calling it again posts and renders nothing twice.

        Raises:
            RunFailed: a step that the rest needs failed.
        """
        self._take_in_changes()
        for appointment in self._appointments(first, days):
            if self._simulated:
                self._live_until(appointment.at)
            if appointment.action == "plan":
                self._plan(appointment.account, appointment.day)
            elif self._simulated:
                self._learn(appointment.account, appointment.day)
        if not self._simulated:
            self._attend(self._stores.clock.now())
        with self._announce("building marts"):
            self._runner.run("refresh_marts")
        self._report(first, days)

    def _take_in_changes(self) -> None:
        """Review and queue again what people edited, moved or decided on since: without a daemon no sensor does it."""
        for changed in changed_days(self._stores.operations, self._accounts, self._stores.clock.now()):
            with self._announce(f"{changed.day}  {changed.account}: taking in what people changed"):
                try:
                    self._runner.run("review_again", partition_key(account=changed.account, day=changed.day))
                except RunFailed as error:  # its posts wait; the others must not
                    self.warnings.append(str(error))

    def _appointments(self, first: date, days: int) -> list[Appointment]:
        """Return when each account's days are planned and learned from, in the order of the clock over all time zones."""
        found = []
        for account in self._accounts.values():
            for day in (first + timedelta(days=n) for n in range(days)):
                found.append(
                    Appointment(datetime.combine(day, PLAN_AT, tzinfo=account.zone), "plan", account, day)
                )
                found.append(Appointment(end_of(day, account.zone), "learn", account, day))
        return sorted(found, key=lambda a: (a.at, a.action, a.account.id))

    def _plan(self, account: Account, day: date) -> None:
        now = self._moment(datetime.combine(day, PLAN_AT, tzinfo=account.zone))
        self._ingest(day, now)
        with self._announce(f"{day}  {account.id}: planning, writing, reviewing, rendering"):
            self._runner.run("daily_production", partition_key(account=account.id, day=day), now=now)

    def _ingest(self, day: date, now: str | None) -> None:
        """Read every source for the day, and for days before it that were never read; one that fails does not stop the others."""
        if day in self._ingested:
            return
        failed = 0
        for source in self._sources:
            window = [*days_before(day, WINDOW_DAYS - 1), day]
            missing = [
                d
                for d in window
                if not self._stores.lake.exists("trend_signals", {"source": source, "day": str(d)})
            ]
            first = min([*missing, day])
            with self._announce(f"{day}  reading source {source}"):
                try:
                    keys = (partition_key(source=source, day=first), partition_key(source=source, day=day))
                    self._runner.run("ingest_trends", *keys, now=now)
                except RunFailed as error:
                    failed += 1
                    self.warnings.append(str(error))
        if failed == len(self._sources):
            raise RunFailed(f"no source could be read for {day}: {self.warnings[-1]}")
        with self._announce(f"{day}  scoring trends"):
            self._runner.run("score_trends", str(day), now=now)
        self._ingested.add(day)

    def _live_until(self, end: datetime) -> None:
        """Move the clock from one slot or measurement to the next, until nothing is to be done before ``end``."""
        attended = None
        while True:
            now = self._stores.clock.now()
            # What is still due right after it was attended to (a platform that does not answer) must not hold up the rest.
            events = [
                self._next_event(account, now, only_later=now == attended)
                for account in self._accounts.values()
            ]
            moment = min((event for event in events if event), default=end)
            if moment >= end or moment == attended:
                return
            self._attend(moment)
            attended = moment

    def _next_event(self, account: Account, now: datetime, only_later: bool) -> datetime | None:
        """Return when this account has something to publish or to measure next: ``now``, or a later moment."""
        ledger = self._stores.ledger
        published, answered = recently_published(ledger, account, now), self._answered(account, now)
        if not only_later and (ledger.due_days(account.id, now) or due_pulls(published, answered, now)):
            return now
        waiting = ledger.publications(account.id, states=CLAIMABLE_STATES)
        slots = [max(post.slot_at, post.retry_at or post.slot_at) for post in waiting]
        pull = next_pull_at(published, answered, now)
        return min([moment for moment in [*slots, pull] if moment is not None and moment > now], default=None)

    def _attend(self, moment: datetime) -> None:
        """Publish and measure what is due at ``moment``."""
        for account in self._accounts.values():
            local = moment.astimezone(account.zone)
            for day in self._stores.ledger.due_days(account.id, moment):
                with self._announce(f"{local:%Y-%m-%d %H:%M}  {account.id}: publishing"):
                    self._runner.run(
                        "publish_due", partition_key(account=account.id, day=day), now=self._moment(moment)
                    )
            if due_pulls(
                recently_published(self._stores.ledger, account, moment),
                self._answered(account, moment),
                moment,
            ):
                with self._announce(f"{local:%Y-%m-%d %H:%M}  {account.id}: measuring"):
                    key = partition_key(account=account.id, day=local.date())
                    self._runner.run("collect_metrics", key, now=self._moment(moment))

    def _learn(self, account: Account, day: date) -> None:
        """Learn from all that was seen up to the end of the day, in the account's zone."""
        now = self._moment(end_of(day, account.zone))
        with self._announce(f"{day}  {account.id}: building marts, learning"):
            self._runner.run("refresh_marts", now=now)
            self._runner.run("learn", partition_key(account=account.id, day=day), now=now)

    def _report(self, first: date, days: int) -> None:
        covered = [first + timedelta(days=n) for n in range(days)]
        for monday in sorted({day - timedelta(days=day.weekday()) for day in covered}):
            for name in self._accounts:
                with self._announce(f"week of {monday}  {name}: writing the report"):
                    self._runner.run("weekly_report", partition_key(account=name, week=monday))

    def _answered(self, account: Account, now: datetime) -> set[tuple[str, int]]:
        return answered_pulls(self._stores.lake, account, now)

    def _moment(self, moment: datetime) -> str | None:
        """Return where the clock is to be moved to, or none where time is real."""
        return moment.astimezone(UTC).isoformat() if self._simulated else None

"""Polls of the sources: who is due is asked, several at a time, and what changed is landed before its state is kept.

What was landed becomes a partition in ``ingesting``; when a tick comes is the sensor's part.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Literal

from content_pipeline.storage.landing import Landing
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.trends.sources.base import MissingSecret, RateLimited, SourceError, Unchanged
from content_pipeline.trends.sources.catalog import TrendSources
from content_pipeline.trends.watching.health import Health, SourceHealth
from content_pipeline.trends.watching.poll_states import PollStates
from content_pipeline.trends.watching.reading import (
    Found,
    as_line,
    fingerprint,
    read_source,
    watched,
    why_off,
)

TICK_SECONDS = 40.0
"""How long the polls of a tick may take together: what evaluates a sensor is given a minute."""
CONCURRENT = 8
EARLY = timedelta(seconds=30)
"""Ticks come a minute apart and a little late; without this a source that is due every ten minutes would be asked every eleven."""
LONGEST_WAIT = timedelta(days=1)


@dataclass(frozen=True)
class Outcome:
    """What came of a source at a tick; ``turned`` tells that it became stale by it, or recovered."""

    source: str
    kind: Literal["landed", "unchanged", "failed", "off"]
    detail: str = ""
    turned: Literal["stale", "recovered"] | None = None


@dataclass(frozen=True)
class _Poll:
    """A reading with its times: the pipeline's clock before and after, and the machine's when it was begun."""

    began: datetime
    ended: datetime
    claimed_at: datetime
    found: list[Found]
    error: SourceError | None = None

    @property
    def day(self) -> date:
        return self.began.date()


class Watch:
    """Polls sources that are due.

    Args:
        sources: the configured sources.
        landing: where what they show is kept.
        operations: the operations database, for states and health.
        now: the pipeline's clock, for days and sightings.
        machine_now: the machine's clock, for the cadence: the sandbox's clock stands still.
        seconds: how long the polls of a tick may take together.
    """

    def __init__(
        self,
        sources: TrendSources,
        landing: Landing,
        operations: OperationsDatabase,
        now: Callable[[], datetime],
        machine_now: Callable[[], datetime] = lambda: datetime.now(UTC),
        seconds: float = TICK_SECONDS,
    ) -> None:
        self.sources = sources
        self.landing = landing
        self._health = SourceHealth(operations)
        self._states = PollStates(operations)
        self._now = now
        self._machine_now = machine_now
        self._seconds = seconds

    def poll_due(self) -> list[Outcome]:
        """Ask every source that is due, and return what came of each that was asked or is off.

        One that fails, hangs or is slow does not hold up the others. One that nobody had time to ask stays due.
        """
        off = {name: why for name in self.sources.names if (why := why_off(self.sources, name)) is not None}
        outcomes = [Outcome(name, "off", why) for name, why in off.items()]
        self._health.retire(set(self.sources.names) - off.keys(), self._now())
        for name, poll in _in_time(self._poll, self._due(off), self._seconds):
            if isinstance(poll, _Poll):
                outcomes.append(self._keep(name, poll))
            elif poll == "late":
                outcomes.append(self._failed(name, f"no end after {self._seconds:.0f} s: it is given up"))
        return outcomes

    def stale(self) -> list[Health]:
        """Return the health of the sources that can be asked and are stale."""
        return self._health.stale(watched(self.sources))

    def _due(self, off: Iterable[str]) -> list[str]:
        states, now = self._states.all(), self._machine_now()
        never = datetime.min.replace(tzinfo=UTC)
        since = {name: states[name].due_at if name in states else never for name in self.sources.names}
        return sorted(
            (name for name in since if name not in off and since[name] <= now), key=since.__getitem__
        )

    def _poll(self, name: str) -> _Poll | None:
        """Read a source, if it is still due by now; what goes wrong is part of the result, because this runs in a thread."""
        claimed_at, began = self._machine_now(), self._now()
        state = self._states.claim(name, claimed_at)
        if state is None:
            return None
        error = None
        found: list[Found] = []
        self.sources.memory(name).load(state.validators_of(began.date()))
        try:
            found = read_source(self.sources, name, began.date())
        except Unchanged:
            pass
        except SourceError as failure:
            error = failure
        return _Poll(began, self._now(), claimed_at, found, error)

    def _keep(self, name: str, poll: _Poll) -> Outcome:
        due_at = poll.claimed_at + timedelta(minutes=self.sources.config(name).every_minutes) - EARLY
        if isinstance(poll.error, MissingSecret):
            self._states.put_off(name, due_at)
            return Outcome(name, "off", str(poll.error))
        if poll.error is not None:
            if isinstance(poll.error, RateLimited):
                due_at = max(due_at, poll.claimed_at + min(poll.error.until - poll.began, LONGEST_WAIT))
            self._states.put_off(name, due_at)
            return self._failed(name, str(poll.error))
        if poll.ended.date() != poll.day:
            # What it saw belongs to two days: it is asked again at once.
            self._states.put_off(name, poll.claimed_at)
            return Outcome(name, "unchanged", "the day ended meanwhile: it is asked again")
        try:
            landed = self._land(name, poll)
        except OSError as error:
            self._states.put_off(name, due_at)
            return self._failed(
                name, f"what it showed cannot be landed: {error.strerror or type(error).__name__}"
            )
        self._states.keep(name, due_at, poll.day, self.sources.memory(name).kept())
        turned = self._health.succeeded(name, poll.ended)
        return Outcome(name, "landed" if landed else "unchanged", turned="recovered" if turned else None)

    def _land(self, name: str, poll: _Poll) -> bool:
        """Land what was found, unless it is nothing or what the day's last landed poll showed."""
        if not poll.found:
            return False
        shown = fingerprint(poll.found, poll.began, poll.ended)
        newest = self.landing.newest(name, poll.day)
        if newest is not None and newest.fingerprint == shown:
            return False
        self.landing.land(name, poll.day, poll.began, shown, map(as_line, poll.found))
        return True

    def _failed(self, name: str, error: str) -> Outcome:
        turned = self._health.failed(name, error, self._now())
        return Outcome(name, "failed", error, turned="stale" if turned else None)


def _in_time(
    poll: Callable[[str], _Poll | None], names: Iterable[str], seconds: float
) -> Iterator[tuple[str, _Poll | Literal["late"] | None]]:
    """Yield each name's poll as it ends, or ``late``; names that could not be begun in half the time are left out.

    The threads are daemons: one that hangs must not keep the process from ending.
    """
    todo: SimpleQueue[str] = SimpleQueue()
    done: SimpleQueue[tuple[str, _Poll | Exception | None]] = SimpleQueue()
    pending: set[str] = set()
    for name in names:
        todo.put(name)
        pending.add(name)
    ends = time.monotonic() + seconds

    def work() -> None:
        while time.monotonic() < ends - seconds / 2:
            try:
                name = todo.get_nowait()
            except Empty:
                return
            try:
                done.put((name, poll(name)))
            except Exception as error:  # it is raised where the results are read
                done.put((name, error))

    for number in range(min(CONCURRENT, len(pending))):
        Thread(target=work, name=f"poll {number}", daemon=True).start()
    while pending:
        try:
            name, result = done.get(timeout=max(0.0, ends - time.monotonic()))
        except Empty:
            break
        pending.discard(name)
        if isinstance(result, Exception):
            raise result
        yield name, result
    while not todo.empty():
        pending.discard(todo.get_nowait())
    for name in sorted(pending):
        yield name, "late"

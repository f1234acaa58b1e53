"""A day of a source brought up to date: its partition, the polls that have landed since, and a reading of the source itself.

Formats stay with the adapters, rows with ``normalize``; who may be at work on a partition is Dagster's pool's part.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from content_pipeline.storage.dead_letters import DeadLetter, DeadLetters
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.landing import LandedPoll, Landing
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.records import Stamp
from content_pipeline.trends.normalize import ingest, merge_signals
from content_pipeline.trends.records import TrendSignal
from content_pipeline.trends.sources.base import MissingSecret, Refusal, SourceAdapter, SourceError, one_line
from content_pipeline.trends.sources.catalog import TrendSources
from content_pipeline.trends.watching.health import SourceHealth
from content_pipeline.trends.watching.reading import Found, Shown, from_line, read_source

ASSET = "trend_signals"
KEPT_DAYS = 3
"""Polls of so many days before stay after their partition holds them, as a record of what was really seen."""


@dataclass(frozen=True)
class Refreshed:
    """A partition as it was written: its signals, what was refused on the way, how many polls were merged, where it is, its bytes."""

    source: str
    day: date
    signals: list[TrendSignal]
    letters: list[DeadLetter]
    new_letters: int
    polls: int
    path: str
    size: int

    @property
    def dims(self) -> dict[str, str]:
        """Return the partition's keys."""
        return {"source": self.source, "day": str(self.day)}


class Ingestion:
    """Writes partitions of ``trend_signals``."""

    def __init__(
        self,
        sources: TrendSources,
        lake: Lake,
        landing: Landing,
        operations: OperationsDatabase,
        now: Callable[[], datetime],
    ) -> None:
        self._sources = sources
        self._lake = lake
        self._landing = landing
        self._letters = DeadLetters(operations)
        self._health = SourceHealth(operations)
        self._now = now

    def refresh(self, source: str, day: date, stamp: Stamp, *, ask: bool) -> Refreshed:
        """Merge what has landed into a partition and, with ``ask``, what the source shows of the day when it is asked now.

        A poll counts as read only after the partition that holds it was written; merged twice, it changes nothing. An item seen
        again extends its sightings.

        Raises:
            ConfigError: there is no such source.
            SourceError: it was asked and cannot be read; what had landed is in the partition all the same.
        """
        config, dims = self._sources.config(source), {"source": source, "day": str(day)}
        polls = self._landing.unread(source, day)
        shelves: list[SourceAdapter] = [_Landed(self._landing, polls)] if polls else []
        error = None
        if ask:
            try:
                shelves.append(Shown(self._ask(source, day)))
            except SourceError as failure:
                error = failure
        if error and not polls:
            raise error
        results = [ingest(config, shelf, day, stamp) for shelf in shelves]
        signals = merge_signals(
            self._lake.read_existing(ASSET, TrendSignal, [dims]),
            [signal for result in results for signal in result.signals],
        )
        size = self._lake.write(ASSET, dims, TrendSignal, signals)
        letters = [letter for result in results for letter in result.dead_letters]
        new_letters = self._letters.add(letters, stamp)
        self._landing.mark_read(polls)
        self._landing.prune(source, before=self._now().date() - timedelta(days=KEPT_DAYS))
        if error:
            raise error
        path = str(self._lake.path(ASSET, dims))
        return Refreshed(source, day, signals, letters, new_letters, len(polls), path, size)

    def _ask(self, source: str, day: date) -> list[Found]:
        # A partition needs all that is shown, not what changed since some poll.
        self._sources.memory(source).load({})
        try:
            found = read_source(self._sources, source, day)
        except MissingSecret:
            raise
        except SourceError as error:
            self._health.failed(source, str(error), self._now())
            raise
        self._health.succeeded(source, self._now())
        return found


class _Landed:
    """Landed polls as an adapter, the oldest first; what is broken of them is refused."""

    def __init__(self, landing: Landing, polls: Sequence[LandedPoll]) -> None:
        self._landing = landing
        self._polls = polls

    def read(self, day: date) -> Iterator[Found]:  # noqa: ARG002
        for poll in self._polls:
            try:
                lines = self._landing.lines(poll)
            except FileNotFoundError:
                continue  # another run was here
            except ValueError as error:
                yield Refusal(poll.name, one_line(error), "")
                continue
            yield from (_found(line, f"{poll.name} line {number}") for number, line in enumerate(lines, 1))


def _found(line: str, position: str) -> Found:
    try:
        return from_line(line)
    except ValueError as error:
        return Refusal(position, one_line(error), one_line(line))

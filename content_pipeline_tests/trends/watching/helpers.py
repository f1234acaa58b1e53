"""A small newsroom for the tests of watching: sources on a real server, clocks that a test turns, stores that outlive a process."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from content_pipeline.storage.lake import Lake
from content_pipeline.storage.landing import Landing
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.trends.records import TrendSignal
from content_pipeline.trends.sources.catalog import Sources, TrendSources
from content_pipeline.trends.sources.config import SourceConfig
from content_pipeline.trends.sources.hacker_news import HackerNewsSource
from content_pipeline.trends.watching.polling import Outcome, Watch
from content_pipeline_tests.trends.helpers import DAY, NOON
from content_pipeline_tests.trends.server import Answer

WALL = datetime(2030, 1, 1, tzinfo=UTC)
"""The machine's time; NOON is the pipeline's. They have nothing to do with each other, as in the sandbox."""


class Turned:
    """A clock that shows what a newsroom's pipeline has."""

    def __init__(self, room: "Newsroom") -> None:
        self._room = room

    def now(self) -> datetime:
        return self._room.now


class Newsroom:
    """Everything that one process has, over stores that the next one opens again."""

    def __init__(self, folder: Path, database: OperationsDatabase) -> None:
        self.folder = folder
        self.lake = Lake(str(folder / "lake"))
        self.landing = Landing(str(folder / "lake"))
        self.database = database
        self.now = NOON
        self.wall = WALL
        self.clock = Turned(self)

    def pass_minutes(self, minutes: float) -> None:
        """Let both clocks go on."""
        self.now += timedelta(minutes=minutes)
        self.wall += timedelta(minutes=minutes)

    def sources(self, configs: Iterable[SourceConfig]) -> TrendSources:
        return TrendSources(Sources(configs), None, self.clock.now)

    def watch(self, *configs: SourceConfig, seconds: float = 10.0) -> Watch:
        """Return the watch of a process that starts now."""
        return Watch(
            self.sources(configs), self.landing, self.database, self.clock.now, lambda: self.wall, seconds
        )

    def signals(self, source: str, day: date = DAY) -> list[TrendSignal]:
        return self.lake.read_existing("trend_signals", TrendSignal, [{"source": source, "day": str(day)}])

    def numbers(self, source: str, day: date = DAY) -> list[float | None]:
        """Return the engagement of the only signal at its sightings."""
        [signal] = self.signals(source, day)
        return [seen.engagement for seen in signal.observations]


def stories(url: str, name: str = "hn", **changes: object) -> HackerNewsSource:
    """Return a source that asks ``url`` once a poll; the path is the source's name."""
    values = {"type": "hacker_news", "name": name, "api": "algolia", "algolia_url": f"{url}/{name}"}
    return HackerNewsSource.model_validate(values | changes)


def path_of(name: str) -> str:
    return f"/{name}/search"


def shows(points: int | None = 10, *, key: str = "1", title: str = "A story") -> Answer:
    """Return the answer of a source that shows one story."""
    return Answer({"hits": [{"objectID": key, "title": title, "points": points, "_tags": ["story"]}]})


def kinds(outcomes: list[Outcome]) -> dict[str, str]:
    return {outcome.source: outcome.kind for outcome in outcomes}

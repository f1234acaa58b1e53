"""The outlooks of all sources, learned from what the lake holds of their past. One learning serves a week."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import pandas as pd

from content_pipeline.clock import start_of
from content_pipeline.storage.lake import Lake
from content_pipeline.trends.normalize import UTC_ZONE
from content_pipeline.trends.records import TrendSignal
from content_pipeline.trends.scoring.outlook import (
    HISTORY_DAYS,
    Outlook,
    TooFewExamples,
    examples,
    is_watched_all_day,
)
from content_pipeline.trends.scoring.sightings import COLUMNS, measured, sightings_in

FEWEST_DAYS = 14
"""Before two weeks of a source are known, its past teaches nothing."""
MOST_SIGHTINGS = 500_000
"""So many are about 150 MB while they are measured; a source that is polled every ten minutes has them in a month."""


class Outlooks:
    """Gives the outlooks of a day; days of the same week share them, so that a backfill of a month learns five times."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._learned: dict[date, dict[str, Outlook]] = {}

    def of(self, day: date) -> dict[str, Outlook]:
        """Return the outlooks by source, as known when the week of ``day`` began (UTC); a source with too short a past has none."""
        monday = day - timedelta(days=day.weekday())
        if monday not in self._learned:
            self._learned[monday] = self._learn(monday)
        return self._learned[monday]

    def _learn(self, monday: date) -> dict[str, Outlook]:
        known = defaultdict(list)
        for back in range(HISTORY_DAYS, 0, -1):
            day = monday - timedelta(days=back)
            for dims in self._lake.partitions("trend_signals", day=str(day)):
                known[dims["source"]].append(dims)
        found = {}
        for source, partitions in known.items():
            if len(partitions) < FEWEST_DAYS:
                continue
            history = measured(self._sightings(partitions))
            if history["day"].nunique() < FEWEST_DAYS:  # partitions of quiet days are empty
                continue
            taught = examples(history)
            taught = taught[taught["known_at"] <= pd.Timestamp(start_of(monday, UTC_ZONE))]
            try:
                found[source] = Outlook(taught, is_watched_all_day(history))
            except TooFewExamples:
                continue
        return found

    def _sightings(self, partitions: Sequence[Mapping[str, str]]) -> pd.DataFrame:
        """Return a source's sightings, the newest days first read, until there are enough to learn from."""
        frames: list[pd.DataFrame] = []
        for dims in reversed(partitions):
            frames.append(sightings_in(self._lake.scan("trend_signals", TrendSignal, [dims], COLUMNS)))
            if sum(map(len, frames)) >= MOST_SIGHTINGS:
                break
        return pd.concat(frames, ignore_index=True)

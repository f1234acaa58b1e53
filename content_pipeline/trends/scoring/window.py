"""The signals of the days up to one, read from the lake a day at a time and kept while later days still need them."""

from datetime import date, timedelta

from content_pipeline.storage.lake import Lake
from content_pipeline.trends.records import TrendSignal


class Window:
    """Reads windows of ``days`` days; asked for days in order, it reads each day once and holds no more than a window."""

    def __init__(self, lake: Lake, days: int) -> None:
        self._lake = lake
        self._days = days
        self._kept: dict[date, list[TrendSignal]] = {}

    def up_to(self, day: date) -> list[TrendSignal]:
        """Return the signals of the window that ends with ``day``, oldest day first, as far as they were materialized."""
        wanted = [day - timedelta(days=back) for back in range(self._days - 1, -1, -1)]
        self._kept = {d: self._kept[d] if d in self._kept else self._read(d) for d in wanted}
        return [signal for d in wanted for signal in self._kept[d]]

    def _read(self, day: date) -> list[TrendSignal]:
        partitions = self._lake.partitions("trend_signals", day=str(day))
        return self._lake.read_existing("trend_signals", TrendSignal, partitions)

"""Small worlds for the tests of trends: tables written to disk, signals with sightings."""

import csv
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from content_pipeline.storage.records import Stamp, stable_id
from content_pipeline.trends.records import Observation, TrendSignal
from content_pipeline.trends.sources.base import RawItem, Refusal, Tools
from content_pipeline.trends.sources.sandbox import SandboxSource
from content_pipeline.trends.sources.table import TableSource

DAY = date(2026, 4, 13)
NOON = datetime(2026, 4, 13, 12, tzinfo=UTC)
STAMP = Stamp(trace_id="test", created_at=NOON)
SANDBOX = SandboxSource(type="sandbox", name="world")
COLUMNS = {"external_id": "id", "title": "title", "observed_at": "at", "views": "views"}


class Shelf:
    """An adapter over a list of items."""

    def __init__(self, items: Iterable[RawItem | Refusal]) -> None:
        self.items = list(items)

    def read(self, day):
        return iter(self.items)


def tools(now: datetime = NOON, **changes) -> Tools:
    """Return an adapter's tools at a standing time and with an empty environment."""
    return Tools(now=lambda: now, **({"environ": {}} | changes))


def table_source(path: Path, **changes) -> TableSource:
    return TableSource.model_validate(
        {"type": "table", "name": "t", "path": path, "columns": COLUMNS} | changes
    )


def write_csv(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["id", "title", "at", "views"], *rows])
    return path


def signal(title, *sightings, key=None, source="s", source_type="table", **changes) -> TrendSignal:
    """Return a signal seen at hours after the start of DAY (may be negative) as pairs (hour, engagement)."""
    key = key or title
    start = datetime.combine(DAY, datetime.min.time(), tzinfo=UTC)
    seen = [
        Observation(observed_at=start + timedelta(hours=h), engagement=e, rank=None)
        for h, e in sightings or [(9, 100)]
    ]
    day = seen[0].observed_at.date()
    values = {
        "signal_id": stable_id("signal", source, key, day),
        "source": source,
        "source_type": source_type,
        "day": day,
        "external_id": key,
        "title": title,
        "url": None,
        "observed_at": seen[-1].observed_at,
        "published_at": None,
        "rank": None,
        "views": None,
        "likes": None,
        "comments": None,
        "score": None,
        "engagement": seen[-1].engagement,
        "category": None,
        "tags": [],
        "nsfw": False,
        "observations": seen,
    }
    return TrendSignal(**STAMP.fields(), **(values | changes))

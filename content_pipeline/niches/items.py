"""The items that the sources showed in a window, read from the lake, each once with where it stands among its source's own.

What an item is about is decided in ``matching``; what follows from it in ``components``.
"""

from datetime import date, timedelta

import numpy as np
import pandas as pd

from content_pipeline.errors import UserError
from content_pipeline.storage.lake import Lake
from content_pipeline.trends.records import TrendSignal

COLUMNS = (
    "source",
    "day",
    "external_id",
    "title",
    "caption",
    "category",
    "author",
    "engagement",
    "published_at",
    "observed_at",
    "duration_s",
    "nsfw",
)
MIN_OF_SOURCE = 5
"""With fewer counted items a source's own scale is not known, and its counts are not used."""

WINSOR = 0.99
"""One item is never worth more than this quantile of its source: a hit is not a market."""


def read_items(lake: Lake, last: date, days: int) -> pd.DataFrame:
    """Return the items of the ``days`` days that end with ``last``: one row for each, as last seen.

    Beside the signal's columns: ``standing`` and ``pace``, the item's percentile in [0, 1] among its source's items by engagement
    and by engagement an hour of its age; ``attention``, its engagement in units of its source's median item. Each is missing
    where the source gives no count, or too few.

    Raises:
        UserError: the window holds no signal; the line says what to run.
    """
    wanted = [last - timedelta(days=back) for back in reversed(range(days))]
    dims = [dims for day in wanted for dims in lake.partitions("trend_signals", day=str(day))]
    seen = lake.scan("trend_signals", TrendSignal, dims, COLUMNS).to_pandas()
    if seen.empty:
        raise UserError(_nothing(lake, wanted))
    items = (
        seen.sort_values("observed_at", kind="stable")
        .groupby(["source", "external_id"], sort=True, as_index=False)
        .last()
    )
    items["standing"] = _percentile(items["engagement"], items["source"])
    items["pace"] = _percentile(_hourly(items), items["source"])
    items["attention"] = _attention(items)
    return items


def _percentile(values: pd.Series, sources: pd.Series) -> pd.Series:
    counted = values.groupby(sources)
    places = (counted.rank() - 0.5) / counted.transform("count")
    return places.where(counted.transform("count") >= MIN_OF_SOURCE)


def _hourly(items: pd.DataFrame) -> pd.Series:
    published = pd.to_datetime(items["published_at"], utc=True)
    age = (pd.to_datetime(items["observed_at"], utc=True) - published) / pd.Timedelta(hours=1)
    # In its first hour an item's pace says more about the minute of the poll than about the item.
    return items["engagement"] / age.where(age >= 0).clip(lower=1.0)


def _attention(items: pd.DataFrame) -> pd.Series:
    counted = items.groupby("source")["engagement"]
    most = counted.transform("quantile", q=WINSOR)
    median = counted.transform("median").clip(lower=1.0)
    ratio = np.minimum(items["engagement"], most) / median
    return ratio.where(counted.transform("count") >= MIN_OF_SOURCE)


def _nothing(lake: Lake, wanted: list[date]) -> str:
    window = f"{wanted[0]} to {wanted[-1]}" if len(wanted) > 1 else str(wanted[0])
    days = sorted({dims["day"] for dims in lake.partitions("trend_signals")})
    if not days:
        return (
            "the lake has no signals yet: run `content-pipeline produce`, or name sources (docs/setup.md) and materialize "
            "`trend_signals`"
        )
    return (
        f"the lake has no signals of {window}: it has {days[0]} to {days[-1]}; choose with --date and --days"
    )

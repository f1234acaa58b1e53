"""Sightings as a table: one row each time a source showed an item, with what its history up to that moment tells.

Everything here looks back from the row's own moment, so a row means the same whenever it is computed. Which of it matters is
for ``momentum`` and ``outlook`` to say.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from content_pipeline.trends.records import TrendSignal

COLUMNS = [
    "source",
    "external_id",
    "published_at",
    "author",
    "category",
    "likes",
    "duration_s",
    "observations",
]
"""The columns of trend_signals that a table of sightings is made from."""

POLL = "10min"
"""Sightings of one source within ten minutes belong to one poll."""
FRESH_HOURS = 12.0
"""An item is new to its source for half a day after its first sighting."""
SHORTEST_HOURS = 0.05
"""Growth over a shorter time says more about the moments of the polls than about the item."""


def sightings_of(signals: Iterable[TrendSignal]) -> pd.DataFrame:
    """Return the sightings of signals: source, item, at (UTC), engagement, comments, rank, and what is known of the item."""
    rows = [
        [
            *(s.source, s.external_id, o.observed_at, o.engagement, o.comments, o.rank),
            *(
                s.published_at,
                s.author,
                s.category,
                s.likes if o is s.observations[-1] else None,
                s.duration_s,
            ),
        ]
        for s in signals
        for o in s.observations
    ]
    return _tidy(pd.DataFrame(rows, columns=_NAMES))


def sightings_in(table: pa.Table) -> pd.DataFrame:
    """Return the sightings of a table of trend_signals that holds ``COLUMNS``; the same columns as ``sightings_of``."""
    table = table.combine_chunks()
    if table.num_rows == 0:
        return _tidy(pd.DataFrame({name: [] for name in _NAMES}))
    seen = table["observations"].combine_chunks()
    parents = pc.list_parent_indices(seen)
    flat = pc.list_flatten(seen)
    of_item = table.select([name for name in COLUMNS if name != "observations"]).take(parents)
    last = pc.not_equal(parents, pa.concat_arrays([parents[1:], pa.array([-1], parents.type)]))
    frame = pd.DataFrame(
        {
            "source": of_item["source"].to_pandas(),
            "item": of_item["external_id"].to_pandas(),
            **{name: _field(flat, name) for name in ("observed_at", "engagement", "comments", "rank")},
            "published_at": of_item["published_at"].to_pandas(),
            "author": of_item["author"].to_pandas(),
            "category": of_item["category"].to_pandas(),
            "likes": of_item["likes"].to_pandas().where(last.to_pandas()),
            "duration_s": of_item["duration_s"].to_pandas(),
        }
    ).rename(columns={"observed_at": "at"})
    return _tidy(frame[_NAMES])


_NAMES = [
    *("source", "item", "at", "engagement", "comments", "rank"),
    *("published_at", "author", "category", "likes", "duration_s"),
]


def _field(structs: pa.StructArray, name: str) -> pd.Series:
    if structs.type.get_field_index(name) < 0:  # written before sightings had this field
        return pd.Series(np.nan, index=range(len(structs)))
    return pc.struct_field(structs, name).to_pandas()


def _tidy(frame: pd.DataFrame) -> pd.DataFrame:
    for name in ("at", "published_at"):
        frame[name] = pd.to_datetime(frame[name], utc=True).astype("datetime64[us, UTC]")
    for name in ("source", "item", "author", "category"):
        frame[name] = frame[name].astype(pd.StringDtype(na_value=np.nan))
    for name in ("engagement", "comments", "rank", "likes", "duration_s"):
        frame[name] = pd.to_numeric(frame[name]).astype(float)
    return frame


def measured(sightings: pd.DataFrame) -> pd.DataFrame:
    """Return the sightings in order of item and time, each with its history's measures.

    Missing is NaN and never 0. Counts are on the scale log(1 + n), ranks on log(n). ``watched`` and ``age`` are hours since
    the first sighting and since publication; ``growth`` is the gain an hour since the first sighting, ``recent`` since the
    one before, both log(1 + gain); a counter that falls gains nothing. ``newcomer`` is the rank among items new to the poll's source.
    """
    frame = (
        sightings.sort_values(["source", "item", "at"], kind="stable")
        .drop_duplicates(["source", "item", "at"], keep="last")
        .reset_index(drop=True)
    )
    item = frame.groupby(["source", "item"], sort=False)
    frame["first_at"] = item["at"].transform("first")
    # By position: the first count that is known may be a later one.
    keys, is_first = [frame["source"], frame["item"]], item.cumcount() == 0
    frame["first_engagement"] = frame["engagement"].where(is_first).groupby(keys, sort=False).ffill()
    first_rank = frame["rank"].where(is_first).groupby(keys, sort=False).ffill()
    frame["day"] = frame["at"].dt.floor("D")
    hours = _hours(frame["at"] - frame["first_at"])
    since_last = _hours(frame["at"] - item["at"].shift())
    age = _hours(frame["at"] - frame["published_at"]).clip(lower=0)
    size = np.log1p(frame["engagement"])
    gained = frame["engagement"] - frame["first_engagement"]
    stepped = frame["engagement"] - item["engagement"].shift()
    rank = np.log(frame["rank"])
    poll = [frame["source"], frame["at"].dt.floor(POLL)]
    fresh = frame["rank"].where(hours < FRESH_HOURS)
    clock = (frame["at"].dt.hour + frame["at"].dt.minute / 60) * 2 * np.pi / 24
    return frame.assign(
        sightings=np.log1p(item.cumcount()),
        watched=np.log1p(hours),
        age=np.log1p(age),
        size=size,
        pace=size - np.log1p(age.clip(lower=1)),
        growth=np.log1p((gained / hours.where(hours >= SHORTEST_HOURS)).clip(lower=0)),
        recent=np.log1p((stepped / since_last.where(since_last >= SHORTEST_HOURS)).clip(lower=0)),
        talk=np.log1p(frame["comments"]) - size,
        discussed=np.log1p(frame["comments"]),
        liked=np.log1p(frame["likes"]) - size,
        length=np.log1p(frame["duration_s"]),
        log_rank=rank,
        best_rank=np.log(item["rank"].cummin()),
        first_rank=np.log(first_rank),
        climb=np.log(item["rank"].shift()) - rank,
        newcomer=np.log(fresh.groupby(poll).rank()),
        hour_sin=np.sin(clock),
        hour_cos=np.cos(clock),
        weekend=(frame["at"].dt.day_of_week >= 5).astype(float),
    )


def _hours(span: pd.Series) -> pd.Series:
    return span.dt.total_seconds() / 3600

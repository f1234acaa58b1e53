"""What the posts of accounts did, as pilots are judged by: one row a post with its measures, read from the lake as of a day.

A missing measure is missing, never 0. What follows from the rows belongs in ``review``.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from content_pipeline.accounts import Account
from content_pipeline.clock import end_of
from content_pipeline.metrics.records import AccountMetrics, PostMetrics
from content_pipeline.optimizer.growth import learn_growth
from content_pipeline.optimizer.outcomes import from_rows
from content_pipeline.posts.records import Post
from content_pipeline.renders.records import Render
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.records import Record

WINDOW_DAYS = 60
"""Days back in which a pilot's posts are looked for: twelve posts take 16 days, and what is older was another pilot."""

MIN_AGE_H = 20.0
"""A younger reading says little of what a post will do; the first daily one is taken at an age of 24 hours."""

MEASURES = ("follows", "value", "retention", "views")


def read_results(lake: Lake, accounts: Iterable[Account], last: date) -> pd.DataFrame:
    """Return the measured posts of accounts up to the end of ``last``, one row each, with ``account`` and four measures.

    ``views``: log of one plus the views expected at seven days, so that posts of different ages compare; ``value``: log of saves and
    shares a view; ``retention``: mean watch time over the reel's length; ``follows``: followers gained on the post's day for every
    account reached on it.
    """
    frames = [_of_account(lake, account, last) for account in accounts]
    found = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    if found.empty:
        return pd.DataFrame(columns=["account", "post_id", "day", *MEASURES])
    known = found.astype(object).where(found.notna(), None)
    outcomes = from_rows({str(key): value for key, value in row.items()} for row in known.to_dict("records"))
    curve = learn_growth(outcomes, found["observed_at"].max().to_pydatetime())
    usable = found[(found["age_hours"] >= MIN_AGE_H) & (found["views"] > 0)]
    latest = usable.sort_values("observed_at").groupby(["account", "post_id"], as_index=False).last()
    ages = [curve.log_fraction(age) for age in latest["age_hours"]]
    rated = latest["saves"] + latest["shares"]
    return pd.DataFrame(
        {
            "account": latest["account"],
            "post_id": latest["post_id"],
            "day": latest["day"],
            "follows": latest["follows"],
            # Half an action more, so that a post without any has a logarithm.
            "value": np.log((rated + 0.5) / (latest["views"] + 1)),
            "retention": latest["avg_watch_ms"] / 1000 / latest["duration_s"],
            "views": np.log1p(latest["views"]) - np.array(ages),
        }
    )


def _of_account(lake: Lake, account: Account, last: date) -> pd.DataFrame:
    """Return an account's snapshots, each with its post's day, length and the follow rate of that day."""
    first = last - timedelta(days=WINDOW_DAYS - 1)
    posts = _table(
        lake, "posts", Post, account, first, last, ("post_id", "day", "state", "render_id", "published_at")
    )
    posts = posts[posts["state"] == "published"]
    lengths = _table(lake, "renders", Render, account, first, last, ("render_id", "duration_s"))
    seen = _table(
        lake,
        "post_metrics",
        PostMetrics,
        account,
        first,
        last,
        (
            "post_id",
            "observed_at",
            "age_hours",
            "target_age_h",
            "views",
            "reach",
            "saves",
            "shares",
            "avg_watch_ms",
        ),
    )
    # A day's partition is that of the observation; a clock ahead of the account's midnight is none of that day.
    seen = seen[seen["observed_at"] < pd.Timestamp(end_of(last, account.zone))]
    joined = seen.merge(posts, on="post_id").merge(
        lengths.drop_duplicates("render_id"), on="render_id", how="left"
    )
    return joined.assign(
        account=account.id, follows=joined["day"].map(_follow_rates(lake, account, first, last))
    )


def _follow_rates(lake: Lake, account: Account, first: date, last: date) -> Mapping[date, float]:
    """Return followers gained for every account reached, of the days that both levels and the reach are known of."""
    levels = _table(
        lake, "account_metrics", AccountMetrics, account, first, last, ("day", "followers", "reach")
    )
    by_day = levels.drop_duplicates("day", keep="last").set_index("day").sort_index()
    rates = {}
    for day, row in by_day.iterrows():
        before = by_day["followers"].get(day - timedelta(days=1))
        if before is not None and pd.notna(before) and pd.notna(row["followers"]) and row["reach"] > 0:
            rates[day] = float((row["followers"] - before) / row["reach"])
    return rates


def _table(
    lake: Lake,
    asset: str,
    record: type[Record],
    account: Account,
    first: date,
    last: date,
    columns: tuple[str, ...],
) -> Any:
    partitions = [
        dims
        for dims in lake.partitions(asset, account=account.id)
        if first.isoformat() <= dims["day"] <= last.isoformat()
    ]
    return lake.scan(asset, record, partitions, columns).to_pandas()

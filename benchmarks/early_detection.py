"""Does the trend score find early what will be big? Measured on real days, against the sources' own rank and raw counts.

YouTube (US trending list, daily): the new entries of each of the last 100 days are ranked by the score of
their trend as it was known at the end of that day. Measured: how many of the ten best are still listed the
next day, and the rank correlation with the views that those still listed gained by then.

Hacker News (front page, every half hour): 60 minutes after its first sighting an item's outlook is read.
Measured: average precision for the items that end in the top 5 % of the day's points.

Prints every figure and its ratio to the better baseline. Data: CONTENT_PIPELINE_REAL_DATA (../shared/data).
"""

import os
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from content_pipeline.storage.records import Stamp
from content_pipeline.trends.normalize import ingest
from content_pipeline.trends.records import TrendSignal
from content_pipeline.trends.scoring.outlook import HISTORY_DAYS, Outlook, examples, is_watched_all_day
from content_pipeline.trends.scoring.scoring import WINDOW_DAYS, Context, score_trends
from content_pipeline.trends.scoring.sightings import measured, sightings_of
from content_pipeline.trends.sources.table import TableAdapter, TableSource

DATA = Path(os.environ.get("CONTENT_PIPELINE_REAL_DATA", "../shared/data"))
STAMP = Stamp(trace_id="benchmark", created_at=datetime(2026, 1, 1, tzinfo=UTC))
DAYS = 100
BEST = 10
FEWEST_SURVIVORS = 4
"""A rank correlation over fewer points says nothing."""
COLUMNS = {
    "external_id": "video_id",
    "title": "title",
    "observed_at": "fetched_at",
    "published_at": "published_at",
    "views": "views",
    "likes": "likes",
    "comments": "comments",
    "author": "channel_id",
    "category": "category_name",
    "tags": "tags",
    "duration_s": "duration",
}


def youtube(file: Path) -> None:
    """Print the figures of the trending list's last 100 days."""
    config = TableSource.model_validate(
        {
            "type": "table",
            "name": "youtube",
            "path": file,
            "columns": COLUMNS,
            "partition_column": "partition_date",
            "ranked": True,
        }
    )
    adapter = TableAdapter(config)
    listed = pd.read_parquet(file, columns=["partition_date"])["partition_date"]
    days = sorted({date.fromisoformat(str(day)) for day in listed})
    signals = {day: ingest(config, adapter, day, STAMP).signals for day in days}
    judged = [day for day in days[-DAYS - 1 :] if day + timedelta(days=1) in signals]
    rows = [row for day in judged if (row := _day(day, signals))]
    print(
        f"YouTube: {len(rows)} days up to {rows[-1]['day']}, {np.mean([r['new'] for r in rows]):.0f} new entries a day"
    )
    table = pd.DataFrame(rows)
    names = ["score", "chance", "rank", "views"]
    stay = {name: float(table[f"stay_{name}"].mean()) for name in names}
    gain = {name: float(table[f"gain_{name}"].mean()) for name in names}
    both = {name: float(np.sqrt(max(stay[name], 0) * max(gain[name], 0))) for name in names}
    print(f"{'':28}{'our score':>12}{'our chance':>12}{'list rank':>12}{'raw views':>12}{'ratio':>8}")
    for label, figures in (
        ("of the top 10, still listed", stay),
        ("rank correlation, views gained", gain),
        ("both (geometric mean)", both),
    ):
        ratio = figures["score"] / max(figures["rank"], figures["views"])
        print(f"{label:32}" + "".join(f"{figures[n]:>10.3f}  " for n in names) + f"{ratio:>6.2f} x")
    print(f"{'a clairvoyant, still listed':32}{table['stay_best'].mean():>10.3f}")


def _day(day: date, signals: Mapping[date, list[TrendSignal]]) -> dict[str, float] | None:
    today, tomorrow = signals[day], {s.external_id: s for s in signals[day + timedelta(days=1)]}
    before = {s.external_id for d, seen in signals.items() if d < day for s in seen}
    new = [s for s in today if s.external_id not in before]
    if len(new) < BEST + 2:
        return None
    window = [s for d in _days_up_to(day, WINDOW_DAYS) for s in signals.get(d, [])]
    context = Context(accounts={}, outlooks=_outlooks(day, signals))
    score, chance = {}, {}
    for trend in score_trends(day, window, context, STAMP, limit=len(window)):
        for signal in trend.signal_ids:
            score[signal], chance[signal] = trend.score, trend.chance or 0.0
    rankings = {
        "score": [score[s.signal_id] for s in new],
        "chance": [chance[s.signal_id] for s in new],
        "rank": [-(s.rank or 0) for s in new],
        "views": [s.views or 0 for s in new],
    }
    stays = np.array([s.external_id in tomorrow for s in new])
    gained = np.array(
        [(tomorrow[s.external_id].views or 0) - (s.views or 0) for s in new if s.external_id in tomorrow]
    )
    row: dict[str, float] = {"day": day, "new": len(new), "stay_best": min(stays.sum(), BEST) / BEST}  # type: ignore[dict-item]
    for name, values in rankings.items():
        order = np.argsort(-np.array(values, dtype=float), kind="stable")
        row[f"stay_{name}"] = stays[order[:BEST]].mean()
        kept = np.array(values, dtype=float)[stays]
        enough = len(kept) >= FEWEST_SURVIVORS and len(set(kept)) > 1
        row[f"gain_{name}"] = spearmanr(kept, gained)[0] if enough else np.nan
    return row


_known: dict[date, Outlook] = {}


def _outlooks(day: date, signals: Mapping[date, list[TrendSignal]]) -> dict[str, Outlook]:
    """Return the outlook of the week, learned from what was known when its Monday began, as the asset does."""
    monday = day - timedelta(days=day.weekday())
    if monday not in _known:
        past = [s for d in _days_up_to(monday - timedelta(days=1), HISTORY_DAYS) for s in signals.get(d, [])]
        history = measured(sightings_of(past))
        taught = examples(history)
        taught = taught[taught["known_at"] <= pd.Timestamp(monday, tz="UTC")]
        _known[monday] = Outlook(taught, is_watched_all_day(history))
    return {"youtube": _known[monday]}


def _days_up_to(day: date, count: int) -> Iterator[date]:
    return (day - timedelta(days=back) for back in range(count))


def hacker_news(folder: Path) -> None:
    """Print the average precision 60 minutes after first sight, over all months but the first two and over the last seven."""
    history = measured(_front_pages(folder))
    history = history[history["first_at"] > history["at"].min() + pd.Timedelta(hours=3)].reset_index(
        drop=True
    )
    taught = examples(history)
    asked = history[history["at"] - history["first_at"] <= pd.Timedelta(minutes=60)]
    asked = asked.groupby("item").tail(1).sort_values("at").reset_index(drop=True)
    final = asked["item"].map(history.groupby("item")["engagement"].max())
    day = asked["first_at"].dt.floor("D")
    asked["top"] = final >= final.groupby(day).transform(lambda values: values.quantile(0.95))
    month = asked["first_at"].dt.tz_localize(None).dt.to_period("M")
    for start in sorted(month.unique())[2:]:
        now = start.to_timestamp().tz_localize("UTC")
        past = taught[(taught["known_at"] <= now) & (taught["at"] > now - pd.Timedelta(days=HISTORY_DAYS))]
        told = Outlook(past, watched_all_day=True).of(asked[month == start])
        asked.loc[month == start, "outlook"] = told["score"]
    asked = asked.dropna(subset=["outlook"])
    span = (asked["at"] - asked["first_at"]).dt.total_seconds() / 3600
    rankings = {
        "outlook": asked["outlook"],
        "points gained an hour": np.expm1(asked["growth"]).fillna(0),
        "points over hours seen": asked["engagement"] / span.clip(lower=0.5),
        "points": asked["engagement"],
    }
    for label, part in (
        ("all", asked["at"] > asked["at"].min()),
        ("last 7 months", asked["at"] >= "2021-10-01"),
    ):
        figures = {
            name: _average_precision(asked["top"][part], values[part]) for name, values in rankings.items()
        }
        best = max(value for name, value in figures.items() if name != "outlook")
        print(f"Hacker News, {label}: {int(part.sum())} items; average precision at 60 minutes")
        print("  " + ", ".join(f"{name} {value:.3f}" for name, value in figures.items()))
        print(f"  ratio to the best baseline {figures['outlook'] / best:.2f} x")


def _front_pages(folder: Path) -> pd.DataFrame:
    seen = pd.read_parquet(folder / "snapshots.parquet")
    address = pd.read_parquet(folder / "items.parquet").set_index("item_id")["url"]
    site = seen["item_id"].map(address).str.extract(r"https?://(?:www\.)?([^/]+)")[0]
    never = pd.Series(pd.NaT, index=seen.index, dtype="datetime64[us, UTC]")
    return pd.DataFrame(
        {
            "source": "hacker_news",
            "item": seen["item_id"],
            "at": seen["captured_at"],
            "engagement": seen["points"].astype(float),
            "comments": seen["comments"].astype(float),
            "rank": seen["rank"].astype(float),
            "published_at": never,
            "author": site,
            "category": None,
            "likes": np.nan,
            "duration_s": np.nan,
        }
    )


def _average_precision(truth: pd.Series, scores: pd.Series) -> float:
    from sklearn.metrics import average_precision_score

    return float(average_precision_score(truth, scores))


def main() -> None:
    """Run both parts on whatever data there is."""
    lists = sorted((DATA / "youtube_trending").glob("yt_trending_daily_US_*.parquet"))
    if not lists and not (DATA / "hackernews").is_dir():
        sys.exit(f"no real recorded data in {DATA.absolute()}: set CONTENT_PIPELINE_REAL_DATA")
    for file in lists:
        youtube(file)
    if (DATA / "hackernews").is_dir():
        hacker_news(DATA / "hackernews")


if __name__ == "__main__":
    main()

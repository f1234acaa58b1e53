"""Outlooks: outcomes of daily lists and of watched sources, learning without looking ahead, sources with too short a past."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from content_pipeline.storage.lake import Lake
from content_pipeline.trends.records import TrendSignal
from content_pipeline.trends.scoring.learned import Outlooks
from content_pipeline.trends.scoring.outlook import (
    FEWEST_EXAMPLES,
    Outlook,
    TooFewExamples,
    _rates_as_known,
    examples,
    is_watched_all_day,
)
from content_pipeline.trends.scoring.sightings import COLUMNS, measured, sightings_in, sightings_of
from content_pipeline_tests.trends.helpers import DAY, signal


def daily_list(days=40, seed=1, source="s"):
    """Return signals of a daily list of 40 items on which those of author ``good`` and the top ten stay for a second day."""
    rng = np.random.default_rng(seed)
    signals, staying = [], []
    for back in range(days - 1, -1, -1):
        entries = [(key, views * 2, author) for key, views, author in staying]
        entries += [
            (f"{back}-{n}", int(rng.integers(10, 10_000)), "good" if n % 5 == 0 else "other")
            for n in range(40 - len(entries))
        ]
        new = [entry for entry in entries if entry not in staying]
        for rank, (key, views, author) in enumerate(entries, start=1):
            made = signal(f"Title {key}", (12 - 24 * back, views), key=key, source=source, author=author)
            seen = [o.model_copy(update={"rank": rank}) for o in made.observations]
            signals.append(made.model_copy(update={"observations": seen, "rank": rank}))
        staying = [e for e in new if e[2] == "good" and e[0] not in {k for k, *_ in staying}]
    return signals


def watched(days=20, seed=2):
    """Return signals of a source that is polled every hour, on which fast risers end high."""
    rng = np.random.default_rng(seed)
    signals = []
    for back in range(days, 0, -1):
        for n in range(40):
            pace = float(rng.lognormal(3, 1))
            start = float(rng.uniform(0, 14))
            seen = [(start + h - 24 * back, int(pace * (h + 1) * rng.uniform(0.9, 1.1))) for h in range(8)]
            signals.append(signal(f"W{back}-{n}", *seen))
    return signals


def test_a_daily_list_hides_what_it_drops():
    taught = examples(measured(sightings_of(daily_list())))
    assert not is_watched_all_day(measured(sightings_of(daily_list())))
    dropped, kept = taught[taught["chance"] == 0], taught[taught["chance"] == 1]
    assert min(len(dropped), len(kept)) > 100
    assert dropped["size_reached"].isna().all()
    assert kept["size_reached"].notna().all()
    newest = taught[taught["day"] == taught["day"].max()]
    assert newest["chance"].isna().all()  # tomorrow is not known


def test_an_item_of_a_watched_source_is_big_if_it_ends_in_the_top_of_its_day():
    history = measured(sightings_of(watched()))
    taught = examples(history)
    assert is_watched_all_day(history)
    final = history.groupby("item")["engagement"].max()
    of_items = taught.groupby("item")["chance"].first()
    assert final[of_items[of_items == 1].index].median() > 3 * final[of_items[of_items == 0].index].median()
    assert of_items.mean() < 0.1  # the top 5 % of forty are two or three
    assert taught.groupby("item").size().max() <= 5  # one for each doubling of the time watched


def test_it_learns_what_stays():
    taught = examples(measured(sightings_of(daily_list(days=60))))
    now = taught["day"].max() - pd.Timedelta(days=10)
    outlook = Outlook(taught[taught["known_at"] <= now], watched_all_day=False)
    later = taught[(taught["day"] > now) & taught["chance"].notna()]
    told = outlook.of(later)
    assert told["outlook"].between(0, 1).all()
    assert told["chance"][later["chance"] == 1].mean() > 2 * told["chance"][later["chance"] == 0].mean()
    assert outlook.chance_of == "is still listed the next day"


def test_the_same_past_gives_the_same_outlook():
    taught = examples(measured(sightings_of(watched())))
    one, other = Outlook(taught, True).of(taught), Outlook(taught, True).of(taught)
    pd.testing.assert_frame_equal(one, other)


def test_too_short_a_past_gives_none():
    taught = examples(measured(sightings_of(daily_list(days=5))))
    with pytest.raises(TooFewExamples, match=str(FEWEST_EXAMPLES)):
        Outlook(taught, watched_all_day=False)


def write(lake, signals):
    by_day = {}
    for s in signals:
        by_day.setdefault((s.day, s.source), []).append(s)
    for (day, source), rows in by_day.items():
        lake.write("trend_signals", {"day": str(day), "source": source}, TrendSignal, rows)


def test_a_table_of_the_lake_gives_the_same_sightings_as_its_records(tmp_path):
    lake, signals = Lake(str(tmp_path)), daily_list(days=3) + watched(days=2)
    write(lake, signals)
    partitions = list(lake.partitions("trend_signals"))
    from_table = measured(sightings_in(lake.scan("trend_signals", TrendSignal, partitions, COLUMNS)))
    pd.testing.assert_frame_equal(from_table, measured(sightings_of(signals)), check_dtype=False)


def test_what_comes_later_teaches_an_earlier_week_nothing(tmp_path):
    lake, signals = Lake(str(tmp_path)), daily_list(days=60)
    monday = DAY - timedelta(days=DAY.weekday())
    write(lake, [s for s in signals if s.day < monday])
    before = Outlooks(lake).of(DAY)["s"]
    write(lake, signals)
    after = Outlooks(lake).of(DAY)["s"]
    rows = measured(sightings_of([s for s in signals if s.day == DAY]))
    pd.testing.assert_frame_equal(before.of(rows), after.of(rows))
    assert before.examples == after.examples


def test_days_of_a_week_share_what_was_learned(tmp_path):
    lake = Lake(str(tmp_path))
    write(lake, daily_list(days=60))
    outlooks = Outlooks(lake)
    monday = DAY - timedelta(days=DAY.weekday())
    assert outlooks.of(monday) is outlooks.of(monday + timedelta(days=6))
    assert Outlooks(lake).of(DAY - timedelta(days=50)) == {}


def test_days_on_which_a_source_showed_nothing_teach_nothing(tmp_path):
    lake = Lake(str(tmp_path))
    for back in range(1, 30):
        dims = {"day": str(DAY - timedelta(days=back)), "source": "quiet"}
        lake.write("trend_signals", dims, TrendSignal, [])
    write(lake, daily_list(days=60))
    assert set(Outlooks(lake).of(DAY)) == {"s"}


def test_a_list_without_counts_teaches_the_chance_alone():
    ranked = [
        s.model_copy(
            update={"observations": [o.model_copy(update={"engagement": None}) for o in s.observations]}
        )
        for s in daily_list(days=40)
    ]
    taught = examples(measured(sightings_of(ranked)))
    assert taught["size_reached"].isna().all()
    told = Outlook(taught, watched_all_day=False).of(taught)
    assert told["chance"].nunique() > 1


def test_growth_after_an_item_has_settled_changes_no_outcome():
    signals = watched(days=10)
    late = signals[0].observations[0].observed_at + timedelta(hours=60)
    more = signals[0].observations[-1].model_copy(update={"observed_at": late, "engagement": 10.0**9})
    grown = signals[0].model_copy(update={"observations": [*signals[0].observations, more]})
    before = examples(measured(sightings_of(signals)))
    after = examples(measured(sightings_of([grown, *signals[1:]])))
    columns = ["item", "at", "chance", "size_reached"]
    pd.testing.assert_frame_equal(
        before[columns].reset_index(drop=True), after[after["at"] != late][columns].reset_index(drop=True)
    )


def test_rates_are_those_that_were_known_at_the_moment():
    """Two examples of one author: the first knows no other, the second knows the first only if it was settled by then."""
    taught = examples(measured(sightings_of(daily_list(days=30))))
    row = taught[taught["author"] == "good"].iloc[0]
    rates, known = _rates_as_known(taught, "author", 5.0)
    place = taught.index.get_loc(row.name)
    assert known[place] == 0
    assert rates[place] == pytest.approx(taught["lesson"].mean())
    last = taught.index[taught["author"] == "good"][-1]
    settled = taught[(taught["author"] == "good") & (taught["known_at"] <= taught.loc[last, "at"])]
    assert known[taught.index.get_loc(last)] == pytest.approx(np.log1p(settled["lesson"].notna().sum()))


def test_of_two_items_as_likely_to_stay_the_one_that_will_gain_more_is_ahead():
    taught = examples(measured(sightings_of(daily_list(days=60))))
    told = Outlook(taught, watched_all_day=False).of(taught)
    beyond_chance = told["score"] - np.log(told["chance"].clip(1e-4))
    kept = taught["size_reached"].notna()
    assert np.corrcoef(beyond_chance[kept], taught["size_reached"][kept])[0, 1] > 0.5


def test_only_outcomes_that_were_known_when_the_week_began_teach(tmp_path):
    """Of a source that is watched all day, what was first seen on Sunday is settled on Tuesday."""
    lake, signals = Lake(str(tmp_path)), watched(days=60)
    write(lake, signals)
    monday = DAY - timedelta(days=DAY.weekday())
    taught = examples(measured(sightings_of([s for s in signals if s.day < monday])))
    known = taught["known_at"] <= pd.Timestamp(monday, tz="UTC")
    outlook = Outlooks(lake).of(DAY)["s"]
    assert outlook.examples == known.sum() < len(taught)

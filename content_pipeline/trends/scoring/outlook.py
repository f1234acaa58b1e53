"""What becomes of an item that a source shows: learned from what became of those that the same source showed before.

Two questions are learned apart, because daily lists hide half the answer: the *chance* that the item stays in view, and the
*size* that it reaches among its peers. Only what was known at a moment teaches anything about later ones.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

MEASURES = [
    *(
        "sightings",
        "watched",
        "age",
        "size",
        "pace",
        "growth",
        "recent",
        "talk",
        "discussed",
        "liked",
        "length",
    ),
    *("log_rank", "best_rank", "first_rank", "climb", "newcomer", "hour_sin", "hour_cos", "weekend"),
]
RATES = ["author_rate", "author_known", "category_rate"]
KNOWN = [*MEASURES, *RATES]

FEWEST_EXAMPLES = 1_000
"""With fewer examples a source has no outlook: 19 measures would be fitted to noise."""
FEWEST_SIZED = 100
"""With fewer known sizes (a list without counts) only the chance is learned."""
MOST_EXAMPLES = 60_000
"""The latest ones; more take longer and describe a source as it no longer is."""
HISTORY_DAYS = 240
TOP = 0.95
"""A source that is watched all day: an item is big if its engagement ends in the top 5 % of those first seen that day."""
SETTLED = pd.Timedelta(hours=36)
"""When the engagement of an item of such a source counts as final."""
POLLS_A_DAY = 4
"""From so many polls on a usual day a source counts as watched all day; below, as a daily list."""
SIZE_WEIGHT = 0.6
"""Chosen on the first 155 days of the US YouTube list; with more, the size outweighs the chance of staying."""
AUTHOR_PRIOR, CATEGORY_PRIOR = 5.0, 20.0
"""Pseudo-examples of the source's mean with which a rate of an author or a category is shrunk."""


def examples(measured: pd.DataFrame) -> pd.DataFrame:
    """Return what a source's past teaches: sightings with their outcome, in order of time.

    Of an item's sightings one stays for each doubling of the time watched and each day. ``known_at`` is when the outcome was known;
    ``chance`` is 1 or 0, ``size`` the logit of the item's percentile among its peers; NaN where it is not known.

    Args:
        measured: the sightings of one source as ``sightings.measured`` returns them.
    """
    step = np.floor(np.log2(np.expm1(measured["watched"]) * 2 + 1))
    last = measured.groupby([measured["item"], measured["day"], step], sort=False).tail(1)
    settle = _of_watched_source if is_watched_all_day(measured) else _of_daily_list
    return settle(last, measured).sort_values("at", kind="stable").reset_index(drop=True)


def is_watched_all_day(measured: pd.DataFrame) -> bool:
    """Tell whether the source was usually polled four times a day or more, so that growth is seen as it happens."""
    polls = measured["at"].dt.floor("10min").groupby(measured["day"]).nunique()
    return bool(len(polls)) and polls.median() >= POLLS_A_DAY


def _of_daily_list(last: pd.DataFrame, measured: pd.DataFrame) -> pd.DataFrame:
    """Outcome: whether the next day's list shows the item, and how its gain ranks among those that it shows.

    What the list drops is no longer measured: its gain is unknown, not 0.
    """
    shown = measured.groupby(["item", "day"])["engagement"].last()
    tomorrow = last["day"] + pd.Timedelta(days=1)
    then = shown.reindex(pd.MultiIndex.from_arrays([last["item"], tomorrow])).to_numpy()
    there = pd.MultiIndex.from_arrays([last["item"], tomorrow]).isin(shown.index)
    judged = tomorrow.isin(measured["day"].unique())
    gain = then - last["engagement"]
    return last.assign(
        known_at=last["day"] + pd.Timedelta(days=2),
        chance=np.where(judged, there.astype(float), np.nan),
        size_reached=logit(_percentile(gain.where(there), last["day"])),
        lesson=np.where(judged, there.astype(float), np.nan),
    )


def _of_watched_source(last: pd.DataFrame, measured: pd.DataFrame) -> pd.DataFrame:
    """Outcome: how the item's final engagement ranks among the items first seen on its day, and whether that is the top."""
    settled = measured[measured["at"] <= measured["first_at"] + SETTLED]
    final = settled.groupby("item")["engagement"].max()
    peers = measured.groupby("item")["first_at"].first().dt.floor("D")
    percentile = _percentile(final, peers)
    bar = final.groupby(peers).transform(lambda values: values.quantile(TOP))
    size = logit(percentile).reindex(last["item"]).to_numpy()
    return last.assign(
        known_at=last["first_at"] + SETTLED,
        chance=(final >= bar).astype(float).where(final.notna()).reindex(last["item"]).to_numpy(),
        size_reached=size,
        lesson=size,
    )


def _percentile(values: pd.Series, groups: pd.Series) -> pd.Series:
    ranked = values.groupby(groups)
    return (ranked.rank() - 0.5) / ranked.transform("count")


def logit(share: pd.Series) -> pd.Series:
    """Return log(p / (1 - p)) of shares, kept 1e-4 away from 0 and 1."""
    kept = share.clip(1e-4, 1 - 1e-4)
    return pd.Series(np.log(kept / (1 - kept)), index=share.index)


@dataclass(frozen=True)
class Rates:
    """How the items of each author (or category) did, shrunk to the mean of all; and how many were seen."""

    sums: Mapping[object, float]
    counts: Mapping[object, int]
    mean: float
    prior: float

    def rate(self, names: pd.Series) -> pd.Series:
        """Return the shrunk rate of each name."""
        sums, counts = names.map(self.sums).fillna(0.0), names.map(self.counts).fillna(0.0)
        return (sums + self.prior * self.mean) / (counts + self.prior)

    def known(self, names: pd.Series) -> pd.Series:
        """Return log(1 + how many were seen) of each name."""
        return pd.Series(np.log1p(names.map(self.counts).fillna(0.0)), index=names.index)


def _rates(rows: pd.DataFrame, by: str, prior: float) -> Rates:
    known = rows[rows["lesson"].notna() & rows[by].notna()]
    groups = known.groupby(by)["lesson"]
    return Rates(groups.sum().to_dict(), groups.count().to_dict(), float(rows["lesson"].mean()), prior)


class Outlook:
    """Tells a source's items' outlook.

    Args:
        past: examples whose outcomes were known by the moment from which the outlook is used.
        watched_all_day: what ``is_watched_all_day`` says of the source: it decides what the chance is of.

    Raises:
        TooFewExamples: the source's past teaches too little.
    """

    def __init__(self, past: pd.DataFrame, watched_all_day: bool) -> None:
        # scikit-learn takes more than a second to import, and a young pipeline has no use for it.
        from content_pipeline.trends.scoring.trees import Trees

        past = past[past["chance"].notna()].tail(MOST_EXAMPLES).reset_index(drop=True)
        if len(past) < FEWEST_EXAMPLES or past["chance"].nunique() < 2:
            raise TooFewExamples(f"{len(past)} examples, {FEWEST_EXAMPLES} are needed")
        self.examples = len(past)
        self.chance_of = (
            "ends in the top 5 % of its day" if watched_all_day else "is still listed the next day"
        )
        self._author = _rates(past, "author", AUTHOR_PRIOR)
        self._category = _rates(past, "category", CATEGORY_PRIOR)
        rows = past.assign(**_as_of_rates(past))
        sized = rows[rows["size_reached"].notna()]
        self._chance = Trees("classify", KNOWN).fit(rows, rows["chance"] > 0)
        self._size = (
            Trees("regress", KNOWN).fit(sized, sized["size_reached"]) if len(sized) >= FEWEST_SIZED else None
        )
        self._reference = np.sort(self._scores(rows)[0])

    def of(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return for each sighting: ``chance`` in [0, 1], and ``outlook``, the percentile of its score among the source's past.

        The score is log(chance) + 0.6 size: of two items as likely to stay, the one that will gain more is ahead.
        """
        known = rows.assign(
            author_rate=self._author.rate(rows["author"]),
            author_known=self._author.known(rows["author"]),
            category_rate=self._category.rate(rows["category"]),
        )
        score, chance = self._scores(known)
        place = np.searchsorted(self._reference, score, side="right") / len(self._reference)
        return pd.DataFrame({"score": score, "chance": chance, "outlook": place}, index=rows.index)

    def _scores(self, rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        chance = self._chance.predict(rows)
        size = self._size.predict(rows) if self._size else np.zeros(len(rows))
        return np.log(chance.clip(1e-4)) + SIZE_WEIGHT * size, chance


class TooFewExamples(Exception):  # noqa: N818
    """A source's past teaches too little to have an outlook."""


def _as_of_rates(past: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return each example's rates as they were known at its moment, so that no outcome teaches itself."""
    author, known = _rates_as_known(past, "author", AUTHOR_PRIOR)
    category, _ = _rates_as_known(past, "category", CATEGORY_PRIOR)
    return {"author_rate": author, "author_known": known, "category_rate": category}


def _rates_as_known(past: pd.DataFrame, by: str, prior: float) -> tuple[np.ndarray, np.ndarray]:
    mean = float(past["lesson"].mean())
    names, lessons = past[by].to_numpy(), past["lesson"].to_numpy()
    moments, known_at = past["at"].to_numpy(), past["known_at"].to_numpy()
    teaches = (past["lesson"].notna() & past[by].notna()).to_numpy()
    arrivals = iter(np.argsort(known_at, kind="stable"))
    arriving = next(arrivals, None)
    sums: dict[object, float] = defaultdict(float)
    counts: dict[object, int] = defaultdict(int)
    rates = np.empty((2, len(past)))
    for row, moment in enumerate(moments):
        while arriving is not None and known_at[arriving] <= moment:
            if teaches[arriving]:
                sums[names[arriving]] += lessons[arriving]
                counts[names[arriving]] += 1
            arriving = next(arrivals, None)
        count = counts.get(names[row], 0)
        rates[:, row] = (sums.get(names[row], 0.0) + prior * mean) / (count + prior), np.log1p(count)
    return rates[0], rates[1]

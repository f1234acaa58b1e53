"""How an item moves, from its own sightings and its source's usual pace: burst, velocity, acceleration, place, each with a confidence.

Plain formulas, the same for every source, so that a source is scored from its first day on. What is learned from a source's past is
in ``outlook``; a whole trend is put together in ``scoring``.
"""

import numpy as np
import pandas as pd
from scipy.special import expit
from scipy.stats import nbinom

from content_pipeline.trends.scoring.sightings import SHORTEST_HOURS

HALF_VELOCITY = 0.05
"""Log-engagement an hour that scores one half: growth by a factor of 3.3 in a day."""
OWN_WEIGHT = 3.0
"""So many sightings of an item count as much as its source's baseline in what is expected of it."""
WIDEST, NARROWEST = 0.2, 20.0
"""Limits of the negative binomial's size: below, everything is usual; above, every change is a burst."""
GIVEN, DERIVED = 1.0, 0.7
"""Confidence in a rank that the source gives, and in one that is derived from engagement."""
PARTS = ("burst", "velocity", "acceleration", "place")


def momentum(measured: pd.DataFrame) -> pd.DataFrame:
    """Return a row an item as of its last sighting, indexed by (source, item).

    Columns: ``burst``, ``velocity``, ``acceleration``, ``place``, each in [0, 1], with ``<name>_confidence`` in [0, 1] (0 where
    nothing is known, and the value is then 0.5 or 0), and ``speed``, log-engagement an hour.

    Args:
        measured: the sightings of a window, as ``sightings.measured`` returns them.
    """
    rows = measured.assign(**_burst(measured))
    rows["recent_before"] = rows.groupby(["source", "item"], sort=False)["recent"].shift()
    last = rows.groupby(["source", "item"], sort=False).tail(1).set_index(["source", "item"])
    return last.assign(**_velocity(last), **_acceleration(last), **_place(last))


def _burst(rows: pd.DataFrame) -> dict[str, pd.Series]:
    """Return how unusual each sighting's gain is: its mid-probability under a negative binomial count model.

    The mean is the hours since the sighting before times an hourly rate: the item's own up to then, shrunk to what its source
    usually gains at that age. The size (over-dispersion) is how far the source's gains usually lie from that mean. A first
    sighting is compared with the source's other first sightings, and believed half as much. A gap lengthens the
    hours, a counter that falls gained nothing.
    """
    before = rows.groupby(["source", "item"], sort=False)[["at", "engagement", "growth"]].shift()
    hours = (rows["at"] - before["at"]).dt.total_seconds() / 3600
    gain = (rows["engagement"] - before["engagement"]).clip(lower=0)
    age = np.floor(np.log2(np.expm1(rows["watched"]) + 1))
    usual = rows.groupby([rows["source"], age])["recent"].transform("median")
    usual = usual.fillna(rows.groupby("source")["recent"].transform("median"))
    count = np.expm1(rows["sightings"])
    weight = (count / (count + OWN_WEIGHT)).where(before["growth"].notna(), 0.0)
    rate = np.expm1(weight * before["growth"].fillna(0) + (1 - weight) * usual)
    again = _surprise(gain, rate * hours, rows["source"])
    first = rows["engagement"].where(count < 0.5)
    middle = first.groupby(rows["source"]).transform("median")
    at_first = _surprise(first, middle, rows["source"])
    repeated = again.notna()
    confidence = np.where(repeated, (count + 1) / (count + 2), np.where(at_first.notna(), 0.5, 0.0))
    return {
        "burst": again.fillna(at_first).fillna(0.5),
        "burst_confidence": pd.Series(confidence, rows.index),
    }


def _surprise(counts: pd.Series, means: pd.Series, sources: pd.Series) -> pd.Series:
    """Return P(N < count) + P(N = count) / 2 for negative binomial N with these means; NaN where a count or a mean is missing."""
    means = means.clip(lower=0.5)
    # For large counts the variance of log N is about 1 / size; the median absolute deviation bears outliers.
    distance = (np.log(counts + 0.5) - np.log(means + 0.5)).abs()
    spread = 1.4826 * distance.groupby(sources).transform("median")
    size = (1 / spread.clip(lower=0.01) ** 2).clip(WIDEST, NARROWEST)
    chance = size / (size + means)
    whole = counts.round()
    middle = nbinom.cdf(whole, size, chance) - nbinom.pmf(whole, size, chance) / 2
    return pd.Series(middle, index=counts.index)


def _velocity(last: pd.DataFrame) -> dict[str, pd.Series]:
    """Return growth in log-engagement an hour, first to last sighting, and v / (v + 0.05) of it.

    Where a source gives ranks only, -log(rank) stands for log-engagement, as engagement falls about as 1 / rank (Zipf 1949).
    """
    hours = np.expm1(last["watched"])
    enough = hours >= SHORTEST_HOURS
    grown = last["size"] - np.log1p(last["first_engagement"])
    climbed = last["first_rank"] - last["log_rank"]
    speed = (grown.fillna(climbed) / hours.where(enough)).fillna(0.0)
    up = speed.clip(lower=0)
    known = enough & grown.fillna(climbed).notna()
    sightings = np.expm1(last["sightings"]) + 1
    return {
        "speed": speed,
        "velocity": up / (up + HALF_VELOCITY),
        "velocity_confidence": (sightings / (sightings + 1)).where(known, 0.0),
    }


def _acceleration(last: pd.DataFrame) -> dict[str, pd.Series]:
    """Return the recent pace against the pace before it, a / (1 + a) of their ratio: 0.5 is steady, 0.67 twice as fast."""
    change = last["recent"] - last["recent_before"]
    sightings = np.expm1(last["sightings"]) + 1
    return {
        "acceleration": pd.Series(expit(change), index=last.index).fillna(0.5),
        "acceleration_confidence": (sightings / (sightings + 2)).where(change.notna(), 0.0),
    }


def _place(last: pd.DataFrame) -> dict[str, pd.Series]:
    """Return 1 / log2(1 + rank), the discount of DCG (Järvelin and Kekäläinen 2002), within the source's day.

    Where a source gives no rank, the place by engagement stands for it.
    """
    given = pd.Series(np.exp(last["log_rank"]), index=last.index)
    derived = (
        last["engagement"]
        .groupby([last.index.get_level_values("source"), last["day"]])
        .rank(ascending=False, method="min")
    )
    rank = given.fillna(derived)
    confidence = np.where(given.notna(), GIVEN, np.where(derived.notna(), DERIVED, 0.0))
    return {
        "place": (1 / np.log2(1 + rank)).fillna(0.0),
        "place_confidence": pd.Series(confidence, last.index),
    }

"""The components of a candidate's score, measured on the items of the lake for the data and for every resampling at once.

A resampling gives every item of a category an exponential weight (the Bayesian bootstrap, Rubin 1981); the first row of weights is
ones: the data as they are. So every measure is a vector of 1 + DRAWS values. Names: ``w`` weights, shape (1 + DRAWS, items).
How components become a total belongs in ``scoring``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.stats import rankdata

from content_pipeline.niches.capabilities import LANGUAGES, LONGEST_REEL_S, PRODUCES
from content_pipeline.niches.matching import Flags
from content_pipeline.niches.seeds import Candidate

Draws = NDArray[np.float64]

HALF_ITEMS = 20
"""Items at which demand and differentiation are half believed; rates of rare words need HALF_RATE."""
HALF_RATE = 50
HALF_AUTHORS = 10
MIN_AUTHORS = 3
MIN_DURATIONS = 5
PRIOR_ITEMS = 10
"""Items of the wider group (the category for an angle, all items for a category's buying words) that a mean starts from."""
HELPFUL = 0.5
"""What only helps counts half of what is needed."""
SHARE_DECLARED = 0.75
"""Feasibility rests on declared needs; the lengths that the niche's items have count the rest."""


@dataclass(frozen=True)
class Evidence:
    """The items of one candidate: those of its category, which of them take the angle, and the category's weights."""

    candidate: Candidate
    items: pd.DataFrame
    angle: Flags
    buying: Flags
    sponsored: Flags
    w: Draws


@dataclass(frozen=True)
class Measured:
    """A component: its draws (the first is the value), or None, with confidence and what it rests on."""

    draws: Draws | None
    confidence: float
    rests_on: str


def resampling(items: int, draws: int, rng: np.random.Generator) -> Draws:
    """Return weights of shape (1 + draws, items): a row of ones, then exponential rows."""
    return np.vstack([np.ones(items), rng.standard_exponential((draws, items))])


def demand(evidence: Sequence[Evidence], days: int) -> list[Measured]:
    """Measure how much happens about each candidate, as percentiles among all candidates that have items.

    The mean of three: items a day, the items' standing in their source by engagement, and by engagement an hour. The latter two
    are the angle's own mean, started from PRIOR_ITEMS items at the category's mean.
    """
    volume = _percentiles([np.log(e.w.sum(axis=1) / days) if len(e.items) else None for e in evidence])
    standing = [_angle_mean(e, "standing") for e in evidence]
    pace = [_angle_mean(e, "pace") for e in evidence]
    parts = zip(volume, _percentiles(standing), _percentiles(pace), strict=True)
    found = []
    for e, known, stands in zip(evidence, parts, standing, strict=True):
        n = len(e.items)
        values = [part for part in known if part is not None]
        if not values:
            found.append(
                Measured(None, 0.0, "no item of the window is about it: the sources may not cover it")
            )
            continue
        counted = float(e.items["standing"].notna().mean())
        confidence = n / (n + HALF_ITEMS) * (1 + counted) / 2
        text = f"{_items(n)} in {days} days, {int(e.angle.sum())} of them with the angle"
        if stands is not None:
            text += f"; engagement above {stands[0]:.0%} of their sources' items"
        found.append(Measured(np.mean(values, axis=0), confidence, text))
    return found


def low_saturation(evidence: Sequence[Evidence]) -> list[Measured]:
    """Measure how open each category is: 1 less the mean of crowding and concentration.

    Crowding is the percentile of the number of distinct authors among the candidates; concentration the normalised
    Herfindahl-Hirschman index of the authors' attention, (H - 1/a) / (1 - 1/a) with a authors: 0 equal, 1 one has all.
    """
    shares = [_author_shares(e) for e in evidence]
    crowding = _percentiles([None if s is None else np.full(len(s), float(s.shape[1])) for s in shares])
    found = []
    for e, share, crowded in zip(evidence, shares, crowding, strict=True):
        if share is None or crowded is None:
            count = int(e.items["author"].nunique())
            text = f"{count} known authors in {_items(len(e.items))}: at least {MIN_AUTHORS} are needed"
            found.append(Measured(None, 0.0, text))
            continue
        count = share.shape[1]
        hhi = np.square(share).sum(axis=1)
        concentration = (hhi - 1 / count) / (1 - 1 / count)
        known = float(e.items["author"].notna().mean())
        top = np.sort(share[0])[::-1][:3].sum()
        text = (
            f"{count} authors in {e.items['source'].nunique()} sources, {_items(len(e.items))}; the top three have {top:.0%} of "
            f"the attention (HHI {hhi[0]:.2f})"
        )
        confidence = count / (count + HALF_AUTHORS) * known
        found.append(Measured(1 - (crowded + concentration) / 2, confidence, text))
    return found


def differentiation(e: Evidence) -> Measured:
    """Measure how rare the angle is: 1 less the share of the category's items that say its words."""
    n = len(e.items)
    if not n:
        return Measured(None, 0.0, "nothing to tell it from: no item of the window is about it")
    # Jeffreys: half an item each way, so that no angle is taken for unheard of on three items.
    share = (e.w[:, e.angle].sum(axis=1) + 0.5) / (e.w.sum(axis=1) + 1)
    text = f"{int(e.angle.sum())} of {_items(n)} take the angle already"
    return Measured(1 - share, n / (n + HALF_ITEMS), text)


def feasibility(e: Evidence) -> Measured:
    """Measure what the pipeline can make of it by itself: the share of declared needs, and of items that a reel is long enough for."""
    needs, helps = e.candidate.needs, e.candidate.category.better_with
    missing = [need for need in needs if need not in PRODUCES]
    met = len(needs) - len(missing) + HELPFUL * len(PRODUCES.intersection(helps))
    declared = met / (len(needs) + HELPFUL * len(helps))
    text = f"needs {', '.join(needs)}" + (
        f"; cannot make {', '.join(missing)}" if missing else ", all made here"
    )
    if e.candidate.category.language not in LANGUAGES:
        text = f"the template engine does not write {e.candidate.category.language!r}"
        return Measured(np.zeros(len(e.w)), 1.0, text)
    if helps:
        text += f"; better with {', '.join(helps)}"
    lengths = e.items["duration_s"].notna().to_numpy()
    if lengths.sum() < MIN_DURATIONS:
        return Measured(np.full(len(e.w), declared), SHARE_DECLARED, f"{text}; lengths of its items unknown")
    short = (e.items["duration_s"] <= LONGEST_REEL_S).to_numpy() & lengths
    share = e.w[:, short].sum(axis=1) / e.w[:, lengths].sum(axis=1)
    n = int(lengths.sum())
    text += f"; {int(short.sum())} of {n} items with a known length are at most {LONGEST_REEL_S:.0f} s long"
    confidence = SHARE_DECLARED + (1 - SHARE_DECLARED) * n / (n + HALF_ITEMS)
    return Measured(SHARE_DECLARED * declared + (1 - SHARE_DECLARED) * share, confidence, text)


def monetization(e: Evidence, base: float | None) -> Measured:
    """Measure buying and sponsorship words: r / (r + base), r the category's rate of items with one, started from PRIOR_ITEMS items
    at ``base``, the rate of all items; 0.5 is as usual.
    """
    n = len(e.items)
    if base is None:
        return Measured(None, 0.0, "no item of the window speaks of buying or sponsoring, nothing to compare")
    if not n:
        return Measured(None, 0.0, "no item of the window is about it")
    hits = e.buying | e.sponsored
    rate = (e.w[:, hits].sum(axis=1) + PRIOR_ITEMS * base) / (e.w.sum(axis=1) + PRIOR_ITEMS)
    text = (
        f"{int(e.buying.sum())} of {_items(n)} speak of buying, {int(e.sponsored.sum())} of sponsoring ({base:.1%} of all items "
        "do either)"
    )
    return Measured(rate / (rate + base), n / (n + HALF_RATE), text)


def _angle_mean(e: Evidence, column: str) -> Draws | None:
    values = e.items[column].to_numpy(float)
    known = ~np.isnan(values)
    if not known.any():
        return None
    w, values, angle = e.w[:, known], values[known], e.angle[known]
    whole = w @ values / w.sum(axis=1)
    total: Draws = (w[:, angle] @ values[angle] + PRIOR_ITEMS * whole) / (
        w[:, angle].sum(axis=1) + PRIOR_ITEMS
    )
    return total


def _percentiles(measures: Sequence[Draws | None]) -> list[Draws | None]:
    """Return each known measure's percentile among the known ones, draw by draw, in (0, 1); equal ones share a place."""
    known = [at for at, measure in enumerate(measures) if measure is not None]
    found: list[Draws | None] = [None] * len(measures)
    if known:
        stacked = np.array([measures[at] for at in known])
        # Sums in another order differ in the last digits, and angles of one category are to be equal.
        places = (rankdata(stacked.round(9), axis=0) - 0.5) / len(known)
        for at, place in zip(known, places, strict=True):
            found[at] = place
    return found


def _author_shares(e: Evidence) -> Draws | None:
    """Return each author's share of the attention, shape (1 + draws, authors)."""
    counted = e.items["attention"].notna() & e.items["author"].notna() & (e.items["attention"] > 0)
    codes, names = pd.factorize(e.items["author"][counted])
    if len(names) < MIN_AUTHORS:
        return None
    weighted = e.w[:, counted.to_numpy()] * e.items["attention"][counted].to_numpy(float)
    of_author = csr_array((np.ones(len(codes)), (np.arange(len(codes)), codes)))
    sums: Draws = weighted @ of_author
    return sums / sums.sum(axis=1, keepdims=True)


def _items(count: int) -> str:
    return "1 item" if count == 1 else f"{count} items"

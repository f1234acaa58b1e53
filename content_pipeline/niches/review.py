"""Keeps or kills pilots on what their posts did, with the probability and the reason.

The post is the unit of replication: views within a post are not independent, and tests that count them find winners among equals.
Accounts' means are shrunk to their common one by empirical Bayes (normal-normal, DerSimonian and Laird 1986 for the spread
between accounts). What a post did is read in ``results``.
"""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text
from scipy import stats

from content_pipeline.accounts import Account
from content_pipeline.niches.records import Measure, Verdict
from content_pipeline.niches.results import MEASURES, read_results
from content_pipeline.storage.lake import Lake

KEEP, KILL = 0.9, 0.1
"""Probabilities of being better from which a pilot is kept, and below which it ends."""

MIN_POSTS = 3
"""An account with fewer measured posts is no peer, and a measure with fewer values is not known."""

LEAST_SPREAD = 0.2
"""Accounts differ by at least this share of a post's own spread: with few accounts the estimate is 0 as often as not, and then no
number of posts could show a difference."""

_SHOWN = {
    "follows": ("followers gained", "per 1,000 reached"),
    "value": ("saves and shares", "per 1,000 views"),
    "retention": ("watched", "% of the reel"),
    "views": ("views at seven days", "a typical post"),
}


class _Compared(NamedTuple):
    """An account's mean less its bar, and its standard error, both in units of a post's own spread; degrees of freedom."""

    difference: float
    error: float
    freedom: int

    @property
    def chance(self) -> float:
        return float(stats.t.cdf(self.difference / self.error, self.freedom))


def review_pilots(
    lake: Lake, accounts: Mapping[str, Account], last: date, planned: int, target_views: int | None
) -> list[Verdict]:
    """Return a verdict for every account, in order of their ids, on what was observed up to the end of ``last``.

    Each account is compared with the others; in views with ``target_views``, where it is given.
    """
    results = read_results(lake, accounts.values(), last)
    return judge(results, {name: account.niche for name, account in accounts.items()}, planned, target_views)


def judge(
    results: pd.DataFrame, niches: Mapping[str, str], planned: int, target_views: int | None = None
) -> list[Verdict]:
    """Return a verdict for every account of ``niches``: a row of ``results`` is a post (see ``read_results``)."""
    compared: dict[str, dict[str, _Compared]] = {name: {} for name in niches}
    for measure in MEASURES:
        bar = np.log1p(target_views) if target_views and measure == "views" else None
        for name, found in _compare(_groups(results, measure), bar).items():
            compared[name][measure] = found
    correlation = _correlation(results)
    return [
        _verdict(name, niche, results, compared[name], correlation, planned, target_views)
        for name, niche in sorted(niches.items())
    ]


def _groups(results: pd.DataFrame, measure: str) -> dict[str, pd.Series]:
    """Return each account's values of a measure; followers are counted by day, so a day with several posts counts once."""
    rows = results.drop_duplicates(["account", "day"]) if measure == "follows" else results
    groups = {str(name): group[measure].dropna().astype(float) for name, group in rows.groupby("account")}
    return {name: values for name, values in groups.items() if len(values) >= MIN_POSTS}


def _compare(groups: Mapping[str, pd.Series], bar: float | None) -> dict[str, _Compared]:
    """Compare each account's shrunk mean with ``bar``, else with the mean of the other accounts' shrunk means."""
    if all(values.nunique() == 1 for values in groups.values()):
        return {}  # without a spread there is no unit to compare in
    freedom = sum(len(values) - 1 for values in groups.values())
    within = sum(values.var() * (len(values) - 1) for values in groups.values()) / freedom
    means = {name: float(values.mean()) for name, values in groups.items()}
    errors = {name: within / len(values) for name, values in groups.items()}
    spread = _between(means, errors, within)
    centre = np.average(list(means.values()), weights=[1 / (spread + errors[name]) for name in means])
    pull = {name: spread / (spread + errors[name]) if len(groups) > 1 else 1.0 for name in groups}
    shrunk = {name: centre + pull[name] * (means[name] - centre) for name in groups}
    variance = {name: pull[name] * errors[name] for name in groups}
    found = {}
    for name in groups:
        peers = [other for other in groups if other != name]
        if bar is None and not peers:
            continue
        other = bar if bar is not None else float(np.mean([shrunk[peer] for peer in peers]))
        of_bar = 0.0 if bar is not None else sum(variance[peer] for peer in peers) / len(peers) ** 2
        found[name] = _Compared(
            float((shrunk[name] - other) / np.sqrt(within)),
            float(np.sqrt((variance[name] + of_bar) / within)),
            freedom,
        )
    return found


def _between(means: Mapping[str, float], errors: Mapping[str, float], within: float) -> float:
    """Return the variance between accounts by the method of moments, at least that of LEAST_SPREAD."""
    least = LEAST_SPREAD**2 * within
    if len(means) < 2:
        return least
    values, weights = np.array(list(means.values())), 1 / np.array(list(errors.values()))
    q = float(weights @ (values - np.average(values, weights=weights)) ** 2)
    scale = weights.sum() - (weights**2).sum() / weights.sum()
    return max((q - (len(means) - 1)) / scale, least)


def _correlation(results: pd.DataFrame) -> pd.DataFrame:
    """Return how the measures of one post go together, about their accounts' means; 0 where too few posts have both."""
    values = results[list(MEASURES)].astype(float)
    residuals = values - values.groupby(results["account"]).transform("mean")
    found = residuals.corr(min_periods=2 * MIN_POSTS).fillna(0.0).to_numpy(copy=True)
    np.fill_diagonal(found, 1.0)
    return pd.DataFrame(found, index=list(MEASURES), columns=list(MEASURES))


def _joint(compared: Mapping[str, _Compared], correlation: pd.DataFrame) -> float | None:
    """Return the chance that the mean of all known differences is above 0."""
    if not compared:
        return None
    names = list(compared)
    errors = np.array([compared[name].error for name in names])
    error = np.sqrt(errors @ correlation.loc[names, names].to_numpy() @ errors)
    total = sum(found.difference for found in compared.values())
    freedom = min(found.freedom for found in compared.values())
    return float(stats.t.cdf(total / error, freedom)) if error > 0 else None


def _verdict(
    name: str,
    niche: str,
    results: pd.DataFrame,
    compared: Mapping[str, _Compared],
    correlation: pd.DataFrame,
    planned: int,
    target_views: int | None,
) -> Verdict:
    posts = int((results["account"] == name).sum())
    chance = _joint(compared, correlation)
    verdict, reason = _decide(posts, planned, chance, compared)
    return Verdict(
        account=name,
        niche=niche,
        verdict=verdict,
        chance=None if chance is None else round(chance, 4),
        posts=posts,
        planned=planned,
        measures=[_measure(measure, name, results, compared, target_views) for measure in MEASURES],
        reason=reason,
    )


def _decide(
    posts: int, planned: int, chance: float | None, compared: Mapping[str, _Compared]
) -> tuple[str, str]:
    if posts < planned:
        return "not yet", f"{posts} of {planned} posts are measured at the age of a day"
    if chance is None:
        return (
            "not yet",
            "nothing to compare with: no other account has measured posts; give --target-views, or pilot another niche",
        )
    said = f"better than its bar with a probability of {chance:.0%}"
    if chance >= KEEP:
        return "keep", f"{said}; most of it from {_words(compared, best=True)}"
    if chance <= KILL:
        return "kill", f"{said}; weakest in {_words(compared, best=False)}"
    return "not yet", f"{said}: too close to tell, go on or pilot something else"


def _words(compared: Mapping[str, _Compared], *, best: bool) -> str:
    chosen = (max if best else min)(compared, key=lambda measure: compared[measure].difference)
    return _SHOWN[chosen][0]


def _measure(
    measure: str,
    name: str,
    results: pd.DataFrame,
    compared: Mapping[str, _Compared],
    target_views: int | None,
) -> Measure:
    groups = _groups(results, measure)
    own = groups.get(name)
    peers = [_typical(values, measure) for other, values in groups.items() if other != name]
    bar = float(target_views) if target_views and measure == "views" else None
    if bar is None and peers:
        bar = float(np.median(peers))
    return Measure(
        name=_SHOWN[measure][0],
        unit=_SHOWN[measure][1],
        value=None if own is None else round(_typical(own, measure), 3),
        bar=None if bar is None else round(bar, 3),
        observations=0 if own is None else len(own),
        chance_better=round(compared[measure].chance, 4) if measure in compared else None,
    )


def _typical(values: pd.Series, measure: str) -> float:
    """Return an account's median in the unit that people are shown."""
    middle = float(values.median())
    match measure:
        case "views":
            return float(np.expm1(middle))
        case "value":
            return float(np.exp(middle)) * 1000
        case "retention":
            return middle * 100
        case _:
            return middle * 1000


def show_verdicts(verdicts: list[Verdict], console: Console) -> None:
    """Print for people: what becomes of each account and why, then its measures beside what they are compared with."""
    for verdict in verdicts:
        console.print(
            Text.assemble(
                (verdict.account, "bold"), f" ({verdict.niche}): {verdict.verdict}; {verdict.reason}"
            ),
            soft_wrap=True,
        )
    table = Table("account", "measure", "own", "bar", "unit", "better", "of")
    for verdict in verdicts:
        for measure in verdict.measures:
            chance = "?" if measure.chance_better is None else f"{measure.chance_better:.0%}"
            cells = (_figure(measure.value), _figure(measure.bar), measure.unit, chance)
            table.add_row(verdict.account, measure.name, *cells, str(measure.observations))
    if any(verdict.posts for verdict in verdicts):
        console.print(table)


def _figure(value: float | None) -> str:
    return "?" if value is None else f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}"

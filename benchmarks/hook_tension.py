"""What words in a headline are worth, estimated from Upworthy's A/B tests, and whether that ranks headlines of tests held out.

Arms are compared within a test and with the same picture only. Tests of 25 June 2013 to 10 January 2014 are left out, as the archive's
authors ask: they were badly randomised. Prints the lifts as ``archetypes.yaml`` has them. Skips where the data are absent.
"""

import os
import re
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from content_pipeline.briefs.archetypes import archetypes, perceived_hook
from content_pipeline.briefs.virality import HOOK_SHARE, LOW
from content_pipeline.briefs.virality_tension import PRIOR_SD, cues

DATA = Path(os.environ.get("CONTENT_PIPELINE_REAL_DATA", "../shared/data")) / "ab_tests" / "upworthy.parquet"
UNRANDOMISED = ("2013-06-25", "2014-01-11")
LEAST_IMPRESSIONS = 1000
TAU2 = 0.06
"""Variance of true log click-through rates within a test (method of moments on this archive)."""
FOLDS = 10
BOOTSTRAPS = 2000
SEED = 7

Floats = NDArray[np.float64]


def arms() -> pd.DataFrame:
    """Return one row a headline of a test and picture: clicks, impressions, ``group`` and ``created``."""
    rows = pd.read_parquet(DATA)
    seconds = [int(name[:8], 16) for name in rows["clickability_test_id"]]  # an ObjectId begins with its time
    rows["created"] = pd.to_datetime(seconds, unit="s")
    rows = rows[~rows["created"].between(*UNRANDOMISED) & (rows["impressions"] >= LEAST_IMPRESSIONS)]
    rows["group"] = rows["clickability_test_id"] + "|" + rows["eyecatcher_id"].fillna("")
    keys = ["group", "clickability_test_id", "created", "headline"]
    found = rows.groupby(keys, as_index=False)[["impressions", "clicks"]].sum()
    several = found.groupby("group")["headline"].transform("size") > 1
    return found[several].reset_index(drop=True)


def features(headlines: pd.Series) -> tuple[Floats, list[str]]:
    """Return which cues each headline has, shape (arms, cues + 1), with its length as the last column: a control, not a cue."""
    names = list(archetypes().tension)
    present = [[name in found for name in names] for found in map(cues, headlines)]
    length = [[(len(re.findall(r"\w+", text)) - 15) / 10] for text in headlines]
    return np.hstack([np.array(present, dtype=float), np.array(length)]), names


def fit(design: Floats, outcome: Floats, weight: Floats, group: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Return the posterior means and standard deviations of the columns' lifts: ridge within groups, prior N(0, PRIOR_SD^2)."""
    x, y = _within(design, weight, group), _within(outcome[:, None], weight, group)[:, 0]
    precision = x.T @ (x * weight[:, None]) + np.eye(x.shape[1]) / PRIOR_SD**2
    covariance = np.linalg.inv(precision)
    return covariance @ x.T @ (weight * y), np.sqrt(np.diag(covariance))


def _within(values: Floats, weight: Floats, group: NDArray[np.int64]) -> Floats:
    total = np.bincount(group, weight)
    means = [np.bincount(group, weight * column) / np.maximum(total, 1e-12) for column in values.T]
    return values - np.array(means).T[group]


def held_out(
    design: Floats, outcome: Floats, weight: Floats, group: NDArray[np.int64], fold: NDArray
) -> Floats:
    """Return each arm's lift by cues alone, estimated from the other folds."""
    predicted = np.zeros(len(outcome))
    for number in np.unique(fold):
        out = fold == number
        lifts, _ = fit(design[~out], outcome[~out], weight[~out], group[~out])
        predicted[out] = design[out, :-1] @ lifts[:-1]
    return predicted


def concordance(score: Floats, rate: Floats, group: NDArray[np.int64]) -> pd.DataFrame:
    """Return, by group, pairs of arms with different rates and how many the score orders rightly; a tie counts half."""
    rows = []
    for number in np.unique(group):
        own = group == number
        better = np.sign(rate[own][:, None] - rate[own][None, :])
        told = np.sign(np.round(score[own][:, None] - score[own][None, :], 9))
        upper = np.triu(better != 0, 1)
        rows.append((number, upper.sum(), ((better * told)[upper] + 1).sum() / 2))
    return pd.DataFrame(rows, columns=["group", "pairs", "right"]).set_index("group")


def spearman(score: Floats, rate: Floats, group: NDArray[np.int64]) -> float:
    """Return the mean rank correlation within groups; 0 for a group that the score leaves tied."""
    frame = pd.DataFrame({"group": group, "score": np.round(score, 9), "rate": rate})
    ranks = frame.groupby("group")[["score", "rate"]].rank()
    return float(ranks.groupby(frame["group"]).apply(lambda r: r["score"].corr(r["rate"])).fillna(0.0).mean())


def strategist(headline: str) -> float:
    """Return the strategist's pull of the hook family that a viewer perceives; the families' mean where there is none."""
    families = archetypes().hook_families
    name = perceived_hook(headline)
    return families[name].pull if name else float(np.mean([family.pull for family in families.values()]))


def report(title: str, scores: dict[str, Floats], rate: Floats, group: NDArray[np.int64]) -> None:
    """Print each score's AUC with a 95 % bootstrap interval over groups, its rank correlation and its lead over the first."""
    rng = np.random.default_rng(SEED)
    found = {name: concordance(score, rate, group) for name, score in scores.items()}
    first = next(iter(found.values()))
    picks = rng.integers(len(first), size=(BOOTSTRAPS, len(first)))
    pairs = first["pairs"].to_numpy()
    drawn = {name: f["right"].to_numpy()[picks].sum(1) / pairs[picks].sum(1) for name, f in found.items()}
    base = next(iter(drawn.values()))
    print(f"\n{title}: {len(first)} groups, {pairs.sum():.0f} pairs")
    for name, draws in drawn.items():
        auc = found[name]["right"].sum() / pairs.sum()
        low, high = np.quantile(draws, [0.025, 0.975])
        less, more = np.quantile(draws - base, [0.025, 0.975])
        rho = spearman(scores[name], rate, group)
        print(
            f"  {name:34s} AUC {auc:.3f} ({low:.3f} to {high:.3f})  rank correlation {rho:+.3f}"
            f"  lead {less:+.3f} to {more:+.3f}"
        )


def ceiling(table: pd.DataFrame, group: NDArray[np.int64]) -> Floats:
    """Return rates as a second, equally large test would show them if these were the truth, shrunk to the group's mean."""
    rng = np.random.default_rng(SEED)
    rate = (table["clicks"] / table["impressions"]).to_numpy()
    mean = (np.bincount(group, table["clicks"]) / np.bincount(group, table["impressions"]))[group]
    kept = TAU2 / (TAU2 + 1 / (mean * table["impressions"].to_numpy()))
    truth = mean * np.exp(kept * np.log(np.maximum(rate, 1e-4) / mean))
    return rng.binomial(table["impressions"], truth) / table["impressions"].to_numpy()


def main() -> None:
    if not DATA.exists():
        print(f"skipped: there is no {DATA}; set CONTENT_PIPELINE_REAL_DATA")
        return
    table = arms()
    group = table["group"].factorize()[0]
    test = table["clickability_test_id"].factorize()[0]
    outcome = np.log((table["clicks"] + 0.5) / (table["impressions"] + 1)).to_numpy()
    weight = (1 / (1 / (table["clicks"] + 0.5) + TAU2)).to_numpy()
    design, names = features(table["headline"])
    print(
        f"{len(table)} headlines in {test.max() + 1} tests; groups of one test and picture: {group.max() + 1}"
    )

    lifts, sds = fit(design, outcome, weight, group)
    print("\ntension:")
    for name, lift, sd, there in zip(names, lifts, sds, design.T, strict=False):
        print(f"  {name}: lift {lift:+.3f}, sd {sd:.3f}   ({there.sum():.0f} headlines)")

    rate = (table["clicks"] / table["impressions"]).to_numpy()
    pull = table["headline"].map(strategist).to_numpy()
    folds = np.random.default_rng(SEED).permutation(test.max() + 1)[test] % FOLDS
    later = (table["created"] > table["created"].quantile(0.5)).to_numpy()
    by_fold = held_out(design, outcome, weight, group, folds)
    before, _ = fit(design[~later], outcome[~later], weight[~later], group[~later])
    rest = LOW + (1 - HOOK_SHARE) * 0.6  # format and heat, alike for all arms

    def combine(lift: Floats) -> Floats:
        return np.log(rest + HOOK_SHARE * pull) + lift

    shown = {
        "strategist's pull alone": pull,
        "measured lifts alone": by_fold,
        "both, as in virality": combine(by_fold),
    }
    report(
        "ten folds by test", shown | {"the same test again (simulated)": ceiling(table, group)}, rate, group
    )
    told = pd.Series(pull).groupby(group).transform("nunique").to_numpy() > 1
    report(
        "where the strategist tells arms apart",
        {k: v[told] for k, v in shown.items()},
        rate[told],
        group[told],
    )
    in_time = design[:, :-1] @ before[:-1]
    report(
        "estimated from the earlier half, judged on the later",
        {
            "strategist's pull alone": pull[later],
            "measured lifts alone": in_time[later],
            "both, as in virality": combine(in_time)[later],
        },
        rate[later],
        group[later],
    )


if __name__ == "__main__":
    main()

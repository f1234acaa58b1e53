"""The reward model: log views as the account's level plus the effects of the archetype's factors, all of
which drift.

A dynamic linear model, filtered with Kalman's recursions (West and Harrison, Bayesian Forecasting and Dynamic
Models, 1997). The state is a function of the ordered outcomes and the configuration alone: late metrics,
corrections and rollbacks are handled by fitting again. Choosing with the model belongs in the briefs,
versions of it in ``versions``.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from content_pipeline.briefs.records import FACTORS, FactorWeight
from content_pipeline.optimizer.growth import GrowthCurve, learn_growth
from content_pipeline.optimizer.outcomes import PostOutcome, in_order

Array = NDArray[np.float64]

FACTOR_SD = {
    "hook_family": 0.35,
    "topic_family": 0.35,
    "format": 0.2,
    "slot_label": 0.2,
    "cta": 0.08,
    "duration_band": 0.15,
}
"""Prior standard deviation of a level's effect on log views."""

LEVELS_OF_ACCOUNT = (("base", 3.0, math.inf), ("slow", 0.5, 200.0), ("fast", 0.3, 10.0))
"""The account's level is the sum of three: name, prior standard deviation (log views) and memory (days)."""


@dataclass(frozen=True)
class RewardConfig:
    """Settings of the model; effects and standard deviations are in log views, memories in days.

    ``levels`` are those that may be chosen, so that levels never tried get their prior. ``noise_sds`` are the
    candidates for the spread between posts of one archetype: the one that predicted best is used, with a
    prior around ``noise_prior``.
    """

    levels: Mapping[str, Sequence[str]] = field(default_factory=dict)
    factor_sd: Mapping[str, float] = field(default_factory=lambda: dict(FACTOR_SD))
    factor_memory: float = 60.0
    base_mean: float = math.log(1000)
    noise_sds: tuple[float, ...] = (0.4, 0.6, 0.85, 1.2, 1.6)
    noise_prior: float = 1.2
    noise_prior_log_sd: float = 0.5
    clip_sd: float = 3.0
    temperature: float = 0.3


class Layout(NamedTuple):
    """The state's entries, the prior standard deviation of each, and the rate (per day) at which each
    forgets.
    """

    entries: tuple[tuple[str, str], ...]
    sd: Array
    rate: Array

    def active(self, factors: Mapping[str, str]) -> list[int]:
        """Return the entries that add up to the log views of a post with ``factors``; unknown levels add
        none.
        """
        where = {entry: i for i, entry in enumerate(self.entries)}
        known = [where[entry] for entry in factors.items() if entry in where]
        return [*range(len(LEVELS_OF_ACCOUNT)), *known]


@dataclass(frozen=True)
class FittedModel:
    """The model's state at ``as_of``.

    ``log_score`` is the mean log density that the model gave each post before it learned from it: higher
    predicts better.
    """

    config: RewardConfig
    as_of: datetime
    layout: Layout
    mean: Array
    covariance: Array
    noise_sd: float
    log_score: float | None
    growth: GrowthCurve
    posts: int
    snapshots: int
    posts_by_entry: Mapping[tuple[str, str], int]

    @property
    def weights(self) -> list[FactorWeight]:
        """Return the account's level and the effect of every level of every factor, in a fixed order."""
        mean, sd = self.predict({})
        rows = [FactorWeight(factor="level", level="account", mean=mean, sd=sd, posts=self.posts)]
        for i in range(len(LEVELS_OF_ACCOUNT), len(self.layout.entries)):
            factor, level = self.layout.entries[i]
            rows.append(
                FactorWeight(
                    factor=factor,
                    level=level,
                    mean=float(self.mean[i]),
                    sd=math.sqrt(self.covariance[i, i]),
                    posts=self.posts_by_entry.get((factor, level), 0),
                )
            )
        return rows

    def predict(self, factors: Mapping[str, str]) -> tuple[float, float]:
        """Return mean and standard deviation of the expected log views (at seven days) of posts with
        ``factors``.
        """
        active = self.layout.active(factors)
        return float(self.mean[active].sum()), math.sqrt(self.covariance[np.ix_(active, active)].sum())

    def draws(self, number: int, rng: np.random.Generator) -> Array:
        """Return ``number`` draws of the whole state, one a row."""
        values, vectors = np.linalg.eigh(self.covariance)
        root = vectors * np.sqrt(np.clip(values, 0.0, None))
        return np.asarray(self.mean + rng.standard_normal((number, len(self.mean))) @ root.T)

    def entries_of(self, factor: str) -> dict[str, int]:
        """Return where each level of ``factor`` is in the state."""
        return {level: i for i, (name, level) in enumerate(self.layout.entries) if name == factor}

    def snapshot(self) -> dict[str, Any]:
        """Return the state as JSON values, rounded so that it reads the same from every machine."""
        return {
            "as_of": self.as_of.isoformat(),
            "entries": ["/".join(entry) for entry in self.layout.entries],
            "mean": np.round(self.mean, 6).tolist(),
            "covariance": np.round(self.covariance, 6).tolist(),
            "noise_sd": self.noise_sd,
            "log_score": None if self.log_score is None else round(self.log_score, 6),
            "growth_fractions": [round(math.exp(value), 6) for value in self.growth.log_fractions],
            "posts": self.posts,
            "snapshots": self.snapshots,
        }


class Observation(NamedTuple):
    """A post as the filter sees it: when (days before the fit, negative), what (log views) and how sure
    (variance).
    """

    day: float
    value: float
    variance: float
    factors: Mapping[str, str]


def fit_reward(
    outcomes: Sequence[PostOutcome], as_of: datetime, config: RewardConfig | None = None
) -> FittedModel:
    """Fit the model to what was observed up to ``as_of``; nothing later is read.

    A post counts with its latest usable snapshot, corrected for age: ``log1p(views)`` minus the mean log
    growth fraction, with the spread of that fraction as extra noise, so that learning need not wait for seven
    days.
    """
    config = config or RewardConfig()
    ordered = in_order(o for o in outcomes if o.published_at <= as_of)
    growth = learn_growth(ordered, as_of)
    seen = [(o, snapshot) for o in ordered if (snapshot := o.latest(as_of))]
    observations = [
        Observation(
            day=(o.published_at - as_of).total_seconds() / 86400,
            value=growth.log_final(s),
            variance=growth.log_sd(s.age_hours) ** 2,
            factors=o.factors,
        )
        for o, s in seen
    ]
    layout = _layout([o.factors for o, _ in seen], config)
    means, covariances, scores = _filter(observations, layout, config)
    prior = [
        -0.5 * (math.log(sd / config.noise_prior) / config.noise_prior_log_sd) ** 2 for sd in config.noise_sds
    ]
    best = int(np.argmax(scores + prior))
    return FittedModel(
        config=config,
        as_of=as_of,
        layout=layout,
        mean=means[best],
        covariance=covariances[best],
        noise_sd=config.noise_sds[best],
        log_score=float(scores[best] / len(seen)) if seen else None,
        growth=growth,
        posts=len(seen),
        snapshots=sum(s.observed_at <= as_of for o, _ in seen for s in o.snapshots),
        posts_by_entry=Counter(entry for o, _ in seen for entry in o.factors.items()),
    )


def _layout(seen: Sequence[Mapping[str, str]], config: RewardConfig) -> Layout:
    entries = [("level", name) for name, _, _ in LEVELS_OF_ACCOUNT]
    sds = [sd for _, sd, _ in LEVELS_OF_ACCOUNT]
    rates = [1 / memory for _, _, memory in LEVELS_OF_ACCOUNT]
    for factor in FACTORS:
        levels = sorted({f[factor] for f in seen if factor in f} | set(config.levels.get(factor, ())))
        entries += [(factor, level) for level in levels]
        sds += [config.factor_sd[factor]] * len(levels)
        rates += [1 / config.factor_memory] * len(levels)
    return Layout(tuple(entries), np.array(sds), np.array(rates))


def _filter(
    observations: Sequence[Observation], layout: Layout, config: RewardConfig
) -> tuple[Array, Array, Array]:
    """Run the filter for every candidate noise at once, up to the moment of the fit.

    Returns:
        The means (candidates x entries), the covariances (candidates x entries x entries) and the sums of the
        log scores.
    """
    noise = np.square(config.noise_sds)
    prior = np.square(layout.sd)
    # The base keeps its mean (it never forgets); all else returns to 0.
    mean = np.zeros((len(noise), len(prior)))
    mean[:, 0] = config.base_mean
    covariance = np.tile(np.diag(prior), (len(noise), 1, 1))
    scores = np.zeros(len(noise))
    day = observations[0].day if observations else 0.0
    for observation in observations:
        _drift(mean, covariance, prior, layout.rate, observation.day - day)
        day = observation.day
        active = layout.active(observation.factors)
        error = observation.value - mean[:, active].sum(axis=1)
        gain = covariance[:, :, active].sum(axis=2)
        variance = gain[:, active].sum(axis=1) + noise + observation.variance
        scores -= 0.5 * (np.log(2 * math.pi * variance) + error**2 / variance)
        # Huber: an outlier is given the noise at which it lies at clip_sd, so one viral post cannot turn it.
        variance = np.maximum(variance, np.square(error / config.clip_sd))
        mean += gain * (error / variance)[:, None]
        covariance -= gain[:, :, None] * gain[:, None, :] / variance[:, None, None]
    _drift(mean, covariance, prior, layout.rate, -day)
    return mean, covariance, scores


def _drift(mean: Array, covariance: Array, prior: Array, rate: Array, days: float) -> None:
    """Let ``days`` pass, in place: every entry returns to its prior at its rate (Ornstein and Uhlenbeck)."""
    if days <= 0:
        return
    kept = np.exp(-rate * days)
    mean *= kept
    covariance *= np.outer(kept, kept)
    diagonal = np.arange(len(prior))
    covariance[:, diagonal, diagonal] += prior * (1 - kept**2)

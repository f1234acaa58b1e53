"""Closed-loop simulation of learning: our reward model with tempered Thompson sampling against epsilon-greedy
and random.

The audience is invented: archetypes with additive effects on log views that drift, an interaction, a
residual, heavy noise, and metrics that are only known a day later. So the figures compare policies in a
plausible world; they say nothing about Instagram. The score of a policy is the expected views of what it
chose over those of an oracle that knows the day's means.

    python benchmarks/learning_loop.py --seeds 20 --days 120
"""

import argparse
import math
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
from scipy import stats

from content_pipeline.briefs.records import FACTORS
from content_pipeline.optimizer.modes import expected_regret
from content_pipeline.optimizer.outcomes import PostOutcome, Snapshot
from content_pipeline.optimizer.reward import RewardConfig, fit_reward

START = datetime(2026, 1, 1, tzinfo=UTC)
LEVELS = {"hook_family": 8, "format": 3, "duration_band": 3, "cta": 3, "topic_family": 8, "slot_label": 5}
EFFECT_SD = {
    "hook_family": 0.35,
    "topic_family": 0.35,
    "format": 0.2,
    "slot_label": 0.2,
    "cta": 0.08,
    "duration_band": 0.15,
}
INTERACTION_SD = RESIDUAL_SD = 0.15
MEMORY_DAYS = 60.0
NOISE_SD = 1.15
FRACTION_24H, FRACTION_LOG_SD = 0.60, 0.35
POSTS_A_DAY = (3, 6)


class World:
    """An account's audience over ``days`` days: log means by day and archetype, and what a post of it shows
    after 24 hours.
    """

    def __init__(self, seed: int, days: int, archetypes: int) -> None:
        rng = np.random.default_rng([seed, 1])
        shape = [LEVELS[factor] for factor in FACTORS]
        picked = rng.choice(math.prod(shape), archetypes, replace=False)
        codes = np.array(np.unravel_index(picked, shape)).T
        self.archetypes = [dict(zip(FACTORS, map(str, row), strict=True)) for row in codes]
        self.log_means = _drifting(rng, days, archetypes, RESIDUAL_SD)
        for column, factor in enumerate(FACTORS):
            self.log_means += _drifting(rng, days, LEVELS[factor], EFFECT_SD[factor])[:, codes[:, column]]
        hook, topic = codes[:, FACTORS.index("hook_family")], codes[:, FACTORS.index("topic_family")]
        self.log_means += _drifting(rng, days, 64, INTERACTION_SD)[:, hook * 8 + topic]
        day = np.arange(days)
        self.log_means += (7 + 0.003 * day + 0.1 * np.sin(2 * np.pi * day / 7))[:, None]
        self.log_means += _drifting(rng, days, 1, 0.2, memory=10)
        self.posts = rng.integers(POSTS_A_DAY[0], POSTS_A_DAY[1] + 1, days)
        self._noise = np.random.default_rng([seed, 2])

    def views_24h(self, day: int, archetype: int) -> int:
        """Return the views that a post of ``archetype`` shows a day after it was published on ``day``."""
        log_final = self.log_means[day, archetype] + NOISE_SD * self._noise.standard_normal()
        log_fraction = math.log(FRACTION_24H) + FRACTION_LOG_SD * self._noise.standard_normal()
        return round(math.exp(log_final + min(log_fraction, 0.0)))


def _drifting(
    rng: np.random.Generator, days: int, size: int, sd: float, memory: float = MEMORY_DAYS
) -> np.ndarray:
    kept = math.exp(-1 / memory)
    values = [sd * rng.standard_normal(size)]
    for _ in range(days - 1):
        values.append(kept * values[-1] + sd * math.sqrt(1 - kept**2) * rng.standard_normal(size))
    return np.array(values)


class Random:
    """Chooses without looking, as every policy a day's posts at once and without repeating an archetype."""

    def __init__(self, world: World, seed: int) -> None:
        self._rng, self._archetypes = np.random.default_rng([seed, 3]), len(world.archetypes)

    def choose(self, posts: int) -> list[int]:
        """Return the archetypes of the coming day."""
        return self._rng.permutation(self._archetypes)[:posts].tolist()

    def observe(self, archetype: int, views: int) -> None:
        """Learn what a post of the day showed after 24 hours."""


class EpsilonGreedy(Random):
    """Tries every archetype once, then the best mean of raw views, but a random one in a fifth of the
    choices.
    """

    epsilon = 0.2

    def __init__(self, world: World, seed: int) -> None:
        super().__init__(world, seed)
        self._seen: dict[int, list[int]] = defaultdict(list)

    def choose(self, posts: int) -> list[int]:
        """Return the archetypes of the coming day."""
        chosen: list[int] = []
        for _ in range(posts):
            free = [a for a in self._rng.permutation(self._archetypes).tolist() if a not in chosen]
            unseen = [a for a in free if a not in self._seen]
            if unseen:
                chosen.append(unseen[0])
            elif self._rng.random() < self.epsilon:
                chosen.append(free[0])
            else:
                chosen.append(max(free, key=lambda a: float(np.mean(self._seen[a]))))
        return chosen

    def observe(self, archetype: int, views: int) -> None:
        """Learn what a post of the day showed after 24 hours."""
        self._seen[archetype].append(views)


class Ours(Random):
    """The pipeline's reward model, fitted anew every day; draws every level's effect from an independent
    normal, tempered.
    """

    def __init__(self, world: World, seed: int, config: RewardConfig) -> None:
        super().__init__(world, seed)
        self._world, self._config, self._outcomes = world, config, list[PostOutcome]()
        self._day = -1
        self.regrets: list[float] = []

    def choose(self, posts: int) -> list[int]:
        """Return the archetypes of the coming day."""
        self._day += 1
        model = fit_reward(self._outcomes, START + timedelta(days=self._day), self._config)
        if self._day % 15 == 0:
            self.regrets.append(expected_regret(model, "benchmark"))
        where = {(w.factor, w.level): i for i, w in enumerate(model.weights)}
        mean = np.array([w.mean for w in model.weights])
        spread = self._config.temperature * np.array([w.sd for w in model.weights])
        entries = np.array([[where[item] for item in a.items()] for a in self._world.archetypes])
        chosen: list[int] = []
        for _ in range(posts):
            scores = (mean + spread * self._rng.standard_normal(len(mean)))[entries].sum(axis=1)
            scores[chosen] = -np.inf
            chosen.append(int(scores.argmax()))
        return chosen

    def observe(self, archetype: int, views: int) -> None:
        """Learn what a post of the day showed after 24 hours."""
        at = START + timedelta(days=self._day)
        snapshot = Snapshot(observed_at=at + timedelta(days=1), age_hours=24, target_age_h=24, views=views)
        self._outcomes.append(
            PostOutcome(
                post_id=f"{len(self._outcomes):06d}",
                account="benchmark",
                published_at=at,
                factors=self._world.archetypes[archetype],
                snapshots=[snapshot],
            )
        )


def score(world: World, policy: Random) -> float:
    """Run ``policy`` through ``world``; return its expected views over the oracle's."""
    got = best = 0.0
    for day, posts in enumerate(world.posts.tolist()):
        means = np.exp(world.log_means[day])
        chosen = policy.choose(posts)
        got += float(means[chosen].sum())
        best += float(np.sort(means)[-posts:].sum())
        for archetype in chosen:
            policy.observe(archetype, world.views_24h(day, archetype))
    return got / best


def interval(values: np.ndarray) -> str:
    """Return mean and half width of the 95 % confidence interval."""
    half = float(stats.t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / math.sqrt(len(values)))
    return f"{values.mean():.3f} +- {half:.3f}"


def main() -> None:
    """Print ratios to the oracle and, paired by seed, to epsilon-greedy."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--seeds", type=int, default=20, help="number of worlds (at least 2)")
    arguments.add_argument("--first-seed", type=int, default=1000)
    arguments.add_argument("--days", type=int, default=120)
    arguments.add_argument("--archetypes", type=int, default=120)
    arguments.add_argument(
        "--learn-noise", action="store_true", help="also learn the noise, as production does"
    )
    options = arguments.parse_args()
    noise = RewardConfig().noise_sds if options.learn_noise else (1.2,)
    levels = {factor: [str(level) for level in range(number)] for factor, number in LEVELS.items()}
    config = RewardConfig(levels=levels, noise_sds=noise)
    policies: dict[str, Callable[[World, int], Random]] = {
        "random": Random,
        "epsilon-greedy 0.2, raw": EpsilonGreedy,
        "ours": lambda world, seed: Ours(world, seed, config),
    }
    scores: dict[str, list[float]] = {name: [] for name in policies}
    seconds = dict.fromkeys(policies, 0.0)
    regrets = []
    for seed in range(options.first_seed, options.first_seed + options.seeds):
        for name, make in policies.items():
            world = World(seed, options.days, options.archetypes)
            policy = make(world, seed)
            started = time.process_time()
            scores[name].append(score(world, policy))
            seconds[name] += time.process_time() - started
            if isinstance(policy, Ours):
                regrets.append(policy.regrets)
    base = np.array(scores["epsilon-greedy 0.2, raw"])
    size = f"{options.days} days and {options.archetypes} archetypes"
    print(f"{options.seeds} worlds of {size}; mean +- 95 % interval")
    print(
        f"{'policy':<26}{'ratio to oracle':>18}{'paired, epsilon-greedy':>25}{'wins':>7}{'CPU s a run':>13}"
    )
    for name, values in scores.items():
        ratio = np.array(values) / base
        wins = f"{(ratio > 1).mean():.0%}" if name != "epsilon-greedy 0.2, raw" else ""
        cost = seconds[name] / options.seeds
        print(f"{name:<26}{interval(np.array(values)):>18}{interval(ratio):>25}{wins:>7}{cost:>13.2f}")
    shown = "  ".join(f"{value:.2f}" for value in np.mean(regrets, axis=0))
    print(f"expected regret of the model every 15 days (log views): {shown}")


if __name__ == "__main__":
    main()

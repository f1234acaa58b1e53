"""What a strategy believes of archetypes, and draws from that belief: tempered Thompson sampling over factor effects.

An archetype's log views, relative to the account's level, are the sum of its levels' effects. Effects are drawn from independent
normals, with the standard deviation scaled by the temperature; a level that was never posted has its factor's prior.
"""

import hashlib
from collections.abc import Mapping
from functools import cache
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from content_pipeline.briefs.archetypes import archetypes
from content_pipeline.briefs.records import Archetype, Strategy

PRIOR_SD: Mapping[str, float] = {
    "hook_family": 0.35,
    "format": 0.20,
    "duration_band": 0.15,
    "cta": 0.08,
    "topic_family": 0.35,
    "slot_label": 0.20,
}
"""Prior standard deviations of effects on log views; learning gains little from their exact size (half and double were tried)."""


class Effect(NamedTuple):
    """The belief about one level: mean and standard deviation in log views, and the posts behind it."""

    mean: float
    sd: float
    posts: int


class ArmSpace(NamedTuple):
    """Every archetype about a topic, in a fixed order, and which levels each consists of: ``design`` is (levels, arms)."""

    arms: tuple[Archetype, ...]
    levels: tuple[tuple[str, str], ...]
    design: NDArray[np.float64]


@cache
def arm_space(topic_family: str, bands: tuple[str, ...] = ()) -> ArmSpace:
    """Return the archetypes that an idea about a topic may have; ``bands`` are the durations to choose from, all if empty."""
    known = archetypes()
    arms = tuple(
        Archetype(hook_family=hook, format=form, duration_band=band, cta=cta, topic_family=topic_family)
        for hook, form, band, cta in product(
            known.hook_families, known.formats, bands or known.duration_bands, known.ctas
        )
    )
    consist = [list(arm.model_dump().items()) for arm in arms]
    levels = tuple(sorted({level for own in consist for level in own}))
    design = np.array([[level in own for own in consist] for level in levels], dtype=float)
    return ArmSpace(arms, levels, design)


class Beliefs:
    """The effects that a strategy carries."""

    def __init__(self, strategy: Strategy) -> None:
        self._effects = {(w.factor, w.level): Effect(w.mean, w.sd, w.posts) for w in strategy.weights}
        self._temperature = strategy.temperature

    def of(self, factor: str, level: str) -> Effect:
        """Return the belief about a level, which is the prior if it was never posted."""
        return self._effects.get((factor, level), Effect(0.0, PRIOR_SD[factor], 0))

    def predict(self, archetype: Archetype) -> tuple[float, float]:
        """Return mean and standard deviation of an archetype's log views relative to the account's level."""
        effects = [self.of(factor, level) for factor, level in archetype.model_dump().items()]
        return sum(e.mean for e in effects), float(np.sqrt(sum(e.sd**2 for e in effects)))

    def means(self, space: ArmSpace) -> NDArray[np.float64]:
        """Return every arm's mean, shape (arms,)."""
        return np.array([self.of(*level).mean for level in space.levels]) @ space.design

    def draws(self, space: ArmSpace, number: int, rng: np.random.Generator) -> NDArray[np.float64]:
        """Return tempered posterior draws, shape (number, arms): levels that arms share get the same draw."""
        effects = [self.of(*level) for level in space.levels]
        mean = np.array([e.mean for e in effects])
        sd = np.array([e.sd for e in effects]) * self._temperature
        return (mean + sd * rng.standard_normal((number, len(effects)))) @ space.design


def generator(*parts: object) -> np.random.Generator:
    """Return a random generator that depends on ``parts`` alone, so that the same day is planned in the same way."""
    digest = hashlib.sha256("\x1f".join(map(str, parts)).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))

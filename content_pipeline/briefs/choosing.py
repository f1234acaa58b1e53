"""Which archetype an idea gets: tempered Thompson sampling over archetype factors, or uniformly with the exploration share.

Selection never waits for a test to become significant. What the idea says is ``ideas``' part.
"""

from typing import Literal, NamedTuple

import numpy as np

from content_pipeline.briefs.beliefs import Beliefs, arm_space, generator
from content_pipeline.briefs.records import Archetype, Strategy

DRAWS = 400

Choice = Literal["exploit", "explore", "mutation", "chaos"]


class Chosen(NamedTuple):
    """An archetype, how it was chosen, the draw by which it won, and the probability with which it wins."""

    archetype: Archetype
    choice: Choice
    sampled: float
    propensity: float


def choose(
    strategy: Strategy, beliefs: Beliefs, family: str, *seed: object, bands: tuple[str, ...] = ()
) -> Chosen:
    """Choose an archetype for a topic, among the duration bands ``bands`` (all if empty).

    The propensity is the Monte Carlo share of draws that this archetype wins, mixed with the uniform part.
    """
    space = arm_space(family, bands)
    rng = generator(*seed)
    draws = beliefs.draws(space, DRAWS, rng)
    wins = np.bincount(draws.argmax(axis=1), minlength=len(space.arms)) / DRAWS
    explored = rng.random() < strategy.exploration
    pick = int(rng.integers(len(space.arms))) if explored else int(draws[0].argmax())
    best = space.arms[int(beliefs.means(space).argmax())]
    propensity = strategy.exploration / len(space.arms) + (1 - strategy.exploration) * wins[pick]
    arm = space.arms[pick]
    return Chosen(arm, _label(arm, best, strategy, beliefs), float(draws[0, pick]), float(propensity))


def _label(archetype: Archetype, best: Archetype, strategy: Strategy, beliefs: Beliefs) -> Choice:
    if not strategy.weights:
        return "explore"
    # What was never posted has no best level yet: only a known one can be exploited or departed from.
    known = [f for f in archetype.model_dump() if beliefs.of(f, getattr(best, f)).posts]
    differing = [f for f in known if getattr(archetype, f) != getattr(best, f)]
    if known and not differing:
        return "exploit"
    if strategy.mode == "chaos" and any(beliefs.of(f, getattr(archetype, f)).posts == 0 for f in differing):
        return "chaos"
    return "mutation" if len(differing) == 1 else "explore"

"""The tension of a hook: what its words are worth by measured headline tests, as data in ``archetypes.yaml``.

How it is weighed against a trend's burst belongs to ``virality``; how the lifts were estimated, to ``benchmarks/hook_tension.py``.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from content_pipeline.briefs.archetypes import archetypes

PRIOR_SD = 0.1
"""Standard deviation of a cue's lift before it was measured, in log click-through rate: what the estimate was shrunk with."""

TITLES_COUNT = 0.5
"""A hook takes up a part of a trend's title only."""


class Tension(NamedTuple):
    """The lift in log click-through rate of the cues that are there, and how far it is known, in [0, 1]; 0 without a cue."""

    lift: float
    confidence: float


def cues(text: str) -> frozenset[str]:
    """Return the names of the cues of tension in a text."""
    plain = text.replace("’", "'")
    return frozenset(name for name, pattern in _patterns().items() if pattern.search(plain))


def tension(hook_family: str, titles: Sequence[str]) -> Tension:
    """Return the tension of a hook of a family about a trend with these titles.

    A cue counts by its share of the family's examples, or by half of its share of the titles if that is more.
    """
    shares = {name: TITLES_COUNT * share for name, share in _shares(tuple(titles)).items()}
    for name, share in _shares(tuple(archetypes().hook_families[hook_family].examples)).items():
        shares[name] = max(share, shares.get(name, 0.0))
    known = archetypes().tension
    variance = sum((share * known[name].sd) ** 2 for name, share in shares.items())
    prior = sum((share * PRIOR_SD) ** 2 for share in shares.values())
    lift = sum(share * known[name].lift for name, share in sorted(shares.items()))
    return Tension(lift, max(0.0, 1 - variance / prior) if prior else 0.0)


@lru_cache(maxsize=4096)
def _shares(texts: tuple[str, ...]) -> dict[str, float]:
    """Return the share of the texts that have a cue, for every cue that one has."""
    counts = Counter(name for text in texts for name in cues(text))
    return {name: count / len(texts) for name, count in counts.items()}


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {name: re.compile(cue.pattern, re.IGNORECASE) for name, cue in archetypes().tension.items()}

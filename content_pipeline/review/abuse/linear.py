"""The probability of offensive language by alt-profanity-check's linear model, without scikit-learn's overhead.

The library's own call costs some 12 ms however little it is given; the same sums over a text's words cost microseconds. What the
probability is worth is for ``score``.
"""

from collections import Counter
from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray
from profanity_check.profanity_check import model, vectorizer

Floats = NDArray[np.float64]


def offensive_probability(text: str) -> float:
    """Return the probability in [0, 1] that ``profanity_check.predict_prob`` gives a text."""
    idf, coefficients, intercepts, slopes, offsets = _parts()
    counts = Counter(at for word in _analyze()(text) if (at := vectorizer.vocabulary_.get(word)) is not None)
    at = np.fromiter(counts, dtype=np.intp)
    weights = np.fromiter(counts.values(), dtype=np.float64) * idf[at]
    norm = np.sqrt(weights @ weights) or 1.0
    decisions = (weights / norm) @ coefficients[at] + intercepts
    return float(np.mean(1 / (1 + np.exp(slopes * decisions + offsets))))


@cache
def _analyze() -> Callable[[str], list[str]]:
    return vectorizer.build_analyzer()


@cache
def _parts() -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Return the words' weights, the five classifiers' coefficients (word x classifier) and intercepts, and their sigmoids."""
    members = model.calibrated_classifiers_
    sigmoids = [member.calibrators[0] for member in members]
    return (
        vectorizer.idf_,
        np.stack([member.estimator.coef_[0] for member in members], axis=1),
        np.array([member.estimator.intercept_[0] for member in members]),
        np.array([sigmoid.a_ for sigmoid in sigmoids]),
        np.array([sigmoid.b_ for sigmoid in sigmoids]),
    )

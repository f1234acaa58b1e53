"""How alike two texts are, whoever wrote them and in whatever order they say it: near-duplicates, and look-alikes of an incident.

What counts as a text (a caption, what is said in a reel) and what follows from a likeness is the rules' business.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from content_pipeline.trends.words.text import is_telling, words

SIMILAR_FROM = 0.62
"""From here on two texts are the same post told again. Measured in ``benchmarks/policy_duplicates.py``."""
FEWEST = 20
"""Shingles that a likeness rests on at least, where the longer text has as many: a line of a post is not the post."""
_TAG = re.compile(r"#\w+")


class Nearest(NamedTuple):
    """The place of a text in its corpus, and how alike it is, in [0, 1]."""

    place: int
    similarity: float


class Corpus:
    """Texts to compare with, indexed by their shingles, so that a comparison with all of them takes a fraction of a millisecond.

    The measure is the overlap coefficient (shared shingles over those of the shorter text), averaged over telling words and over
    pairs of neighbouring words. Words say what it is about, whatever the order; pairs say that it is told in the same words. Figures
    and hashtags do not count: they are what changes when a post is told again.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        found: tuple[defaultdict[object, list[int]], ...] = (defaultdict(list), defaultdict(list))
        sizes: list[tuple[int, int]] = []
        plain: list[str] = []
        for index, text in enumerate(texts):
            *kinds, whole = _shingles(text)
            for postings, shingles in zip(found, kinds, strict=True):
                for shingle in shingles:
                    postings[shingle].append(index)
            sizes.append((len(kinds[0]), len(kinds[1])))
            plain.append(whole)
        self._postings = tuple({s: np.array(at) for s, at in postings.items()} for postings in found)
        self._sizes = np.array(sizes, dtype=float).reshape(-1, 2)
        self._plain = plain

    def __len__(self) -> int:
        return len(self._plain)

    def similarities(self, text: str) -> np.ndarray:
        """Return how alike a text is to each text of the corpus: floats in [0, 1], in the corpus' order."""
        whole = np.zeros(len(self))
        *kinds, plain = _shingles(text)
        for kind, (postings, shingles) in enumerate(zip(self._postings, kinds, strict=True)):
            shared = np.zeros(len(self))
            for shingle in shingles:
                if (at := postings.get(shingle)) is not None:
                    shared[at] += 1
            shorter, longer = (side(self._sizes[:, kind], len(shingles)) for side in (np.minimum, np.maximum))
            whole += shared / np.maximum(np.maximum(shorter, np.minimum(longer, FEWEST)), 1)
        whole /= len(kinds)
        same = [index for index, other in enumerate(self._plain) if other == plain and plain]
        whole[same] = 1.0
        return whole

    def nearest(self, text: str) -> Nearest | None:
        """Return the text that is most like ``text``, the first of equals; None if there are no texts."""
        if not len(self):
            return None
        found = self.similarities(text)
        place = int(found.argmax())
        return Nearest(place, float(found[place]))


def similarity(a: str, b: str) -> float:
    """Return how alike two texts are, in [0, 1]; ``SIMILAR_FROM`` says from where on they are the same post told again."""
    return float(Corpus([b]).similarities(a)[0])


def nearest(text: str, texts: Sequence[str]) -> Nearest | None:
    """Return which of ``texts`` is most like ``text``; to compare several with the same texts, keep a ``Corpus``."""
    return Corpus(texts).nearest(text)


@lru_cache(maxsize=1024)
def _shingles(text: str) -> tuple[frozenset[object], frozenset[object], str]:
    """Return the telling words, the pairs of neighbours, and the text without what the likeness does not see."""
    found = [word for word in words(_TAG.sub(" ", text)) if not word.isnumeric()]
    return frozenset(filter(is_telling, found)), frozenset(pairwise(found)), " ".join(found)

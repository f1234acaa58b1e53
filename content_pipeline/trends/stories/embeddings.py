"""Titles compared by meaning, too: static word embeddings (WordLlama, 256 dimensions) and a vector index (usearch).

Both packages are optional. The model comes in its package, and nothing is downloaded.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from content_pipeline.settings import ConfigError
from content_pipeline.trends.stories.likeness import conflict
from content_pipeline.trends.stories.matching import LexicalMatcher
from content_pipeline.trends.stories.wording import Wording
from content_pipeline.trends.words.text import is_unspaced

DIMENSIONS = 256
ALIKE = 0.8
"""Least cosine of two titles that tell one story in other words."""
ENOUGH_WORDS = 4
"""Telling words that such titles must have: of fewer, one decides the direction of the whole."""
NEIGHBOURS = 8
"""Nearest titles that are looked at for a title."""

MISSING = "embeddings need the packages wordllama and usearch: pip install -e '.[embeddings]'"

Vectors = npt.NDArray[np.float32]


class EmbeddingMatcher(LexicalMatcher):
    """Compares titles by their words and, where these do not suffice, by their meaning."""

    def __init__(self, wordings: Sequence[Wording]) -> None:
        super().__init__(wordings)
        self._vectors = embed([one.text for one in wordings])
        self._near = neighbours(self._vectors)
        self._firsts: dict[int, int] = {}

    def candidates(self, title: int) -> list[int]:
        """Return the groups that share words with a title, then those of the nearest titles before it."""
        near = [self._firsts[other] for other in self._near[title].tolist() if other in self._firsts]
        return list(dict.fromkeys([*super().candidates(title), *near]))

    def joined(self, title: int, first: int) -> None:
        """Take note of a title's group."""
        super().joined(title, first)
        self._firsts[title] = first

    def likeness(self, one: int, title: int) -> float:
        """Return the likeness by words, or else the cosine of the titles' embeddings where that is high."""
        return super().likeness(one, title) or self._by_meaning(one, title)

    def agree(self, one: int, title: int) -> bool:
        """Tell whether two titles agree in words or in meaning."""
        return super().agree(one, title) or self._by_meaning(one, title) > 0

    def _by_meaning(self, one: int, other: int) -> float:
        a, b = self._wordings[one], self._wordings[other]
        if min(len(a.telling), len(b.telling)) < ENOUGH_WORDS or conflict(a, b):
            return 0.0
        # The model knows few characters of other scripts: to it, their titles are much alike.
        if any(map(is_unspaced, a.telling | b.telling)):
            return 0.0
        cosine = float(self._vectors[one] @ self._vectors[other])
        return cosine if cosine >= ALIKE else 0.0


def embed(texts: list[str]) -> Vectors:
    """Return the texts' embeddings as unit vectors, one a row; a row of zeros where a text has none.

    Raises:
        ConfigError: the packages are not installed.
    """
    pooled = _model().embed(texts) if texts else np.zeros((0, DIMENSIONS))
    lengths = np.linalg.norm(pooled, axis=1, keepdims=True)
    return np.divide(pooled, lengths, out=np.zeros(pooled.shape, np.float32), where=lengths > 0)


def neighbours(vectors: Vectors) -> npt.NDArray[np.uint64]:
    """Return the places of each vector's nearest ones by cosine, nearest first, found through a graph index (HNSW).

    The graph is built in one thread, so that the same vectors in the same order give the same neighbours.
    """
    try:
        from usearch.index import Index
    except ImportError:
        raise ConfigError(MISSING) from None
    count = min(NEIGHBOURS + 1, len(vectors))  # each is its own nearest
    if not count:
        return np.zeros((0, 0), np.uint64)
    index = Index(ndim=DIMENSIONS, metric="cos", dtype="i8")
    index.add(np.arange(len(vectors)), vectors, threads=1)
    found = index.search(vectors, count)
    return np.asarray(found.keys, np.uint64).reshape(len(vectors), count)


@cache
def _model() -> Any:
    try:
        import wordllama
    except ImportError:
        raise ConfigError(MISSING) from None
    # Where the package looks for its own tokenizer is not where it keeps it; as a cache its folder is right.
    return wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)

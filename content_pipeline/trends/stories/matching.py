"""Which groups a title is compared with: those that share its rare words, found through an index of groups' first titles.

When two titles tell one story is decided in ``likeness``.
"""

from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations

from content_pipeline.trends.stories.likeness import Likeness
from content_pipeline.trends.stories.wording import Wording

RARE = 100
"""Titles that have a word at most for it to lead to candidates by itself; more common ones do so in pairs."""
PAIRED = 4
"""How many of a title's common words, the rarest first, are paired."""
MOST_LOOKED_AT = 128
"""Entries of the index that are looked at for a title."""
MOST_COMPARED = 8
"""Groups that a title is compared with."""
LEAST_SHARED = 0.4
"""Least part of what leads to a title that a group must share to be compared with it."""
END_LENGTH = 4
"""Characters at both ends of a short title that lead to candidates, too: its only telling word may be mistyped."""
END_WEIGHT = 1.0
AGREEMENT = 0.6
"""Least part that a title must share with the other of its group's two leading titles."""


class LexicalMatcher:
    """Compares titles by their words; those that share rare words, or two common ones, are candidates.

    Titles are known by their place among ``wordings``, groups by that of their first title.
    """

    def __init__(self, wordings: Sequence[Wording]) -> None:
        self._wordings = wordings
        self._likeness = Likeness(wordings)
        self._index: dict[str, list[int]] = defaultdict(list)
        self._keys: dict[str, float] = {}

    def candidates(self, title: int) -> list[int]:
        """Return the groups that share the most with a title, by the weight of what they share."""
        self._keys = self._keys_of(self._wordings[title])
        entries = [(self._index[key], weight) for key, weight in self._keys.items() if key in self._index]
        entries.sort(key=_size)
        weights: dict[int, float] = {}
        left = MOST_LOOKED_AT
        for groups, weight in entries:
            for group in groups if len(groups) <= left else groups[-left:]:
                weights[group] = weights.get(group, 0.0) + weight
            left -= len(groups)
            if left <= 0:
                break
        least = LEAST_SHARED * sum(self._keys.values())
        likely = [(-weight, group) for group, weight in weights.items() if weight >= least]
        return [group for _, group in sorted(likely)[:MOST_COMPARED]]

    def joined(self, title: int, first: int) -> None:
        """Add the title that candidates were last asked for to the index, if it begins a group."""
        if title == first:
            for key in self._keys:
                self._index[key].append(title)

    def likeness(self, one: int, title: int) -> float:
        """Return how alike two titles are by the rules of ``Likeness``."""
        return self._likeness.of(self._wordings[one], self._wordings[title])

    def agree(self, one: int, title: int) -> bool:
        """Tell whether each of two titles shares most of what it says, or the lesser does, and no number differs."""
        return self._likeness.agree(self._wordings[one], self._wordings[title], AGREEMENT)

    def _keys_of(self, one: Wording) -> dict[str, float]:
        """Return what leads to a title and what that weighs, the rarest first."""
        frequency, weights = self._likeness.frequency, self._likeness.weights
        shared = sorted((count, word) for word in one.telling if (count := frequency[word]) > 1)
        keys = {word: weights[word] for count, word in shared if count <= RARE}
        if len(keys) < 2:
            common = [word for count, word in shared if count > RARE]
            keys |= {f"{a} {b}": weights[a] + weights[b] for a, b in combinations(common[:PAIRED], 2)}
            if not keys:
                keys = {word: weights[word] for word in common}
        if len(one.telling) <= 2 and one.text:
            keys |= {
                f"^{one.squeezed[:END_LENGTH]}": END_WEIGHT,
                f"{one.squeezed[-END_LENGTH:]}$": END_WEIGHT,
            }
        return keys


def _size(entry: tuple[list[int], float]) -> int:
    return len(entry[0])

"""When two titles tell one story: the same words but for slips, additions at the ends, or a word or two in a long title.

Words weigh by their rarity among the titles at hand. Which titles are compared at all is decided in ``matching``.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from rapidfuzz.distance import OSA

from content_pipeline.trends.stories.wording import NONE, Wording
from content_pipeline.trends.words.text import is_unspaced

UNSEEN_TITLES = 1000
"""Titles that are taken to exist beside those at hand, none with a word of theirs: few titles tell little about rarity."""

ENOUGH_WORDS = 3
"""Telling words that two titles must share where one says more than the other."""
LEAST_SHARE = {3: 0.65, 4: 0.6}
"""Least part of the longer title's weight that a title contained in it must have, by shared words; else ``LEAST_REST``."""
LEAST_REST = 0.5
LEAST_BEGINNING = 0.4
"""The same for a title that was cut off."""

ENOUGH_ALIKE = 4
"""Telling words that two titles must share where each says something that the other does not."""
MOST_DIFFERENT = 0.2
"""Most part of either title's weight that may differ then, if the differing words are known from other titles."""
MOST_NEW = 0.2
"""The same for words that no other titles have: names, mostly, so that the titles are about two things."""

COMMON = 3
"""Titles that have a word or an end, from which on it is known."""
SERIES_DIGITS = 3
"""Longer numbers are years, amounts and ids; parts of a series have shorter ones."""
MOST_SLIPS = 3
"""Words of a title that may be mistyped, or characters in scripts without spaces."""
MOST_SMALL_WORDS = 2
"""Words that tell little and that only the shorter of two titles has."""
CHARACTERS_PER_SLIP = 12
"""In scripts without spaces, where a character is about half a word."""


class Likeness:
    """Compares titles among ``wordings``; ``frequency`` is in how many of them a word is, ``weights`` what that makes it tell."""

    def __init__(self, wordings: Sequence[Wording]) -> None:
        self.frequency = Counter(word for one in wordings for word in one.telling)
        self._tails = Counter(one.tail for one in wordings if one.tail)
        total = UNSEEN_TITLES + len(wordings)
        # Inverse document frequency, log(N / df), smoothed by one (Manning, Raghavan and Schütze 2008, chapter 6).
        self.weights = {word: math.log(total / (1 + n)) for word, n in self.frequency.items()}

    def weight(self, words: Iterable[str]) -> float:
        """Return what words tell together; the order of summing does not matter."""
        return math.fsum(map(self.weights.__getitem__, words))

    def of(self, a: Wording, b: Wording) -> float:
        """Return how alike two titles are, in (0, 1], or 0 where they tell different stories."""
        if a.text and a.text == b.text:
            return 1.0
        shared = len(a.telling & b.telling)
        differing = min(len(a.telling), len(b.telling)) - shared
        if (not shared and differing > 1) or differing > max(shared, MOST_SLIPS):
            return 0.0
        if begun := self._begun(a, b):
            return begun
        if conflict(a, b):
            return 0.0
        left, right = self._differing(a, b)
        shared = len(a.telling) - len(left)
        if not shared or min(len(left), len(right)) > shared:
            return 0.0
        whole_a, whole_b, lost_a, lost_b = map(self.weight, (a.telling, b.telling, left, right))
        kept = min(whole_a - lost_a, whole_b - lost_b)
        same = (
            self._reordered(a, b, shared)
            if not left and not right
            else self._both_say_more(a, b, left, right, shared, max(lost_a / whole_a, lost_b / whole_b))
            if left and right
            else self._one_says_more(
                *((a, b) if right else (b, a)), left | right, shared, kept / max(whole_a, whole_b)
            )
        ) or self._cut_off(a, b, left, right, shared, kept / max(whole_a, whole_b))
        return kept / max(whole_a + lost_b, whole_b + lost_a) if same else 0.0

    def agree(self, a: Wording, b: Wording, share: float) -> bool:
        """Tell whether two titles share at least ``share`` of what the lesser of them tells, and contradict in no number."""
        if conflict(a, b):
            return False
        left, right = self._differing(a, b)
        return any(
            self.weight(only) <= (1 - share) * self.weight(one.telling)
            for one, only in ((a, left), (b, right))
        )

    def _begun(self, a: Wording, b: Wording) -> float:
        """Return the weight of a title that is the beginning of the other and was cut off there, as part of the other's."""
        short, long = (a, b) if len(a.text) <= len(b.text) else (b, a)
        if not long.text.startswith(short.text) or not short.words:
            return 0.0
        within_word = long.text[len(short.text) :][:1].strip() != ""
        shared = short.telling & long.telling
        if len(shared) < (ENOUGH_WORDS - 1 if short.cut_off else ENOUGH_WORDS) or not (
            short.cut_off or within_word
        ):
            return 0.0
        part = self.weight(shared) / self.weight(long.telling)
        return part if part >= LEAST_BEGINNING else 0.0

    def _differing(self, a: Wording, b: Wording) -> tuple[frozenset[str], frozenset[str]]:
        """Return the telling words that only one has, without those that are slips of one another."""
        left, right = a.telling - b.telling, b.telling - a.telling
        if not left or not right:
            return left, right
        if all(map(is_unspaced, left | right)):
            most = max(len(a.squeezed), len(b.squeezed)) // CHARACTERS_PER_SLIP
            return (NONE, NONE) if _close(a.squeezed, b.squeezed, min(most, MOST_SLIPS)) else (left, right)
        shared = len(a.telling) - len(left)
        if min(len(left), len(right)) > MOST_SLIPS:
            return left, right
        ends = {one.words[-1] for one in (a, b) if one.cut_off}
        unknown = {word for word in left | right if self.frequency[word] < COMMON}
        if not ends and not unknown:
            return left, right
        for one in sorted(left):
            others = sorted(right if one in unknown or ends else right & unknown)
            other = next(
                (word for word in others if _cut(one, word, ends) or self._slip(one, word, shared)), None
            )
            if other is not None:
                left, right = left - {one}, right - {other}
        if left and right:
            joined = [
                "".join(word for word in t.words if word in only) for t, only in ((a, left), (b, right))
            ]
            if min(map(len, joined)) >= 6 and _close(joined[0], joined[1], 1):
                return NONE, NONE
        return left, right

    def _slip(self, one: str, other: str, shared: int) -> bool:
        """Tell whether a word is the other mistyped: one of them is all but unknown, and no number is in them.

        Short words are so only in titles that share much.
        """
        lengths = sorted((len(one), len(other)))
        if min(self.frequency[one], self.frequency[other]) >= COMMON:
            return False
        if lengths[0] < 3 or (lengths[1] < 4 and shared < ENOUGH_ALIKE):
            return False
        return one.isalpha() and other.isalpha() and _close(one, other, 1 if lengths[0] < 8 else 2)

    def _reordered(self, a: Wording, b: Wording, shared: int) -> bool:
        # Few words in another order, or with other small words, are another sentence.
        return (
            shared >= ENOUGH_WORDS or len(set(a.words) ^ set(b.words)) - 2 * len(a.telling - b.telling) <= 2
        )

    def _one_says_more(
        self, shorter: Wording, longer: Wording, more: frozenset[str], shared: int, share: float
    ) -> bool:
        # Small words are no matter, unless the shorter title consists of them: a song may be called Where Are You Now.
        if len(set(shorter.words) - shorter.telling - set(longer.words)) > MOST_SMALL_WORDS:
            return False
        if shared >= ENOUGH_WORDS - 1 and more <= longer.tail and self._tails[longer.tail] >= COMMON:
            return True
        if shared < ENOUGH_WORDS:
            return False
        if longer.text.startswith(shorter.text):
            return share >= LEAST_REST
        part = max(share, shared / len(longer.telling)) if shared > ENOUGH_WORDS else share
        return part >= LEAST_SHARE.get(shared, LEAST_REST)

    def _both_say_more(
        self, a: Wording, b: Wording, left: frozenset[str], right: frozenset[str], shared: int, lost: float
    ) -> bool:
        known = all(any(self.frequency[word] >= COMMON for word in only) for only in (left, right))
        if shared < ENOUGH_ALIKE or lost > (MOST_DIFFERENT if known else MOST_NEW):
            return False
        # A series keeps its name and changes the rest: what stands alone at the same end decides.
        if a.head and b.head and a.head <= left and b.head <= right:
            return False
        ends = a.tail and b.tail and a.tail <= left and b.tail <= right
        return not ends or min(self._tails[a.tail], self._tails[b.tail]) >= COMMON

    def _cut_off(
        self, a: Wording, b: Wording, left: frozenset[str], right: frozenset[str], shared: int, share: float
    ) -> bool:
        """Tell whether a title that was cut off says what is in the other; of a long one a word may differ."""
        for one, only in ((a, left), (b, right)):
            most = MOST_DIFFERENT * self.weight(one.telling) if shared > ENOUGH_ALIKE else 0.0
            if (
                one.cut_off
                and shared >= ENOUGH_WORDS
                and share >= LEAST_BEGINNING
                and self.weight(only) <= most
            ):
                return True
        return False


def conflict(a: Wording, b: Wording) -> bool:
    """Tell whether two titles are parts of a series by their numbers, dates and versions: part 3 is not part 4."""
    more_a, more_b = _whole(a) - b.numbers, _whole(b) - a.numbers
    if more_a and more_b:
        return True
    return any(
        not other.cut_off and (one.versions - other.versions or any(map(_counts_parts, more & one.firm)))
        for one, other, more in ((a, b, more_a), (b, a, more_b))
    )


def _whole(one: Wording) -> frozenset[str]:
    """Return a title's numbers, without one that may have been cut."""
    return one.numbers - {one.words[-1]} if one.cut_off and one.words else one.numbers


def _cut(one: str, other: str, ends: set[str]) -> bool:
    """Tell whether a word is what is left of the other at the end of a title."""
    return (one in ends and other.startswith(one)) or (other in ends and one.startswith(other))


def _counts_parts(number: str) -> bool:
    return number.isdigit() and len(number) <= SERIES_DIGITS


def _close(one: str, other: str, most: int) -> bool:
    """Tell whether at most ``most`` slips (a character more, less, other, or two exchanged) lie between two texts."""
    return OSA.distance(one, other, score_cutoff=most) <= most

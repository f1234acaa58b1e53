"""Groups of signals that are about one thing: the same item seen again, or titles that say nearly the same.

A title joins the first group whose *first* title it resembles, so that groups cannot drift along chains of
likeness.
"""

import math
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from rapidfuzz import fuzz, process
from scipy.sparse import csr_array

from content_pipeline.trends.records import TrendSignal
from content_pipeline.trends.text import telling_words, words

SIMILAR = 85
"""Least ``token_set_ratio`` (0 to 100) of two titles with enough telling words."""
ALIKE = 95
"""Least ``ratio`` of two titles of which one is short."""
ENOUGH_WORDS = 3
COVERED = 0.8
"""Least part of the shorter title's telling words, weighed by rarity, that the other title must share."""


@dataclass(frozen=True)
class _Item:
    """An item with all its signals, oldest first, and its earliest title, prepared for comparison."""

    signals: list[TrendSignal]
    text: str
    telling: frozenset[str]
    numbers: frozenset[str]


def first_seen(signal: TrendSignal) -> datetime:
    """Return the moment of a signal's first sighting."""
    return signal.observations[0].observed_at if signal.observations else signal.observed_at


def cluster(signals: list[TrendSignal]) -> list[list[TrendSignal]]:
    """Return groups of signals about one thing, first seen first, in groups and within them.

    Signals with the same external id of the same type of source are always together.
    """
    items = _items(signals)
    if not items:
        return []
    candidates = _candidates(items)
    weights = _weights(items)
    groups: dict[int, list[int]] = {}
    for index, item in enumerate(items):
        resembled = (c for c in candidates[index] if c in groups and _same(items[c], item, weights))
        groups.setdefault(next(resembled, index), []).append(index)
    return [sorted((s for i in group for s in items[i].signals), key=_order) for group in groups.values()]


def _candidates(items: list[_Item]) -> list[list[int]]:
    """Return, for each item, the earlier ones whose titles are almost equal or share enough telling words."""
    texts = [item.text for item in items]
    near = process.cdist(texts, texts, scorer=fuzz.ratio, score_cutoff=ALIKE, dtype=np.uint8) > 0
    vocabulary = {word: n for n, word in enumerate(sorted({w for item in items for w in item.telling}))}
    cells = [(row, vocabulary[word]) for row, item in enumerate(items) for word in item.telling]
    rows, columns = np.array(cells, dtype=np.int64).reshape(-1, 2).T
    holds = csr_array((np.ones(len(cells)), (rows, columns)), shape=(len(items), max(len(vocabulary), 1)))
    shared = (holds @ holds.T).toarray() >= ENOUGH_WORDS
    return [np.flatnonzero((near | shared)[index, :index]).tolist() for index in range(len(items))]


def _weights(items: list[_Item]) -> dict[str, float]:
    """Return how much a word tells: its inverse document frequency among the titles, log(1 + n / df)."""
    counts = Counter(word for item in items for word in item.telling)
    return {word: math.log(1 + len(items) / count) for word, count in counts.items()}


def _items(signals: list[TrendSignal]) -> list[_Item]:
    by_item: dict[tuple[str, str], list[TrendSignal]] = defaultdict(list)
    for signal in sorted(signals, key=_order):
        by_item[signal.source_type, signal.external_id].append(signal)
    items = []
    for seen in by_item.values():
        found = words(seen[0].title)
        telling = frozenset(telling_words(seen[0].title))
        items.append(_Item(seen, " ".join(found), telling, frozenset(re.findall(r"\d+", " ".join(found)))))
    return items


def _order(signal: TrendSignal) -> tuple[datetime, str]:
    return first_seen(signal), signal.signal_id


def _same(a: _Item, b: _Item, weights: dict[str, float]) -> bool:
    """Tell whether two titles are about one thing."""
    if not (a.numbers <= b.numbers or b.numbers <= a.numbers):  # part 3 is not part 4
        return False
    if a.text and fuzz.ratio(a.text, b.text) >= ALIKE:
        return True
    shared = a.telling & b.telling
    if len(shared) < ENOUGH_WORDS or fuzz.token_set_ratio(a.text, b.text) < SIMILAR:
        return False
    # Titles of one series share most words; the rare one that differs is what each is about.
    shorter = min(_sum(item.telling, weights) for item in (a, b))
    return _sum(shared, weights) >= COVERED * shorter


def _sum(found: frozenset[str], weights: dict[str, float]) -> float:
    return math.fsum(weights[word] for word in found)

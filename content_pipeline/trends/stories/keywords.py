"""Keywords of clusters by tf-idf: words frequent in a cluster and rare in the window's other clusters.

What a word is, ``text`` decides; whom the words concern, ``niche``.
"""

import math
from collections import Counter

from content_pipeline.trends.records import TrendSignal
from content_pipeline.trends.words.text import telling_words

MAX_KEYWORDS = 8
TAG_WEIGHT = 0.5
"""A word of the tags counts half of one in a title: tags are chosen to be found, not to describe."""


def keywords(clusters: list[list[TrendSignal]]) -> list[list[str]]:
    """Return each cluster's keywords, the most telling first; equal ones by alphabet.

    Weights are (1 + ln tf) ln(1 + n / df) over the clusters (Manning, Raghavan and Schütze 2008, chapter 6).
    """
    counts = [_counts(cluster) for cluster in clusters]
    frequency = Counter(word for count in counts for word in count)
    return [
        sorted(count, key=lambda word: (-_weight(count[word], frequency[word], len(clusters)), word))[
            :MAX_KEYWORDS
        ]
        for count in counts
    ]


def _counts(cluster: list[TrendSignal]) -> dict[str, float]:
    counts: dict[str, float] = {}
    seen: set[tuple[str, str]] = set()
    for signal in cluster:
        # The same title on seven days is one statement.
        if (signal.external_id, signal.title) in seen:
            continue
        seen.add((signal.external_id, signal.title))
        titled = telling_words(signal.title)
        for word in titled:
            counts[word] = counts.get(word, 0) + 1
        for word in {w for tag in signal.tags for w in telling_words(tag)}:
            counts[word] = counts.get(word, 0) + TAG_WEIGHT
    return counts


def _weight(count: float, documents: int, total: int) -> float:
    return (1 + math.log(max(count, TAG_WEIGHT))) * math.log(1 + total / documents)

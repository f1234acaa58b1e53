"""How well a trend fits an account: its topics' words in the trend's title and keywords.

A plain, explainable measure over words; nothing learned belongs here.
"""

from collections.abc import Collection

from content_pipeline.accounts import Account
from content_pipeline.trends.records import Trend
from content_pipeline.trends.words.phrases import mentioned
from content_pipeline.trends.words.text import telling_words, words

TRENDING = "trending"
"""The topic family of what is outside an account's topics."""

TITLE_WEIGHT = 2
KEYWORD_WEIGHT = 1
HALF_FIT = 2
"""Weight of matches at which the fit is one half."""

_LONGEST_ENDING = 3
_SHORTEST_STEM = 4


def topic_family(trend: Trend, account: Account) -> str:
    """Return the account's topic that a trend is about, or ``trending``; the first of equal ones."""
    weights = {
        name: term_weight(terms, trend.title, trend.keywords) for name, terms in account.topics.items()
    }
    best = max(weights, key=lambda name: weights[name])
    return best if weights[best] else TRENDING


def suits(trend: Trend, account: Account) -> bool:
    """Tell whether an account may take a trend at all: it is in a language that it takes, and free of flags that it avoids."""
    return account.takes(trend.language) and not {flag.flag for flag in trend.safety} & set(account.avoid)


def niche_fit(title: str, keywords: Collection[str], account: Account) -> float:
    """Return the fit in [0, 1): w / (w + 2), with w the weight of matched words; 0 for a banned topic.

    A word of the account's topics or niche weighs 2 in the title and 1 in the keywords.
    """
    if any(mentioned(account.banned_topics, text) for text in (title, *keywords)):
        return 0.0
    terms = dict.fromkeys(
        [*(t for topic in account.topics.values() for t in topic), *telling_words(account.niche)]
    )
    weight = term_weight(terms, title, keywords)
    return weight / (weight + HALF_FIT)


def term_weight(terms: Collection[str], title: str, keywords: Collection[str]) -> int:
    """Return how much of ``terms`` is told: 2 for each in the title, 1 for each in the keywords alone."""
    title_words = words(title)
    keyword_words = [words(keyword) for keyword in keywords]
    weight = 0
    for term in terms:
        wanted = words(term)
        if _contains(title_words, wanted):
            weight += TITLE_WEIGHT
        elif any(_contains(found, wanted) for found in keyword_words):
            weight += KEYWORD_WEIGHT
    return weight


def _contains(found: list[str], wanted: list[str]) -> bool:
    if not wanted:
        return False
    spans = range(len(found) - len(wanted) + 1)
    return any(all(_matches(found[i + n], word) for n, word in enumerate(wanted)) for i in spans)


def _matches(found: str, wanted: str) -> bool:
    """Tell whether a word is the wanted one, with an ending at most (habits, saved, focusing)."""
    if found == wanted:
        return True
    ending = len(found) - len(wanted)
    return len(wanted) >= _SHORTEST_STEM and 0 < ending <= _LONGEST_ENDING and found.startswith(wanted)

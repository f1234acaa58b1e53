"""Groups of signals that are about one thing: the same item seen again, or titles that tell one story.

A title joins the group whose first or fullest title it is most like, so that groups cannot drift along chains of likeness. Each
title is compared with a bounded number of groups, so the time grows with the number of titles and not with their pairs.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from content_pipeline.trends.bulk import no_collection
from content_pipeline.trends.records import TrendSignal
from content_pipeline.trends.stories.embeddings import EmbeddingMatcher
from content_pipeline.trends.stories.matching import LexicalMatcher
from content_pipeline.trends.stories.wording import Wording, wording

Method = Literal["lexical", "embeddings"]

AMBIGUOUS = 0.5
"""Part of the best likeness at which another group is as good for a title that was cut off."""


MATCHERS: dict[Method, type[LexicalMatcher]] = {"lexical": LexicalMatcher, "embeddings": EmbeddingMatcher}


def first_seen(signal: TrendSignal) -> datetime:
    """Return the moment of a signal's first sighting."""
    return signal.observations[0].observed_at if signal.observations else signal.observed_at


@no_collection()
def cluster(signals: Sequence[TrendSignal], method: Method = "lexical") -> list[list[TrendSignal]]:
    """Return groups of signals about one thing, first seen first, in groups and within them.

    Signals with the same external id of the same type of source are always together. ``lexical`` compares words;
    ``embeddings`` also brings together what is worded differently.

    Raises:
        ConfigError: the packages for embeddings are not installed.
    """
    items = _items(signals)
    places: dict[object, int] = {}
    wordings: list[Wording] = []
    titles: list[int] = []
    for item in items:
        one = wording(item[0].title, item[0].author)
        # Titles without a word, of emoji alone, are each their own.
        place = places.setdefault(one.text or (item[0].source_type, item[0].external_id), len(wordings))
        if place == len(wordings):
            wordings.append(one)
        titles.append(place)
    firsts = _firsts(wordings, MATCHERS[method](wordings))
    # Items come in the order of their first sightings, and so do the groups.
    groups: dict[int, list[TrendSignal]] = defaultdict(list)
    for item, title in zip(items, titles, strict=True):
        groups[firsts[title]] += item
    return [sorted(group, key=_order) for group in groups.values()]


def _firsts(wordings: Sequence[Wording], matcher: LexicalMatcher) -> list[int]:
    """Return the first title of each title's group; titles that were cut off come after all that are whole."""
    firsts = list(range(len(wordings)))
    fullest: dict[int, int] = {}
    for title in sorted(firsts, key=lambda place: wordings[place].cut_off):
        alike = {first: _alike(matcher, first, fullest[first], title) for first in matcher.candidates(title)}
        best = max(alike, key=lambda first: alike[first], default=title)
        if not alike or not alike[best] or (wordings[title].cut_off and _ambiguous(alike, best)):
            best = title
        matcher.joined(title, best)
        firsts[title] = best
        if len(wordings[title].telling) > len(wordings[fullest.setdefault(best, best)].telling):
            fullest[best] = title
    return firsts


def _ambiguous(alike: dict[int, float], best: int) -> bool:
    """Tell whether another group is about as like a title as the best one: the beginning of a series' titles is."""
    return any(value >= AMBIGUOUS * alike[best] for group, value in alike.items() if group != best)


def _alike(matcher: LexicalMatcher, first: int, fullest: int, title: int) -> float:
    """Return how alike a title is to a group's first or fullest title; with the other it must agree at least.

    A first title that says little is like many: what its group is about, the fullest title tells.
    """
    if first == fullest:
        return matcher.likeness(first, title)
    return max(
        matcher.likeness(one, title) if matcher.agree(other, title) else 0.0
        for one, other in ((first, fullest), (fullest, first))
    )


def _items(signals: Sequence[TrendSignal]) -> list[list[TrendSignal]]:
    """Return the signals of each item, items and signals by their first sighting."""
    by_item: dict[tuple[str, str], list[TrendSignal]] = defaultdict(list)
    for signal in sorted(signals, key=_order):
        by_item[signal.source_type, signal.external_id].append(signal)
    return list(by_item.values())


def _order(signal: TrendSignal) -> tuple[datetime, str]:
    return first_seen(signal), signal.signal_id

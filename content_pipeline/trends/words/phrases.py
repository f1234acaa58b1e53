"""Whether a text speaks of a phrase: whole words, whatever stands between them, with at most the ending of a plural or a genitive.

What an account banned is matched so, in trends and in scripts alike. How well a trend fits an account is ``niche``'s.
"""

from collections.abc import Iterable

from content_pipeline.trends.words.text import words

_ENDINGS = ("", "s", "es", "'s")


def mentioned(phrases: Iterable[str], text: str) -> str | None:
    """Return the first of ``phrases`` that a text speaks of: ``crypto giveaway`` in "Crypto-giveaways", not ``war`` in "awards"."""
    found = words(text)
    return next((phrase for phrase in phrases if _stands(words(phrase), found)), None)


def _stands(wanted: list[str], found: list[str]) -> bool:
    if not wanted:
        return False
    *start, last = wanted
    lasts = {last + ending for ending in _ENDINGS}
    spans = range(len(found) - len(wanted) + 1)
    return any(found[i : i + len(start)] == start and found[i + len(start)] in lasts for i in spans)

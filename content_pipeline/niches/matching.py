"""Which items a category, an angle or a list of telling words is about: whole words, with the usual endings.

Plain and explainable, like an account's niche fit. Numbers do not belong here.
"""

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from content_pipeline.niches.seeds import Category

Flags = NDArray[np.bool_]

BUYING = (
    "buy", "bought", "price", "pricing", "how much is", "costs", "cheap", "cheaper", "worth it", "worth the money", "deals",
    "discount", "on sale", "coupon", "for sale", "pay for", "paid for", "subscription", "ebook", "online course", "paid course",
    "order now", "preorder", "where can i get", "link please",
)  # fmt: skip
"""Words by which people show that they would pay, or ask for what to pay for."""

SPONSORED = (
    "sponsored", "sponsor", "paid partnership", "paid promotion", "affiliate link", "promo code", "discount code", "use code",
    "link in bio", "#ad", "brand deal",
)  # fmt: skip
"""Words by which it shows that somebody pays for posts already."""


class Texts:
    """The searchable side of a table of items."""

    def __init__(self, items: pd.DataFrame, fiction: Iterable[str]) -> None:
        self._sections = items["category"].fillna("").str.casefold()
        self._fiction = self._sections.isin(set(fiction)).to_numpy()
        # Not the tags: on a video site they are bait. Of 21 items that they alone put into a niche, two fitted, by eye.
        self._told = (items["title"].fillna("") + " | " + items["caption"].fillna("")).str.casefold()

    def about(self, category: Category) -> Flags:
        """Tell which items belong to a category: by the source's section, else by a term, but in fiction by section only."""
        sections = self._sections.isin({name.casefold() for name in category.sections}).to_numpy()
        return np.asarray(sections | (~self._fiction & self._find(category.terms, self._told)))

    def say(self, words: Iterable[str], among: Flags | None = None) -> Flags:
        """Tell which items (of those flagged by ``among``) say one of ``words`` in their title or caption."""
        return self._find(words, self._told if among is None else self._told[among])

    @staticmethod
    def _find(words: Iterable[str], texts: pd.Series) -> Flags:
        pattern = _pattern(words)
        return np.fromiter((pattern.search(text) is not None for text in texts), bool, len(texts))


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(r"(?<!\w)(?:" + "|".join(map(_word, words)) + r")(?!\w)")


def _word(word: str) -> str:
    """Return a phrase as an expression: blanks and hyphens are one, a last word of four letters or more may have an ending."""
    parts = [re.escape(part) for part in re.split(r"[\s-]+", word.casefold()) if part]
    ending = r"(?:'?s|e?d|ing|ers?|es)?" if len(parts[-1]) >= 4 and parts[-1].isalpha() else ""
    return r"[\s-]+".join(parts) + ending

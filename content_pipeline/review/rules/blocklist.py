"""Words and phrases that a post must not contain: harm, hate, tragedy, scams, and what the account banned. The list is data."""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Literal

import yaml

from content_pipeline.review.records import ApprovalKind, Finding
from content_pipeline.review.rules.base import Material, excerpt
from content_pipeline.storage.records import Part
from content_pipeline.trends.words.phrases import mentioned
from content_pipeline.trends.words.text import words


class Category(Part):
    """A category of the list."""

    id: str
    severity: Literal["block", "warning"]
    message: str
    remedy: str
    words: list[str]
    exceptions: list[str]
    asks: list[ApprovalKind]


def check_blocklist(material: Material) -> Iterator[Finding]:
    """Find the list's words, and the account's banned topics, in all that is seen, heard or read."""
    text = material.readings[0]
    for form in material.readings:
        for category in categories():
            found = _first(form, category)
            if found is not None:
                yield Finding(
                    rule_id=f"blocklist.{category.id}",
                    severity=category.severity,
                    message=f"the script {category.message}",
                    remedy=category.remedy,
                    excerpt=excerpt(form, found),
                    asks=category.asks,
                )
    for phrase in material.account.banned_topics:
        if mentioned([phrase], text):
            yield Finding(
                rule_id="brand.banned_topic",
                severity="block",
                message=f"the account does not speak about {phrase!r}",
                remedy="choose another trend, or take the phrase off banned_topics in the account's file",
                excerpt=excerpt(text, max(0, text.find(words(phrase)[0]))),
            )


@cache
def categories() -> tuple[Category, ...]:
    """Return the list's categories."""
    text = files("content_pipeline.review.rules").joinpath("blocklist.yaml").read_text(encoding="utf-8")
    listed = yaml.safe_load(text)["categories"]
    return tuple(
        Category(
            **{k: v for k, v in item.items() if k not in ("except", "asks")},
            exceptions=item.get("except", []),
            asks=item.get("asks", []),
        )
        for item in listed
    )


def _first(text: str, category: Category) -> int | None:
    allowed = (
        [match.span() for match in _pattern(tuple(category.exceptions)).finditer(text)]
        if category.exceptions
        else []
    )
    for match in _pattern(tuple(category.words)).finditer(text):
        if not any(start <= match.start() and match.end() <= end for start, end in allowed):
            return match.start()
    return None


@cache
def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(r"(?<!\w)(?:" + "|".join(map(_spaced, phrases)) + r")(?!\w)")


def _spaced(phrase: str) -> str:
    return r"[\s\-_.]+".join(re.escape(word) for word in phrase.casefold().split())

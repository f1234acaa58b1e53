"""The advice that the template engine can give, by topic family, and which of it fits a trend. It is data (``advice.yaml``)."""

from functools import cache
from importlib.resources import files

import yaml

from content_pipeline.briefs.beliefs import generator
from content_pipeline.briefs.records import Brief
from content_pipeline.storage.records import Part
from content_pipeline.trends.scoring.niche import TRENDING
from content_pipeline.trends.words.text import words

GENERAL = "general"
SUBJECT_HITS = 2
"""Different keywords that a trend must share with a subject's advice to be taken for one of its own: one is often chance."""


class Advice(Part):
    """A piece of advice: what to do, why, how, what it replaces, and the false belief that it corrects.

    ``do`` is an imperative, ``why`` a clause, ``how`` a sentence, ``avoid`` a gerund phrase, ``myth`` a sentence without its stop.
    """

    do: str
    why: str
    how: str
    avoid: str
    myth: str
    keywords: list[str]


@cache
def _banks() -> dict[str, list[Advice]]:
    text = files("content_pipeline.scripts").joinpath("advice.yaml").read_text(encoding="utf-8")
    return {
        family: [Advice.model_validate(entry) for entry in entries]
        for family, entries in yaml.safe_load(text).items()
    }


def advice_for(family: str) -> list[Advice]:
    """Return the advice for a topic family; one without advice of its own gets the general one."""
    return _banks().get(family) or _banks()[GENERAL]


def subject_family(brief: Brief) -> str:
    """Return the family whose advice and words suit a brief: for a trend outside the account's topics, that whose words it has."""
    family = brief.archetype.topic_family
    if family != TRENDING:
        return family
    told = _told(brief)
    hits = {name: len(_keywords(name) & told) for name in _banks()}
    best = max(hits, key=lambda name: hits[name])
    return best if hits[best] >= SUBJECT_HITS else TRENDING


@cache
def _keywords(family: str) -> frozenset[str]:
    return frozenset(w for piece in _banks()[family] for keyword in piece.keywords for w in words(keyword))


def ranked_advice(brief: Brief, variant: int, number: int) -> tuple[list[Advice], bool]:
    """Return a family's advice in the order in which a variant takes it, and whether any of it speaks of the trend.

    What shares words with the evidence comes first, then a shuffle that differs from brief to brief. Each variant begins
    ``number`` places further, so that variants give other advice as long as there is some.
    """
    told, bank = _told(brief), advice_for(subject_family(brief))
    shared = [_shared(advice, told) for advice in bank]
    shuffled = (
        generator("advice", brief.trend_id, brief.account, brief.day, brief.angle)
        .permutation(len(bank))
        .tolist()
    )
    order = sorted(shuffled, key=lambda i: -min(shared[i], 2))
    start = variant * number % len(bank)
    return [bank[i] for i in [*order[start:], *order[:start]]], any(
        shared[i] for i in order[start : start + number]
    )


def _told(brief: Brief) -> set[str]:
    own = [word for word in brief.keywords if word != brief.archetype.topic_family]
    return set(words(" ".join([brief.trend_title, *own])))


def _shared(advice: Advice, told: set[str]) -> int:
    return sum(bool(set(words(keyword)) & told) for keyword in advice.keywords)

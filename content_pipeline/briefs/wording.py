"""The words of an idea: hooks, thumbnail texts, premise, angle. The phrasings are data (``wording.yaml``, ``topics.yaml``)."""

import re
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any

import numpy as np
import yaml
from rapidfuzz.fuzz import token_set_ratio

from content_pipeline.accounts import Tone
from content_pipeline.briefs.archetypes import perceived_hook
from content_pipeline.briefs.records import Subject
from content_pipeline.storage.records import Part

HOOK_WORDS = 7
"""What is said in three seconds at 150 words a minute."""
WANTED_HOOKS = 3
WANTED_THUMBNAILS = 2
THUMBNAIL_WORDS = range(3, 8)
DISTINCT_BELOW = 80
"""Two hooks are distinct when their token-set similarity (0 to 100) is below this."""


class Topic(Part):
    """A topic's own words."""

    name: str
    matter: str
    goal: str
    pain: str
    desire: str
    why: str
    hashtags: list[str]


@cache
def _data(name: str) -> dict[str, Any]:
    text = files("content_pipeline.briefs").joinpath(name).read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


@cache
def topic(family: str) -> Topic:
    """Return the words of a topic family; one without words of its own gets the general ones with its name."""
    topics = _data("topics.yaml")
    name = family.replace("_", " ")
    own = topics.get(family) or topics["general"]
    filled = {key: value.format(topic=name) for key, value in own.items() if key != "hashtags"}
    tags = [tag.format(topic=name) for tag in own["hashtags"]]
    return Topic.model_validate({"name": name} | filled | {"hashtags": tags})


def topic_families() -> list[str]:
    """Return the topic families that have words of their own."""
    return [name for name in _data("topics.yaml") if name != "general"]


def words_for(subject: Subject | None, own: Topic, number: int, of_topic: bool = True) -> dict[str, str]:
    """Return what fills the phrasings: the subject's short form is left out where it has none.

    A thing ``of_topic`` may be used, tested or learned from; a name, and what is outside the account's topics, is only spoken of.
    """
    found = {
        "m": own.matter,
        "my": re.sub(r"\byou\b", "I", own.matter.replace("your ", "my ")),
        "g": own.goal,
        "t": own.name,
        "pain": own.pain,
        "desire": own.desire,
        "n": str(number),
    }
    if subject is None:
        return found
    verb = "are" if subject.plural else "is"
    found |= {
        "phrase": subject.phrase,
        "S0": capitalized(subject.phrase),
        "is": verb,
        "Is": verb.capitalize(),
    }
    found |= {"Does": "Do" if subject.plural else "Does"}
    found |= {f"{stem}s": stem if subject.plural else f"{stem}s" for stem in ("come", "give")}
    found |= {"teaches": "teach" if subject.plural else "teaches"}
    if subject.short:
        slot = "s" if of_topic and not subject.proper else "name"
        found |= {slot: subject.short, slot.capitalize(): capitalized(subject.short)}
    return found


def hooks(
    family: str,
    words: dict[str, str],
    tone: Tone,
    rng: np.random.Generator,
    avoid: Collection[str] = (),
    number: int = WANTED_HOOKS,
) -> list[str]:
    """Return up to ``number`` distinct hooks of a family, what names the trend and what suits the tone first.

    A phrasing that is too long to be said in three seconds, that a viewer would take for another family because of the trend's
    own words, or that is one of ``avoid``, is passed over.
    """
    worn = {hook.casefold() for hook in avoid}
    found: list[str] = []
    for hook in _filled(_phrasings(family, tone, rng), words):
        said = (
            len(hook.split()) <= HOOK_WORDS and perceived_hook(hook) == family and hook.casefold() not in worn
        )
        if said and _is_new(hook, found):
            found.append(hook)
    return found[:number]


def thumbnails(family: str, words: dict[str, str], rng: np.random.Generator) -> list[str]:
    """Return the distinct thumbnail texts of three to seven words of a family."""
    phrasings = _data("wording.yaml")["thumbnails"]
    # A family that a strategist added without texts of its own takes those of the questions.
    known = phrasings.get(family) or phrasings["question"]
    found: list[str] = []
    for text in _filled(_shuffled(known, rng), words):
        if len(text.split()) in THUMBNAIL_WORDS and _is_new(text, found):
            found.append(text)
    return found


def phrased(name: str, words: dict[str, str], rng: np.random.Generator) -> str:
    """Return one of the phrasings called ``name`` (``premises``, ``angles``), filled."""
    known = _data("wording.yaml")[name]
    return next(_filled(_shuffled(known, rng), words))


def direction(cta: str) -> str:
    """Return what the caption is to do for a call to action."""
    return str(
        _data("wording.yaml")["directions"].get(cta, "Give one useful thing and end with the call to action.")
    )


def capitalized(text: str) -> str:
    """Return a text that begins with a capital; the rest is left alone."""
    start = 1 if text[:1] in "“\"'‘" else 0
    return text[:start] + text[start : start + 1].upper() + text[start + 1 :]


def _phrasings(family: str, tone: Tone, rng: np.random.Generator) -> list[str]:
    """Return the hook phrasings of a family in the order in which they are tried."""
    known = _data("wording.yaml")["hooks"].get(family, {})
    own = [] if tone == "plain" else list(known.get(tone, []))
    every = [*own, *known.get("plain", [])]
    keys = rng.random(len(every)).tolist()
    ranked = sorted(
        range(len(every)),
        key=lambda i: (not _names_it(every[i]), keys[i] - (i < len(own)) * 0.6),
    )
    return [every[i] for i in ranked]


def _shuffled(phrasings: list[str], rng: np.random.Generator) -> list[str]:
    return [phrasings[i] for i in rng.permutation(len(phrasings)).tolist()]


def _names_it(phrasing: str) -> bool:
    return any(slot in phrasing for slot in ("{s}", "{S}", "{name}", "{Name}"))


def _filled(phrasings: Iterable[str], words: dict[str, str]) -> Iterator[str]:
    """Yield the phrasings that ``words`` can fill."""
    for phrasing in phrasings:
        if {name for _, name, _, _ in Formatter().parse(phrasing) if name} <= words.keys():
            yield capitalized(phrasing.format_map(words))


def _is_new(text: str, found: Iterable[str]) -> bool:
    return all(token_set_ratio(text, other) < DISTINCT_BELOW for other in found)

"""The words of an idea: hooks, thumbnail texts, pain point. The phrasings are data (``wording.yaml``, ``topics.yaml``)."""

import re
import unicodedata
from functools import cache
from importlib.resources import files

import yaml
from rapidfuzz.fuzz import token_set_ratio

from content_pipeline.briefs.archetypes import perceived_hook
from content_pipeline.storage.records import Part

SUBJECT_LENGTH = 46
WANTED_HOOKS = 3
DISTINCT_BELOW = 80
"""Two hooks are distinct when their token-set similarity (0 to 100) is below this."""

_LINK = re.compile(r"https?://\S+|www\.\S+")
_TAIL = re.compile(r"\s*[|\[(【].*$|\s+(?:[-–—|]\s+).*$")


class Topic(Part):
    """A topic's own words."""

    matter: str
    goal: str
    pain: str
    why: str
    hashtags: list[str]


@cache
def _data(name: str) -> dict[str, dict[str, list[str]]]:
    text = files("content_pipeline.briefs").joinpath(name).read_text(encoding="utf-8")
    loaded: dict[str, dict[str, list[str]]] = yaml.safe_load(text)
    return loaded


@cache
def topic(family: str) -> Topic:
    """Return the words of a topic family; one without words of its own gets the general ones with its name."""
    topics = _data("topics.yaml")
    own = topics.get(family) or topics["general"]
    name = family.replace("_", " ")
    filled = {key: _fill(value, topic=name) for key, value in own.items() if key != "hashtags"}
    return Topic.model_validate(
        filled | {"hashtags": [_fill(tag, topic=name.replace(" ", "")) for tag in own["hashtags"]]}
    )


def subject(title: str, length: int = SUBJECT_LENGTH) -> str:
    """Return a trend's title as it can be spoken of in a sentence: quoted, without links, tags, emoji and shouting, cut at a word.

    What stands behind a dash, a bar or a bracket is left out when enough is left before it.
    """
    text = " ".join(_LINK.sub(" ", title).replace("#", " ").split())
    text = "".join(
        c for c in text if unicodedata.category(c) not in ("So", "Sk", "Cs", "Cn", "Co", "Cf", "Cc")
    )
    text = re.sub(r"[\"“”«»„]", "", text)
    text = re.sub(r"([!?.,;:])\1+", r"\1", text)
    head = _TAIL.sub("", text).strip()
    text = head if len(head) >= 8 else text
    if sum(c.isupper() for c in text) > 0.6 * max(1, sum(c.isalpha() for c in text)) and len(text) > 6:
        text = text.capitalize()
    if len(text) > length:
        cut = text[: length - 1]
        text = (cut.rsplit(" ", 1)[0] if " " in cut else cut).rstrip(" ,.;:!?-–&") + "…"
    return f"“{text.strip(' ,.;:-–!?')}”"


def speakable(title: str) -> bool:
    """Tell whether a title can be spoken of in a Latin-script language: it has letters, and all of them are Latin."""
    letters = [c for c in subject(title) if c.isalpha()]
    return len(letters) >= 4 and all("LATIN" in unicodedata.name(c, "") for c in letters)


def hooks(family: str, words: dict[str, str], order: list[int]) -> list[str]:
    """Return the distinct hooks of a family, in the order of ``order`` (a permutation seed): at least three.

    A phrasing that a viewer would take for another family, because of the trend's own words, is passed over.
    """
    phrasings = _data("wording.yaml")["hooks"][family]
    # What names the trend comes first: a reel is to say something about it.
    shuffled = sorted(
        (phrasings[i % len(phrasings)] for i in order), key=lambda phrase: "{subject}" not in phrase
    )
    filled = [_sentence(_fill(phrase, **words)) for phrase in shuffled]
    plain = [hook for hook in dict.fromkeys(filled) if perceived_hook(hook) == family]
    starts = [_distinct([*plain[i:], *plain[:i]]) for i in range(len(plain))]
    return next((found for found in starts if len(found) >= WANTED_HOOKS), max(starts, key=len, default=[]))


def _distinct(phrases: list[str]) -> list[str]:
    found: list[str] = []
    for phrase in phrases:
        if all(token_set_ratio(phrase, other) < DISTINCT_BELOW for other in found):
            found.append(phrase)
    return found


def thumbnails(family: str, words: dict[str, str]) -> list[str]:
    """Return thumbnail texts of three to seven words."""
    texts = [_sentence(_fill(text, **words)) for text in _data("wording.yaml")["thumbnails"][family]]
    return [text for text in texts if 3 <= len(text.split()) <= 7]


def direction(cta: str) -> str:
    """Return what the caption is to do for a call to action."""
    return str(_data("wording.yaml")["directions"][cta])


def _fill(value: object, **words: str) -> str:
    # Plain replacement: a title may contain braces.
    text = str(value)
    for name, word in words.items():
        text = text.replace("{" + name + "}", word)
    return text


def _sentence(text: object) -> str:
    told = str(text).strip()
    return told[:1].upper() + told[1:]

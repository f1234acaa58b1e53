"""How hateful or abusive a text is, from 0 to 1: a weighted sum of what its sentences do and of a linear model's opinion.

The rule that turns scores into findings is ``rules/hate.py``; how the weights were found is ``benchmarks/policy_hate_fit.py``.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from content_pipeline.review.abuse.lexicon import parted
from content_pipeline.review.abuse.linear import offensive_probability
from content_pipeline.review.abuse.sentences import found_in
from content_pipeline.review.spellings import readings

CONSTANT = -0.45
WEIGHTS = {
    # What is done to a group of people.
    "hated": 3.57,
    "insulted": 2.69,
    "excluded": 3.5,
    "dehumanised": 4.08,
    "threatened": 3.54,
    "cursed": 2.43,
    "slogans": 1.42,
    # Set by hand: the labelled sets have too few to fit it on.
    "extremist": 4.5,
    "border_talk": 1.18,
    "accusing": 0.36,
    # Words that are an attack by themselves.
    "slurs": 2.85,
    "slur_aimed": 0.9,
    "soft_slurs": -0.06,
    "soft_slur_model": 0.27,
    "ingroup": 1.66,
    "gendered": 1.37,
    "gendered_plural": 1.85,
    "gendered_aimed": 0.21,
    "gendered_self": -0.53,
    "gendered_model": 0.0,
    "insults": 0.05,
    # What is done to a person.
    "person_insulted": 0.38,
    "person_threatened": 2.45,
    "silenced": 0.35,
    # What takes it back.
    "strong_only": -0.53,
    "things_insulted": -0.01,
    "countered": -2.48,
    "countering": -0.39,
    "warm": -0.35,
    # The linear model's log-odds, clipped to 4.
    "model": 0.39,
}
"""Log-odds a feature. Fitted in November 2026 on half of Davidson, Surge and TweetEval (by hash of the text) and half of the
functional cases of the tests (a tenth of the weight), by logistic regression with a prior of each weight and its sign set by hand."""
_TWICE = {"slurs", "soft_slurs", "ingroup", "gendered_plural", "slogans", "insults"}
"""Features that count a second time; of all others it matters only whether they are there."""
HATEFUL = (
    "hated",
    "insulted",
    "excluded",
    "dehumanised",
    "threatened",
    "cursed",
    "slogans",
    "extremist",
    "slurs",
    "slur_aimed",
    "person_threatened",
)
PROFANE = ("strong", "gendered", "gendered_plural", "ingroup", "silenced")
_PASSAGE = 280
_END = re.compile(r"(?<=[.!?…])\s+")


@dataclass(frozen=True)
class Passage:
    """A passage of a text with its score in [0, 1], and whether it is hate (not abuse alone) or holds strong language."""

    text: str
    score: float
    hateful: bool
    profane: bool


def abuse_score(text: str) -> float:
    """Return how hateful or abusive a text is, in [0, 1]: that of its worst passage; the same for the same text.

    From 0.75 on people should look at it; from 0.8 on what is aimed at a group is not to be published. Disguised spellings count
    as what they read as. 0 for a text without words.
    """
    return max((passage.score for passage in scored([text])), default=0.0)


def scored(forms: Sequence[str]) -> list[Passage]:
    """Return the passages of a text's forms (each is read as it is, and with disguises undone), in order.

    A passage is a line, or up to 280 characters of its sentences, so that a long script hides nothing.
    """
    read = [form for whole in forms for passage in passages(whole) for form in readings(passage)]
    return [_judged(form) for form in dict.fromkeys(read)]


def passages(text: str) -> Iterator[str]:
    """Yield the lines of a text; sentence by sentence up to 280 characters where a line is longer."""
    for line in filter(str.strip, text.splitlines()):
        passage = ""
        for sentence in _END.split(line):
            if passage and len(passage) + len(sentence) > _PASSAGE:
                yield passage
                passage = sentence
            else:
                passage = f"{passage} {sentence}" if passage else sentence
        yield passage


def worst_sentence(passage: str) -> str:
    """Return the sentence of a passage that scores highest alone, to be shown."""
    return max(_END.split(passage), key=lambda sentence: _judged(sentence).score)


def features(found: Mapping[str, int], model: float) -> dict[str, float]:
    """Return the values that ``WEIGHTS`` weigh, from what was found and the linear model's probability in [0, 1]."""
    odds = math.log(min(max(model, 0.001), 0.999) / (1 - min(max(model, 0.001), 0.999)))
    gendered = bool(found["gendered"] or found["gendered_plural"])
    values = {name: float(min(found[name], 2 if name in _TWICE else 1)) for name in WEIGHTS}
    return values | {
        "model": min(max(odds, -4.0), 4.0),
        "soft_slur_model": min(max(odds, 0.0), 4.0) * bool(found["soft_slurs"]),
        "gendered_model": min(max(odds, 0.0), 4.0) * gendered,
        "gendered_self": values["gendered_self"] * gendered,
        "border_talk": values["border_talk"] * bool(found["groups"]),
        "accusing": values["accusing"] * bool(found["groups"]),
    }


@lru_cache(maxsize=4096)
def _judged(text: str) -> Passage:
    """Return a reading of a passage with its score; kept, because the variants of a script share many lines."""
    text = parted(text)
    found = found_in(text)
    values = features(found, offensive_probability(text))
    total = CONSTANT + sum(WEIGHTS[name] * value for name, value in values.items())
    return Passage(
        text,
        1 / (1 + math.exp(-total)),
        hateful=any(found[name] for name in HATEFUL),
        profane=any(found[name] for name in PROFANE),
    )

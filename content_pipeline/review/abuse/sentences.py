"""What a sentence does with whom: patterns over the letters that the lexicon gives its words.

A protected group near what dehumanises, accuses, excludes or threatens it; insults and threats at a person; and what takes such a
finding back: a negation, or a sentence that reports and counters it. Weights are in ``score``.
"""

import re
from collections import Counter

from content_pipeline.review.abuse.lexicon import encoded, tokens


def _patterns(table: dict[str, list[str]]) -> dict[str, re.Pattern[str]]:
    return {name: re.compile("|".join(patterns)) for name, patterns in table.items()}


_THEM = re.compile(
    r"(?<=[HVX])q$"
)  # "them" at the end is those that were spoken of; elsewhere it may be "them people"
_SENTENCE = re.compile(r"[.!?;\n]+(?=\s|$)|\n")
_AT_GROUPS = _patterns(
    {
        "dehumanised": [r"[GS][^N]{0,2}?B[qAaFU.]{0,2}?[Dd]", r"[GS]D", r"Dq?[GS]", r"BG[^N]{0,2}[Dd]"],
        "insulted": [r"G[^NJ]{0,2}?B[qAaFU.]{0,2}?[AaCU]", r"[AaU]{1,2}G", r"BG[^NJ]{0,2}?[AaCU]", r"G[UA]"],
        "hated": [r"(?<![NTOhYGPX.])(?<!N.)H[q.]{0,2}G", r"(?:^|[^N.])I[^N]{0,2}H.{0,3}?G", r"G[^N]{0,2}?E"],
        "excluded": [
            r"(?:^|[IMmNK])q?X.{0,4}?G",
            r"(?<!N)G.{0,2}?M.{0,2}?[Xx]",
            r"G.{0,2}?N[^TGBM]{0,3}?L",
            r"G.{0,2}?NB.?L",
            r"Nq?G.{0,2}?L",
            r"GX",
            r"GM.{0,1}?K",
            r"Nq?Gq?X",
            r"G[^N]{0,2}?m?!",
        ],
        "threatened": [
            r"(?:^|[IMm])q?V[^N]{0,5}?G",
            r"Im?w[^N]{0,3}?G",
            r"(?<!N)(?<!Nq)G[^N]{0,2}?M.{0,2}?[VvZ]",
            r"(?<!N)(?<!Nq)G[^N]{0,2}?Z",
            r"I[^N]{0,2}?V[^N]{0,3}?G",
            r"mq?G.{0,2}?[VvXxF]",
            r"(?<!N)(?<!Nq)G[^NTIPOh]{0,6}?Mv",
            r"Vq[GS]",
        ],
        "cursed": [r"[Fa]{1,2}q?[GS]", r"Hq?S"],
    }
)
"""What is done to a group (``G``, or a slur ``S``), by name."""
_AT_PERSONS = _patterns(
    {
        "person_insulted": [
            r"PB?[qAFbp.]{0,2}?[AUDS]",
            r"[Oh][^N]{0,1}?B[^N]{0,3}?[AUDSbp]",
            r"[UA]P(?:$|[^BMmY])",
            r"P[AFqB]{0,3}[bp]",
            r"Ps",
        ],
        "person_threatened": [r"^[^N]*Z", r"I[^N]{0,1}?[Mm]?[VwX][qF]?[POh]", r"m[Vw][POh]"],
        "silenced": [r"!"],
        "gendered_aimed": [
            r"[AaFqPOD][bp]",
            r"[bp][BMEN]",
            r"[bp].[BN]",
            r"G.{0,2}B.{0,2}[bp]",
            r"![qF]{0,2}[bp]",
        ],
        "gendered_self": [r"[IhY].?B?.{0,2}[bp]", r"J", r"[bp]I", r"h.*[bp]"],
        "slur_aimed": [r"[PqAFaDB]s", r"sB[^J]", r"[PqAFaDOhHV]S"],
    }
)
"""What is done to a person, and at whom words are aimed that may be meant otherwise."""
_DENIED = re.compile(r"G.?B?N.{0,2}?[AaDdCU]|N.{0,1}?H.{0,2}?G|IN.{0,2}H")
_REPORTED = re.compile(r"N.{0,3}Y|W|Y.*W")
_STRONG_ONLY = re.compile(r"^(?=.*F)[^GSsPOhbpnTUD!ZKk]*$")
_THINGS = re.compile(r"^(?=.*[AaUDdC])[^GSsPOhbpnTIZKk]*$")
_COUNTED = {
    "S": "slurs",
    "s": "soft_slurs",
    "n": "ingroup",
    "b": "gendered",
    "p": "gendered_plural",
    "F": "strong",
    "K": "slogans",
    "k": "extremist",
    "G": "groups",
    "W": "countering",
    "c": "border_talk",
    "C": "accusing",
    "J": "warm",
    "U": "insults",
    "A": "insults",
    "D": "insults",
}


def found_in(passage: str) -> Counter[str]:
    """Return what a passage's sentences do, by name, with how often.

    Names are those of the patterns, ``countered`` for what a sentence takes back, ``strong_only`` and ``things_insulted`` for hard
    words that nobody is the target of, and counts of telling words (``slurs``, ``insults``).
    """
    found: Counter[str] = Counter()
    spoken_of = False
    for sentence in _SENTENCE.split(passage):
        letters = encoded(tokens(sentence))
        if spoken_of or ("T" in letters and re.search("[GS].*T", letters)):
            letters = letters.replace("T", "G")
        if spoken_of:
            letters = _THEM.sub("G", letters)
        spoken_of = spoken_of or "G" in letters or "S" in letters
        _look(letters, found)
        for tag in sentence.split("#")[1:]:
            _look_at_groups(encoded(tokens(tag)), found)
    return found


def _look(letters: str, found: Counter[str]) -> None:
    for letter in letters:
        name = _COUNTED.get(letter)
        if name:
            found[name] += 1
    if "J" in letters:
        letters = letters.replace("s", "")  # said of oneself, or in praise
    found["strong_only"] += bool(_STRONG_ONLY.search(letters))
    found["things_insulted"] += bool(_THINGS.search(letters))
    found["countered"] += bool(_DENIED.search(letters))
    _look_at_groups(letters, found)
    for name, pattern in _AT_PERSONS.items():
        found[name] += bool(pattern.search(letters))


def _look_at_groups(letters: str, found: Counter[str]) -> None:
    if "G" not in letters and "S" not in letters:
        return
    reported = bool(_REPORTED.search(letters))
    for name, pattern in _AT_GROUPS.items():
        if pattern.search(letters):
            found["countered" if reported else name] += 1

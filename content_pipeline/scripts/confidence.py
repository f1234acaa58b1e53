"""How far a model's script is to be believed: what validators, evidence and originality agree on, and a little of what it says itself.

Each part is in [0, 1]; what lowers one is told as a doubt. What cannot be used at all is refused before, by the engine.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.fuzz import partial_ratio, token_set_ratio

from content_pipeline.accounts import Account
from content_pipeline.briefs.archetypes import archetypes
from content_pipeline.scripts.engines.base import Draft
from content_pipeline.trends.words.language import language_of

VALIDATORS, EVIDENCE, ORIGINALITY, SELF_REPORT = 0.35, 0.35, 0.2, 0.1
"""Weights. A model's word counts least: it is as sure of what it invents."""
NO_EVIDENCE = 0.5
"""The coverage of a script that claims nothing from the evidence: nothing is wrong, and nothing is shown."""
QUOTED = 90.0
"""A quote may differ from its title in a comma or a capital (partial ratio)."""
NEAR, SAME = 60.0, 100.0
"""Token-set similarity to a used hook: up to ``NEAR`` it is new, at ``SAME`` it is that hook."""
PASTED = 92.0
SMALL = 10
"""Counts up to this need no evidence: three moves, ten minutes."""
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True)
class Confidence:
    """A value in [0, 1] and what lowered it."""

    value: float
    doubts: list[str]


def confidence(
    draft: Draft,
    account: Account,
    titles: Sequence[str],
    avoid: Sequence[str],
    unsupported: Sequence[str],
    self_report: float,
) -> Confidence:
    """Return how far a draft is to be believed.

    Args:
        draft: what a model wrote, valid in form and length.
        account: who speaks.
        titles: those of the evidence.
        avoid: hooks that were used.
        unsupported: statements that were meant as evidence and rest on nothing.
        self_report: what the model says of itself; taken as 0 where it is no number from 0 to 1.
    """
    faults = list(_faults(draft, account))
    figures = unsupported_figures(draft, titles)
    shown = sum(claim.kind == "evidence" for claim in draft.claims)
    missing = len(unsupported) + len(figures)
    coverage = shown / (shown + missing) if shown + missing else NO_EVIDENCE
    original, stale = _originality(draft, titles, avoid)
    report = self_report if math.isfinite(self_report) and 0 <= self_report <= 1 else 0.0
    value = (
        VALIDATORS * (1 - len(faults) / CHECKS)
        + EVIDENCE * coverage
        + ORIGINALITY * original
        + SELF_REPORT * report
    )
    doubts = [*faults, *(f"rests on no evidence: {text}" for text in unsupported)]
    doubts += [f"a figure that is not in the evidence: {figure}" for figure in figures]
    doubts += ["no claim rests on the evidence"] if not shown and not missing else []
    return Confidence(round(value, 4), [*doubts, *stale])


CHECKS = 7


def _faults(draft: Draft, account: Account) -> Iterator[str]:
    """Yield what each of the ``CHECKS`` validators finds: at most one sentence each."""
    known, shape = archetypes(), draft.archetype
    hook, call = draft.hook.on_screen_text, draft.cta.voice_text
    if not _matches(known.hook_families[shape.hook_family].pattern, hook):
        yield f"the hook does not open as {shape.hook_family} does"
    body = draft.caption_long.splitlines()
    if not any(_matches(known.formats[shape.format].pattern, line) for line in body):
        yield f"the caption does not show the format {shape.format}"
    if not _matches(known.ctas[shape.cta].pattern, call):
        yield f"the last line is no {shape.cta}"
    if not 3 <= len(draft.cover_text.split()) <= 7:
        yield "the cover has not 3 to 7 words"
    if len(draft.beats) != known.duration_bands[shape.duration_band].beats:
        yield f"{len(draft.beats)} beats instead of {known.duration_bands[shape.duration_band].beats}"
    spoken = " ".join(line.voice_text for line in draft.lines)
    if (found := language_of(None, spoken)) not in (None, account.language):
        yield f"written in {found}, not in {account.language}"
    beats = [beat.voice_text.casefold() for beat in draft.beats]
    if any(token_set_ratio(a, b) > 85 for i, a in enumerate(beats) for b in beats[:i]):
        yield "two beats say the same"


def supported(quote: str | None, title: str) -> bool:
    """Tell whether a quote stands in a title."""
    plain = " ".join((quote or "").split()).casefold()
    return (
        len(plain) > 2 and partial_ratio(plain, title.casefold()) >= QUOTED and len(plain) <= len(title) + 2
    )


def unsupported_figures(draft: Draft, titles: Sequence[str]) -> list[str]:
    """Return numbers above ``SMALL`` that are said or shown and stand in no title."""
    given = {_plain(figure) for title in titles for figure in _FIGURE.findall(title)}
    texts = [draft.cover_text, draft.caption_long, draft.caption_short]
    texts += [text for line in draft.lines for text in (line.on_screen_text, line.voice_text)]
    said = dict.fromkeys(_plain(figure) for text in texts for figure in _FIGURE.findall(text))
    return [
        figure for figure in said if figure not in given and not (figure.isdigit() and int(figure) <= SMALL)
    ]


def _originality(draft: Draft, titles: Sequence[str], avoid: Sequence[str]) -> tuple[float, list[str]]:
    hook = draft.hook.on_screen_text.casefold()
    nearest = max((token_set_ratio(hook, used.casefold()) for used in avoid), default=0.0)
    lines = [text.casefold() for line in draft.lines for text in (line.on_screen_text, line.voice_text)]
    long_titles = [title.casefold() for title in titles if len(title.split()) >= 4]
    if any(
        partial_ratio(title, text) >= PASTED
        for title in long_titles
        for text in lines
        if len(text) >= len(title)
    ):
        return 0.0, ["a title of the evidence is pasted into a line"]
    value = 1 - min(max((nearest - NEAR) / (SAME - NEAR), 0.0), 1.0)
    return value, ["the hook is near one that was used"] if value < 0.5 else []


def _matches(pattern: str, line: str) -> bool:
    return re.search(pattern, line.strip(), re.IGNORECASE) is not None


def _plain(figure: str) -> str:
    return figure.replace(",", "")

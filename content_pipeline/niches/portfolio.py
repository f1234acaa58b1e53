"""Which candidates get a pilot: greedily the one that adds most, less what it shares with those already taken.

Why each was taken or left is said in words. What a pilot consists of belongs in ``pilots``.
"""

from collections.abc import Set as AbstractSet
from typing import NamedTuple

from content_pipeline.niches.records import Choice
from content_pipeline.niches.scoring import MIN_ITEMS, Scored

LEAST, MOST = 2, 6
OVERLAP_COST = 0.5
"""What a full overlap with a niche already taken costs, in units of the total: two such pilots would fish in the same pond."""


class _Overlap(NamedTuple):
    share: float
    niche: str | None


class Portfolio(NamedTuple):
    """The niches taken, in the order of taking, and a reason for every candidate, in the order of ranks."""

    taken: list[Scored]
    choices: list[Choice]
    note: str | None


def choose_portfolio(scored: list[Scored], size: int) -> Portfolio:
    """Return at most ``size`` niches among those with enough items; with fewer than two of them, none.

    A candidate is worth its total, pulled to the mean of all by what its confidence lacks (Kelley's regressed score),
    less OVERLAP_COST times its overlap with the nearest niche taken.
    """
    able = [s for s in scored if s.score.evidence == "enough"]
    worth = _worth(able)
    if len(able) < LEAST:
        note = (
            f"no portfolio: {_count(len(able))} in the window; ingest more sources or days (--days), a portfolio "
            f"needs {LEAST}"
        )
        return Portfolio([], [_left(s, worth, None, note) for s in scored], note)
    taken: list[Scored] = []
    reasons: dict[str, Choice] = {}
    while len(taken) < min(size, len(able)):
        open_ones = [s for s in able if s not in taken]
        best = max(open_ones, key=lambda s: (_gain(s, taken, worth), -s.score.rank))
        reasons[best.score.niche] = _took(best, taken, able, worth)
        taken.append(best)
    choices = [reasons.get(s.score.niche) or _left(s, worth, taken, None) for s in scored]
    fewer = f"only {_count(len(able))} in the window: {len(taken)} of {size} taken"
    return Portfolio(taken, choices, None if len(taken) == size else fewer)


def _worth(able: list[Scored]) -> dict[str, float]:
    mean = sum(s.score.total for s in able) / max(len(able), 1)
    return {s.score.niche: mean + s.score.confidence * (s.score.total - mean) for s in able}


def _gain(candidate: Scored, taken: list[Scored], worth: dict[str, float]) -> float:
    return worth[candidate.score.niche] - OVERLAP_COST * _overlap(candidate, taken).share


def _overlap(candidate: Scored, taken: list[Scored]) -> _Overlap:
    """Return the largest share of items, authors or terms (Jaccard) that a candidate has in common with one taken, and which."""
    shares = [
        _Overlap(
            max(
                _jaccard(candidate.item_keys, other.item_keys),
                _jaccard(candidate.author_keys, other.author_keys),
                _jaccard(set(candidate.candidate.category.terms), set(other.candidate.category.terms)),
            ),
            other.score.niche,
        )
        for other in taken
    ]
    return max(shares, default=_Overlap(0.0, None))


def _jaccard(one: AbstractSet[str], other: AbstractSet[str]) -> float:
    return len(one & other) / len(one | other) if one | other else 0.0


def _took(best: Scored, taken: list[Scored], able: list[Scored], worth: dict[str, float]) -> Choice:
    overlap = _overlap(best, taken)
    reason = f"taken as number {len(taken) + 1}: strongest in {' and '.join(_strengths(best, able))}"
    if overlap.share >= 0.01:
        reason += f"; shares {overlap.share:.0%} of its items, authors or terms with {overlap.niche}"
    return _choice(best, True, worth, overlap, reason)


def _strengths(best: Scored, able: list[Scored]) -> list[str]:
    """Return the two components in which a candidate is furthest above the mean of all."""
    above = {}
    for name, part in best.score.components.items():
        values = [value for s in able if (value := s.score.components[name].value) is not None]
        if part.value is not None:
            above[name.replace("_", " ")] = part.value - sum(values) / len(values)
    return sorted(above, key=lambda name: -above[name])[:2]


def _left(candidate: Scored, worth: dict[str, float], taken: list[Scored] | None, note: str | None) -> Choice:
    score = candidate.score
    overlap = _overlap(candidate, taken or [])
    if score.evidence == "none":
        reason = "left: no item of the window is about it, so nothing but its needs is known"
    elif score.evidence == "thin":
        reason = f"left: {score.items} of the {MIN_ITEMS} items that it takes to tell"
    elif note is not None:
        reason = note
    elif overlap.share >= 0.5:
        reason = f"left: shares {overlap.share:.0%} of its items, authors or terms with {overlap.niche}"
    else:
        cost = OVERLAP_COST * overlap.share
        less = f" less {cost:.2f} for what it shares with {overlap.niche}" if cost >= 0.005 else ""
        reason = f"left: worth {worth[score.niche]:.2f}{less}, below those taken"
    return _choice(candidate, False, worth, overlap, reason)


def _choice(s: Scored, taken: bool, worth: dict[str, float], overlap: _Overlap, reason: str) -> Choice:
    return Choice(
        niche=s.score.niche,
        taken=taken,
        worth=round(worth.get(s.score.niche, s.score.total * s.score.confidence), 4),
        overlap=round(overlap.share, 4),
        nearest=overlap.niche,
        reason=reason,
    )


def _count(able: int) -> str:
    return "1 candidate has enough items" if able == 1 else f"{able} candidates have enough items"

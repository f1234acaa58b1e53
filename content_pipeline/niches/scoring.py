"""From items to ranked candidates: totals over what is known, their intervals and confidence, and the risks by name.

How a component is measured belongs in ``components``; which candidates are taken in ``portfolio``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from content_pipeline.niches import components
from content_pipeline.niches.capabilities import PRODUCES
from content_pipeline.niches.components import Draws, Evidence, Measured
from content_pipeline.niches.matching import BUYING, SPONSORED, Texts
from content_pipeline.niches.records import WEIGHTS, ComponentName, NicheComponent, NicheScore, Risk
from content_pipeline.niches.seeds import Candidate, Seeds
from content_pipeline.trends.words.safety import safety_flags

DRAWS = 400
INTERVAL = (10, 90)
"""Percentiles of the draws: an 80 % interval, wide enough to show that neighbours are alike and narrow enough to choose by."""
MIN_ITEMS = 10
"""With fewer items a candidate is listed after the others: its percentiles are those of single items."""
FLAGGED = 0.05
MIN_FLAGGED = 2
"""Share of a category's items, and number, with a safety flag from which it is named as a risk."""
EXAMPLES = 3

_CLAIMS = {
    "medical": "medical claims: no promise or diagnosis, a disclaimer, sources for every figure",
    "financial": "financial claims: no promised returns, no advice to a person, a disclaimer",
    "legal": "legal claims: no advice to a person, a disclaimer",
}


@dataclass(frozen=True)
class Scored:
    """A candidate's score with what the portfolio compares: its items and authors (keys) and its draws."""

    score: NicheScore
    candidate: Candidate
    item_keys: frozenset[str]
    author_keys: frozenset[str]


def score_candidates(items: pd.DataFrame, seeds: Seeds, days: int, top: int, seed: int = 0) -> list[Scored]:
    """Return all candidates, best first: those with enough items, then the others; within each by total.

    Args:
        items: what ``read_items`` returns.
        seeds: whose candidates are scored; percentiles are among all of them.
        days: length of the window.
        top: the portfolio's size, for ``chance_top``.
        seed: of the resampling.
    """
    evidence, base = _gather(items, seeds, seed)
    found = _components(evidence, base, days)
    totals = np.array([_total(parts) for parts in found])
    enough = np.array([len(e.items) >= MIN_ITEMS for e in evidence])
    # Only those that may be taken compete for a place.
    places = rankdata(np.where(enough[:, None], -totals, np.inf), axis=0, method="min")
    chance = (places[:, 1:] <= top).mean(axis=1)
    order = sorted(range(len(evidence)), key=lambda at: (_tier(evidence[at]), -totals[at, 0], at))
    return [
        _scored(rank, evidence[at], found[at], totals[at], float(chance[at]) if enough[at] else 0.0)
        for rank, at in enumerate(order, start=1)
    ]


def _gather(items: pd.DataFrame, seeds: Seeds, seed: int) -> tuple[list[Evidence], float | None]:
    """Return the evidence of every candidate, and the rate of items with buying or sponsorship words, None if there is none."""
    texts = Texts(items, seeds.fiction)
    buying, sponsored = texts.say(BUYING), texts.say(SPONSORED)
    hits = int((buying | sponsored).sum())
    rng = np.random.default_rng(seed)
    evidence = []
    for category_id, category in seeds.categories.items():
        about = texts.about(category)
        own = items[about]
        w = components.resampling(len(own), DRAWS, rng)
        for candidate in (c for c in seeds.candidates if c.category_id == category_id):
            angle = texts.say(candidate.angle.words, about)
            evidence.append(Evidence(candidate, own, angle, buying[about], sponsored[about], w))
    return evidence, hits / len(items) if hits else None


def _components(
    evidence: Sequence[Evidence], base: float | None, days: int
) -> list[dict[ComponentName, Measured]]:
    demand, saturation = components.demand(evidence, days), components.low_saturation(evidence)
    return [
        {
            "demand": wanted,
            "low_saturation": opened,
            "feasibility": components.feasibility(e),
            "differentiation": components.differentiation(e),
            "monetization": components.monetization(e, base),
        }
        for e, wanted, opened in zip(evidence, demand, saturation, strict=True)
    ]


def _total(parts: dict[ComponentName, Measured]) -> Draws:
    """Return the weighted mean of what is known; feasibility always is."""
    known = [(WEIGHTS[name], part.draws) for name, part in parts.items() if part.draws is not None]
    total: Draws = np.sum([weight * draws for weight, draws in known], axis=0) / sum(w for w, _ in known)
    # Resampling pulls percentiles to the middle and makes authors look more unequal: only its spread is used, about the value.
    total[1:] = np.clip(total[1:] + total[0] - np.median(total[1:]), 0.0, 1.0)
    return total


def _tier(e: Evidence) -> int:
    return 0 if len(e.items) >= MIN_ITEMS else 1 if len(e.items) else 2


def _scored(
    rank: int, e: Evidence, parts: dict[ComponentName, Measured], total: Draws, chance: float
) -> Scored:
    candidate = e.candidate
    low, high = np.percentile(total[1:], INTERVAL)
    score = NicheScore(
        rank=rank,
        niche=candidate.id,
        category=candidate.category_id,
        angle=candidate.angle_id,
        title=f"{candidate.category.title}: {candidate.angle.title}",
        audience=candidate.category.audience,
        total=round(float(total[0]), 4),
        low=round(float(low), 4),
        high=round(float(high), 4),
        chance_top=round(chance, 4),
        confidence=round(sum(WEIGHTS[name] * part.confidence for name, part in parts.items()), 4),
        evidence=("enough", "thin", "none")[_tier(e)],
        items=len(e.items),
        angle_items=int(e.angle.sum()),
        components={name: _component(part) for name, part in parts.items()},
        risks=_risks(e),
        formats=candidate.category.formats,
        needs=list(candidate.needs),
        monetization_routes=candidate.category.monetization,
        examples=_examples(e),
    )
    sources = e.items["source"].astype(str)
    return Scored(
        score,
        candidate,
        frozenset(sources + "/" + e.items["external_id"].astype(str)),
        frozenset(e.items["author"].dropna().astype(str)),
    )


def _component(part: Measured) -> NicheComponent:
    value = None if part.draws is None else round(float(part.draws[0]), 4)
    return NicheComponent(value=value, confidence=round(part.confidence, 4), rests_on=part.rests_on)


def _risks(e: Evidence) -> list[Risk]:
    risks = [Risk(kind="claims", text=_CLAIMS[kind]) for kind in e.candidate.category.claims]
    missing = [need for need in e.candidate.needs if need not in PRODUCES]
    if missing:
        risks.append(Risk(kind="production", text=f"needs what is not made here: {', '.join(missing)}"))
    return risks + _flagged(e.items)


def _flagged(items: pd.DataFrame) -> list[Risk]:
    counts: dict[str, int] = {}
    for item in items.itertuples():
        category = item.category if isinstance(item.category, str) else None
        for flag in safety_flags(str(item.title), nsfw=bool(item.nsfw), category=category):
            counts[flag] = counts.get(flag, 0) + 1
    return [
        Risk(kind="safety", text=f"{flag}: {count} of {len(items)} items are flagged")
        for flag, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        if count >= MIN_FLAGGED and count / len(items) >= FLAGGED
    ]


def _examples(e: Evidence) -> list[str]:
    """Return the titles of the items that stand best in their sources, those with the angle first."""
    ordered = e.items.assign(angle=e.angle).sort_values(
        ["angle", "standing"], ascending=False, kind="stable", na_position="last"
    )
    return [str(title) for title in ordered["title"].head(EXAMPLES)]

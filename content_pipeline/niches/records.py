"""What niche strategy tells: scored candidates, the portfolio with its pilots, and later the verdicts. Plain values for JSON."""

from datetime import date
from typing import Literal

from content_pipeline.storage.records import Part

ComponentName = Literal["demand", "low_saturation", "feasibility", "differentiation", "monetization"]

WEIGHTS: dict[ComponentName, float] = {
    "demand": 0.25,
    "low_saturation": 0.20,
    "feasibility": 0.20,
    "differentiation": 0.15,
    "monetization": 0.20,
}
"""How much each component counts in the total."""


class NicheComponent(Part):
    """A component in [0, 1], or null where the lake does not tell; how far it is to be believed, and what it rests on."""

    value: float | None
    confidence: float
    rests_on: str


class Risk(Part):
    """A reason for care: a safety flag of its items, a kind of claim that comes with it, or a need that is not met."""

    kind: Literal["safety", "claims", "production"]
    text: str


class NicheScore(Part):
    """A candidate's score.

    ``total`` is the weighted mean of the components that are known, in [0, 1]; ``low`` and ``high`` hold it in 80 % of
    resamplings of the items; ``chance_top`` is the share of them in which it is among the best of the portfolio's size;
    ``confidence`` is the weighted mean of the components' confidences, an unknown one counting 0. ``items`` are those about
    the category, ``angle_items`` those of them that take the angle. ``evidence``: ``enough`` items to rank it, too few
    (``thin``), or ``none``.
    """

    rank: int
    niche: str
    category: str
    angle: str
    title: str
    audience: str
    total: float
    low: float
    high: float
    chance_top: float
    confidence: float
    evidence: Literal["enough", "thin", "none"]
    items: int
    angle_items: int
    components: dict[ComponentName, NicheComponent]
    risks: list[Risk]
    formats: list[str]
    needs: list[str]
    monetization_routes: list[str]
    examples: list[str]


class PilotPost(Part):
    """A post of a pilot: when, about what, and the factors by which pilots are kept varied."""

    number: int
    date: date
    topic: str
    hook_family: str
    format: str
    duration_band: str
    cta: str


class Choice(Part):
    """Why a candidate was taken into the portfolio, or left. ``worth`` is its total pulled to the mean by its confidence."""

    niche: str
    taken: bool
    worth: float
    overlap: float
    nearest: str | None
    reason: str


class Pilot(Part):
    """A niche of the portfolio with its posts."""

    niche: str
    persona: str
    posts: list[PilotPost]


class NicheReport(Part):
    """What `content-pipeline niches` tells: the window, every candidate, best first, the portfolio and its pilots."""

    first_day: date
    last_day: date
    items: int
    sources: list[str]
    weights: dict[ComponentName, float]
    scores: list[NicheScore]
    choices: list[Choice]
    pilots: list[Pilot]
    note: str | None


class Measure(Part):
    """One measure of a pilot: its typical value, that of what it is compared with, and the chance that it is better."""

    name: str
    unit: str
    value: float | None
    bar: float | None
    observations: int
    chance_better: float | None


class Verdict(Part):
    """What becomes of a pilot. ``chance`` is the probability that it is better than its peers, over all measures that are known."""

    account: str
    niche: str
    verdict: Literal["keep", "kill", "not yet"]
    chance: float | None
    posts: int
    planned: int
    measures: list[Measure]
    reason: str

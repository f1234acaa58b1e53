"""Rows that the optimizer makes: versions for the policy registry and the evidence for each."""

from datetime import date, datetime
from typing import Literal

from content_pipeline.briefs.records import FactorWeight, Mode
from content_pipeline.storage.records import Part, Record

EXPLORATION_FLOOR = 0.05
EXPLORATION_CAP = 0.40


class RewardModel(Record):
    """A version of the model of log views over archetype factors, learned from all that was observed before ``as_of``."""

    version_id: str
    account: str
    day: date
    as_of: datetime
    posts: int
    snapshots: int
    noise_sd: float
    temperature: float
    weights: list[FactorWeight]
    best_archetype: str | None
    evidence: str


class Contrast(Part):
    """A planned comparison of two levels of one factor on log views, and its group-sequential reading so far."""

    factor: str
    level_a: str
    level_b: str
    posts_a: int
    posts_b: int
    difference: float | None
    standard_error: float | None
    z: float | None
    boundary: float | None


class ExperimentDecision(Record):
    """The state of one planned contrast. Selection never waits for it."""

    experiment_id: str
    account: str
    day: date
    as_of: datetime
    contrast: Contrast
    outcome: Literal["winner_a", "winner_b", "no_difference", "inconclusive"]
    reason: str


class ModeDecision(Record):
    """The mode and exploration share for the coming day, read off from what is still to be learned."""

    version_id: str
    account: str
    day: date
    as_of: datetime
    mode: Mode
    exploration: float
    expected_regret: float
    reason: str


class MonetizationPlan(Record):
    """KPI weights for the coming day; held at the default while the evidence is thin."""

    version_id: str
    account: str
    day: date
    as_of: datetime
    kpi_weights: dict[str, float]
    intent_rate: float | None
    confidence: float
    held: bool
    reason: str

"""What the optimizer writes as versions: the payloads for the policy registry and the rows that keep the
evidence for them.

A row's ``version_id`` is the id that the registry gives to the same payload, so that a post's policy version
leads to its evidence.
"""

from datetime import date, datetime
from typing import Any

from content_pipeline.briefs.records import Archetype, FactorWeight
from content_pipeline.optimizer.records import ModeDecision, MonetizationPlan, RewardModel
from content_pipeline.optimizer.reward import FittedModel
from content_pipeline.storage.records import Stamp, stable_id

DECIMALS = 6
"""Weights are rounded, so that another machine's last bits do not make another version."""


def policy_id(account: str, kind: str, effective_at: datetime, payload: dict[str, Any]) -> str:
    """Return the id under which the policy registry keeps this version."""
    return stable_id("policy", account, kind, effective_at, payload)


def reward_model_row(model: FittedModel, account: str, day: date, stamp: Stamp) -> RewardModel:
    """Return the version of a fitted model; it comes into force at the model's ``as_of``."""
    weights = [_rounded(weight) for weight in model.weights]
    payload = _reward_payload(weights, model.config.temperature)
    return RewardModel(
        **stamp.fields(),
        version_id=policy_id(account, "reward_model", model.as_of, payload),
        account=account,
        day=day,
        as_of=model.as_of,
        posts=model.posts,
        snapshots=model.snapshots,
        noise_sd=model.noise_sd,
        temperature=model.config.temperature,
        weights=weights,
        best_archetype=_best_archetype(weights),
        evidence=_evidence(model),
    )


def reward_model_payload(row: RewardModel) -> dict[str, Any]:
    """Return the registry's payload of kind ``reward_model``."""
    return _reward_payload(row.weights, row.temperature)


def mode_payload(row: ModeDecision) -> dict[str, Any]:
    """Return the registry's payload of kind ``mode``."""
    return {"mode": row.mode, "exploration": row.exploration}


def monetization_payload(row: MonetizationPlan) -> dict[str, Any]:
    """Return the registry's payload of kind ``monetization``."""
    return {"kpi_weights": row.kpi_weights}


def _reward_payload(weights: list[FactorWeight], temperature: float) -> dict[str, Any]:
    return {"weights": [weight.model_dump() for weight in weights], "temperature": temperature}


def _rounded(weight: FactorWeight) -> FactorWeight:
    return weight.model_copy(update={"mean": round(weight.mean, DECIMALS), "sd": round(weight.sd, DECIMALS)})


def _best_archetype(weights: list[FactorWeight]) -> str | None:
    """Return the archetype of the best level of each factor, among levels that were posted; none before every
    factor was.
    """
    best: dict[str, str] = {}
    for factor in Archetype.model_fields:
        tried = [w for w in weights if w.factor == factor and w.posts]
        if not tried:
            return None
        best[factor] = max(tried, key=lambda w: (w.mean, w.level)).level
    return Archetype(**best).key


def _evidence(model: FittedModel) -> str:
    if not model.posts:
        return "no post was measured yet: every weight is its prior"
    return (
        f"{model.posts} posts with {model.snapshots} snapshots observed by {model.as_of:%Y-%m-%d %H:%M} UTC; "
        f"noise {model.noise_sd:.2f} and prequential log score {model.log_score:.3f} per post (log views)"
    )

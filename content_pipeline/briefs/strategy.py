"""The strategy of a day: what the policy versions in force ask for, or careful defaults before anything was learned."""

from datetime import date, datetime

from content_pipeline.accounts import Account
from content_pipeline.briefs.records import FactorWeight, Strategy
from content_pipeline.storage.records import Stamp
from content_pipeline.storage.registry import PolicyVersion

DEFAULT_EXPLORATION = 0.4
TEMPERATURE = 0.3
"""Posterior temperature of the sampler: at 500 posts and noise of 1.15 in log views, 1 explores too much and 0 gets stuck."""


def strategy_for(
    account: Account,
    day: date,
    in_force_at: datetime,
    reward: PolicyVersion | None,
    mode: PolicyVersion | None,
    monetization: PolicyVersion | None,
    stamp: Stamp,
) -> Strategy:
    """Return the strategy of a day from the versions in force at ``in_force_at`` (none: the defaults)."""
    learned = reward.payload if reward else {}
    steered = mode.payload if mode else {}
    weighed = monetization.payload if monetization else {}
    return Strategy(
        account=account.id,
        day=day,
        policy_version=reward.version_id if reward else None,
        in_force_at=in_force_at,
        mode=steered.get("mode", "explore"),
        exploration=steered.get("exploration", DEFAULT_EXPLORATION),
        temperature=learned.get("temperature", TEMPERATURE),
        weights=[FactorWeight.model_validate(weight) for weight in learned.get("weights", [])],
        kpi_weights=weighed.get("kpi_weights") or dict(account.kpi_weights),
        **stamp.fields(),
    )

"""The mode and exploration share of the coming day, read off from what is still to be learned.

The measure is the expected regret: how much better, in log views, the best archetype may be than the one that
looks best. It falls as effects become known and rises by itself while they drift, so no counter is needed.
"""

from datetime import date, timedelta

import numpy as np

from content_pipeline.briefs.records import Archetype, Mode
from content_pipeline.optimizer.records import EXPLORATION_CAP, EXPLORATION_FLOOR, ModeDecision
from content_pipeline.optimizer.reward import FittedModel
from content_pipeline.optimizer.versions import policy_id
from content_pipeline.storage.records import Stamp, content_hash

DRAWS = 2000
FEW_POSTS = 10
EXPLORE_ABOVE = 1.0
MUTATE_ABOVE = 0.4
FULL_EXPLORATION_AT = 1.5
"""Expected regret (log views) at which the exploration share is at its cap.

In ``benchmarks/learning_loop.py`` it is 1.35 before any post and stays near 0.6 once effects are learned as
fast as they drift; the shares that follow, 0.37 and 0.19, are about those of
information-directed sampling there.
"""

BETWEEN_CHANGES = timedelta(hours=6)


def expected_regret(model: FittedModel, account: str) -> float:
    """Return E max θ - max μ over all archetypes, in log views, by posterior draws that depend on account and
    moment alone.

    Effects add up, so the best archetype is the best level of every factor. The slot is not counted: every
    slot is posted in.
    """
    rng = np.random.default_rng(int(content_hash("mode", account, model.as_of)[:15], 16))
    draws = model.draws(DRAWS, rng)
    regret = 0.0
    for factor in Archetype.model_fields:
        levels = list(model.entries_of(factor).values())
        if levels:
            regret += float(draws[:, levels].max(axis=1).mean() - model.mean[levels].max())
    return max(regret, 0.0)


def exploration_share(regret: float) -> float:
    """Return the share of posts that should explore: rising with the regret between the floor and the cap."""
    span = EXPLORATION_CAP - EXPLORATION_FLOOR
    return round(EXPLORATION_FLOOR + span * min(regret / FULL_EXPLORATION_AT, 1.0), 4)


def decide_mode(
    model: FittedModel,
    account: str,
    day: date,
    stamp: Stamp,
    previous: ModeDecision | None = None,
    chaos_quota: int = 0,
) -> ModeDecision:
    """Return the mode in force from the model's ``as_of``.

    ``explore`` while there are few posts or much may be gained, ``mutation`` (one factor away from a good
    archetype) while something may be, else ``exploit``. ``chaos`` takes the place of mutation when mutation
    has not lowered the regret and ``chaos_quota`` (days of chaos that the caller still allows) is not used
    up. A mode holds for at least six hours.

    Args:
        model: the account's fitted model.
        account: the account's id.
        day: the partition's day.
        stamp: who decides.
        previous: the decision before this one; one that is not older than the model is ignored.
        chaos_quota: days of chaos still allowed.
    """
    regret = expected_regret(model, account)
    before = previous if previous and previous.as_of < model.as_of else None
    mode, reason = _mode(model.posts, regret)
    stuck = before is not None and before.mode == "mutation" and regret >= before.expected_regret
    if mode == "mutation" and stuck and chaos_quota > 0:
        mode, reason = "chaos", "mutation has not lowered the expected regret"
    if before and before.mode != mode and model.as_of - before.as_of < BETWEEN_CHANGES:
        mode, reason = (
            before.mode,
            f"the mode may change again six hours after {before.as_of:%Y-%m-%d %H:%M} UTC",
        )
    exploration = exploration_share(regret)
    return ModeDecision(
        **stamp.fields(),
        version_id=policy_id(account, "mode", model.as_of, {"mode": mode, "exploration": exploration}),
        account=account,
        day=day,
        as_of=model.as_of,
        mode=mode,
        exploration=exploration,
        expected_regret=round(regret, 4),
        reason=reason,
    )


def _mode(posts: int, regret: float) -> tuple[Mode, str]:
    if posts < FEW_POSTS:
        return "explore", f"only {posts} of {FEW_POSTS} posts were measured"
    gain = f"the best archetype may have {np.exp(regret):.2f} times the views of the one that looks best"
    if regret > EXPLORE_ABOVE:
        return "explore", gain
    if regret > MUTATE_ABOVE:
        return "mutation", gain
    return "exploit", gain

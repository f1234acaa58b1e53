"""Dagster's face of the optimizer: what was learned up to the end of a day, as versions for the policy registry.

They come into force at the end of the day that they learned from, so the next day's strategy is the first to use them.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TypeVar

import dagster as dg

from content_pipeline.accounts import Account, pick_account
from content_pipeline.clock import Clock, end_of
from content_pipeline.lake_assets import lake_asset, markdown_table, stamp
from content_pipeline.optimizer.experiments import decide_experiments
from content_pipeline.optimizer.levels import known_levels
from content_pipeline.optimizer.modes import decide_mode
from content_pipeline.optimizer.monetization import plan_monetization
from content_pipeline.optimizer.outcomes import read_outcomes
from content_pipeline.optimizer.records import ExperimentDecision, ModeDecision, MonetizationPlan, RewardModel
from content_pipeline.optimizer.reward import FittedModel, RewardConfig, fit_reward
from content_pipeline.optimizer.versions import (
    mode_payload,
    monetization_payload,
    reward_model_payload,
    reward_model_row,
)
from content_pipeline.partitions import ACCOUNT_DAY, account_days
from content_pipeline.settings import Settings
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.registry import PolicyRegistry

Accounts = dg.ResourceParam[Mapping[str, Account]]
D = TypeVar("D", ModeDecision, MonetizationPlan)
MARTS_READ = ["marts/posts", "marts/post_metrics"]


@lake_asset(RewardModel, ACCOUNT_DAY, deps=MARTS_READ)
def reward_model(
    context: dg.AssetExecutionContext,
    accounts: Accounts,
    settings: dg.ResourceParam[Settings],
    operations: dg.ResourceParam[OperationsDatabase],
    clock: dg.ResourceParam[Clock],
) -> dg.MaterializeResult:
    """A dynamic linear model of log views over archetype factors, learned from all that was observed up to the end of the day."""
    registry = PolicyRegistry(operations)
    rows = []
    for name, day in account_days(context):
        account = pick_account(accounts, name)
        as_of = end_of(day, account.zone)
        model = _fitted(settings, account, as_of)
        row = reward_model_row(model, name, day, stamp(context, clock.now()))
        registry.add(
            name,
            "reward_model",
            as_of,
            reward_model_payload(row),
            {"evidence": row.evidence},
            stamp(context, clock.now()),
        )
        rows.append(row)
    last = rows[-1]
    return dg.MaterializeResult(
        value=rows,
        metadata={
            "version": last.version_id,
            "posts": last.posts,
            "noise_sd": last.noise_sd,
            "best_archetype": last.best_archetype or "not known yet",
            "evidence": last.evidence,
            "weights": markdown_table(
                ("factor", "level", "effect on log views", "sd", "posts"),
                (
                    (w.factor, w.level, w.mean, w.sd, w.posts)
                    for w in sorted(last.weights, key=lambda w: -w.mean)
                    if w.posts
                ),
                most=30,
            ),
        },
    )


@lake_asset(ExperimentDecision, ACCOUNT_DAY, deps=MARTS_READ)
def experiment_decisions(
    context: dg.AssetExecutionContext,
    accounts: Accounts,
    settings: dg.ResourceParam[Settings],
    clock: dg.ResourceParam[Clock],
) -> dg.MaterializeResult:
    """Planned contrasts of two levels of a factor: winner, loser, no difference, or not enough posts yet. Selection never waits."""
    rows: list[ExperimentDecision] = []
    for name, day in account_days(context):
        as_of = end_of(day, pick_account(accounts, name).zone)
        outcomes = read_outcomes(settings.marts_path, name, as_of)
        rows += decide_experiments(outcomes, name, day, as_of, stamp(context, clock.now()))
    return dg.MaterializeResult(
        value=rows,
        metadata={
            "contrasts": markdown_table(
                ("factor", "a", "b", "outcome", "reason"),
                (
                    (r.contrast.factor, r.contrast.level_a, r.contrast.level_b, r.outcome, r.reason)
                    for r in rows
                ),
            )
        },
    )


@lake_asset(ModeDecision, ACCOUNT_DAY, deps=MARTS_READ)
def mode_decision(
    context: dg.AssetExecutionContext,
    accounts: Accounts,
    settings: dg.ResourceParam[Settings],
    lake: dg.ResourceParam[Lake],
    operations: dg.ResourceParam[OperationsDatabase],
    clock: dg.ResourceParam[Clock],
) -> dg.MaterializeResult:
    """The mode and the exploration share for the coming day, read off from what is still to be gained by learning."""
    registry = PolicyRegistry(operations)
    rows: list[ModeDecision] = []
    for name, day in account_days(context):
        account = pick_account(accounts, name)
        as_of = end_of(day, account.zone)
        model = _fitted(settings, account, as_of)
        previous = _previous(lake, "mode_decision", ModeDecision, rows, name, day)
        row = decide_mode(model, name, day, stamp(context, clock.now()), previous)
        registry.add(
            name, "mode", as_of, mode_payload(row), {"reason": row.reason}, stamp(context, clock.now())
        )
        rows.append(row)
    last = rows[-1]
    return dg.MaterializeResult(
        value=rows,
        metadata={
            "mode": last.mode,
            "exploration": last.exploration,
            "expected_regret": last.expected_regret,
            "reason": last.reason,
        },
    )


@lake_asset(MonetizationPlan, ACCOUNT_DAY, deps=MARTS_READ)
def monetization_plan(
    context: dg.AssetExecutionContext,
    accounts: Accounts,
    settings: dg.ResourceParam[Settings],
    lake: dg.ResourceParam[Lake],
    operations: dg.ResourceParam[OperationsDatabase],
    clock: dg.ResourceParam[Clock],
) -> dg.MaterializeResult:
    """KPI weights for the coming day; held at the account's own while the evidence is thin."""
    registry = PolicyRegistry(operations)
    rows: list[MonetizationPlan] = []
    for name, day in account_days(context):
        account = pick_account(accounts, name)
        as_of = end_of(day, account.zone)
        outcomes = read_outcomes(settings.marts_path, name, as_of)
        previous = _previous(lake, "monetization_plan", MonetizationPlan, rows, name, day)
        row = plan_monetization(outcomes, account, day, as_of, stamp(context, clock.now()), previous)
        registry.add(
            name,
            "monetization",
            as_of,
            monetization_payload(row),
            {"reason": row.reason},
            stamp(context, clock.now()),
        )
        rows.append(row)
    last = rows[-1]
    return dg.MaterializeResult(
        value=rows,
        metadata={
            "held": last.held,
            "confidence": last.confidence,
            "reason": last.reason,
            "kpi_weights": markdown_table(("objective", "weight"), last.kpi_weights.items()),
        },
    )


def _previous(lake: Lake, asset: str, record: type[D], rows: list[D], account: str, day: date) -> D | None:
    """Return the decision of the day before: made in this run, or in the lake, or none."""
    yesterday = day - timedelta(days=1)
    made = [row for row in rows if (row.account, row.day) == (account, yesterday)]
    found = made or lake.read_existing(asset, record, [{"account": account, "day": str(yesterday)}])
    return found[-1] if found else None


def _fitted(settings: Settings, account: Account, as_of: datetime) -> FittedModel:
    outcomes = read_outcomes(settings.marts_path, account.id, as_of)
    return fit_reward(outcomes, as_of, RewardConfig(levels=known_levels(account)))

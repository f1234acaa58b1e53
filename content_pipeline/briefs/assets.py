"""Dagster's face of the briefs stage: the strategy of a day, its ideas, and the calendar of the next seven days."""

from collections import Counter
from collections.abc import Mapping
from datetime import date

import dagster as dg

from content_pipeline.briefs.calendar import plan_calendar
from content_pipeline.briefs.history import recent_posts
from content_pipeline.briefs.ideas import make_briefs
from content_pipeline.briefs.records import Brief, CalendarSlot, Strategy
from content_pipeline.briefs.strategy import strategy_for
from content_pipeline.clock import Clock, start_of
from content_pipeline.lake_assets import check, lake_asset, markdown_table, stamp
from content_pipeline.partitions import ACCOUNT_DAY, account_days
from content_pipeline.settings import Account, pick_account
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.registry import PolicyRegistry
from content_pipeline.trends.records import Trend

Accounts = dg.ResourceParam[Mapping[str, Account]]


@lake_asset(Strategy, ACCOUNT_DAY)
def strategy(
    context: dg.AssetExecutionContext,
    accounts: Accounts,
    operations: dg.ResourceParam[OperationsDatabase],
    clock: dg.ResourceParam[Clock],
) -> dg.MaterializeResult:
    """What the learned policy asks of a day: mode, exploration, archetype weights and KPI weights.

    Reads the versions that were in force at the start of the day in the account's zone, so a past day keeps its decision whatever was
    learned since.
    """
    registry = PolicyRegistry(operations)
    rows = []
    for name, day in account_days(context):
        account = pick_account(accounts, name)
        at = start_of(day, account.zone)
        reward, mode, monetization = (
            registry.in_force(name, kind, at) for kind in ("reward_model", "mode", "monetization")
        )
        rows.append(strategy_for(account, day, at, reward, mode, monetization, stamp(context, clock.now())))
    last = rows[-1]
    return dg.MaterializeResult(
        value=rows,
        metadata={
            "policy_version": last.policy_version or "none yet",
            "mode": last.mode,
            "exploration": last.exploration,
            "weights": markdown_table(
                ("factor", "level", "effect on log views", "sd", "posts"),
                (
                    (w.factor, w.level, w.mean, w.sd, w.posts)
                    for w in sorted(last.weights, key=lambda w: -w.mean)
                ),
            ),
        },
    )


@lake_asset(Brief, ACCOUNT_DAY, checks=["every_brief_has_evidence_and_hooks"])
def briefs(
    context: dg.AssetExecutionContext,
    trends: list[Trend],
    strategy: list[Strategy],
    accounts: Accounts,
    lake: dg.ResourceParam[Lake],
    operations: dg.ResourceParam[OperationsDatabase],
    clock: dg.ResourceParam[Clock],
) -> dg.MaterializeResult:
    """Ideas for an account: what to say about a trend, with hooks, evidence, virality factors and the predicted reward."""
    rows: list[Brief] = []
    for name, day in account_days(context):
        account = pick_account(accounts, name)
        rows += make_briefs(
            account,
            day,
            [t for t in trends if t.day == day],
            _one(strategy, name, day),
            recent_posts(lake, operations, name, day),
            stamp(context, clock.now()),
        )
    sound = all(b.evidence and len(set(b.hooks)) >= 3 and len(b.thumbnail_texts) >= 2 for b in rows)
    return dg.MaterializeResult(
        value=rows,
        metadata={
            "briefs": len(rows),
            "choices": dict(Counter(b.choice for b in rows)),
            "top": markdown_table(
                ("idea", "archetype", "virality", "predicted"),
                ((b.title, b.archetype.key, b.virality.product, b.predicted_reward) for b in rows),
            ),
        },
        check_results=[check("every_brief_has_evidence_and_hooks", sound, briefs=len(rows))],
    )


@lake_asset(CalendarSlot, ACCOUNT_DAY)
def calendar(
    context: dg.AssetExecutionContext,
    briefs: list[Brief],
    strategy: list[Strategy],
    accounts: Accounts,
    clock: dg.ResourceParam[Clock],
) -> dg.MaterializeResult:
    """The next seven days' slots with their brief, their moment in the account's zone and one KPI objective each.

    Slots of the day itself are committed; later ones are tentative and planned anew every day.
    """
    rows: list[CalendarSlot] = []
    for name, day in account_days(context):
        own = [b for b in briefs if (b.account, b.day) == (name, day)]
        account = pick_account(accounts, name)
        rows += plan_calendar(account, day, own, _one(strategy, name, day), stamp(context, clock.now()))
    return dg.MaterializeResult(
        value=rows,
        metadata={
            "slots": dict(Counter(slot.status for slot in rows)),
            "week": markdown_table(
                ("slot", "objective", "status", "why"),
                ((s.slot_local, s.kpi_objective, s.status, s.reason) for s in rows),
                most=21,
            ),
        },
    )


def _one(rows: list[Strategy], account: str, day: date) -> Strategy:
    return next(row for row in rows if (row.account, row.day) == (account, day))

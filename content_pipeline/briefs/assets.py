"""Dagster's face of the briefs stage: the strategy of a day, its ideas, and the calendar of the next seven days."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta

import dagster as dg

from content_pipeline.accounts import Account, pick_account
from content_pipeline.briefs.calendar.moves import moved_posts
from content_pipeline.briefs.calendar.planning import plan_calendar
from content_pipeline.briefs.calendar.problem import Known
from content_pipeline.briefs.calendar.slots import DAYS
from content_pipeline.briefs.calendar.week import existing, placed_before
from content_pipeline.briefs.history import newest_patterns, recent_posts, with_planned
from content_pipeline.briefs.ideas import make_briefs
from content_pipeline.briefs.records import Brief, CalendarSlot, Strategy
from content_pipeline.briefs.skips import Skip, letters, reasons, skips
from content_pipeline.briefs.strategy import strategy_for
from content_pipeline.briefs.virality import factor_table
from content_pipeline.clock import Clock, start_of
from content_pipeline.lake_assets import check, lake_asset, markdown_table, stamp
from content_pipeline.partitions import ACCOUNT_DAY, account_days
from content_pipeline.storage.dead_letters import DeadLetters
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.registry import PolicyRegistry
from content_pipeline.trends.records import Breakout, Trend

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
    """Ideas for an account: what to say about a trend, with hooks, evidence, virality factors and the predicted reward.

    The factors rest on the strategy, the account's posts of the 90 days before and the newest trend patterns before the day. Of days
    that one run plans together, what is best in the earlier ones counts as posted. Trends that the account leaves alone are
    counted by their reason; those that nobody could use are dead letters.
    """
    rows: list[Brief] = []
    left: list[Skip] = []
    now = stamp(context, clock.now())
    for name, day in account_days(context):
        account, todays = pick_account(accounts, name), [t for t in trends if t.day == day]
        plan = _one(strategy, name, day)
        recent = with_planned(recent_posts(lake, operations, name, day), account, day, rows)
        rows += make_briefs(account, day, todays, plan, recent, now, newest_patterns(lake, day))
        skipped = skips(todays, account, {post.trend_title for post in recent})
        DeadLetters(operations).add(letters(skipped, account, day), now)
        left += skipped
    sound = all(b.evidence and len(set(b.hooks)) >= 3 and len(b.thumbnail_texts) >= 2 for b in rows)
    return dg.MaterializeResult(
        value=rows,
        metadata={
            "briefs": len(rows),
            "left_alone": markdown_table(
                ("trends", "because"), ((n, why) for why, n in reasons(left).items())
            ),
            "choices": dict(Counter(b.choice for b in rows)),
            "variants": sum(b.variants for b in rows),
            "shadow_tests": sum(b.shadow_test for b in rows),
            "top": markdown_table(
                ("idea", "archetype", "virality", "variants", "predicted"),
                (
                    (b.title, b.archetype.key, b.virality.product, b.variants, b.predicted_reward)
                    for b in rows
                ),
            ),
            "virality": markdown_table(
                ("factor", "lowest", "median", "highest", "median confidence", "fallbacks"),
                factor_table(rows),
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
    lake: dg.ResourceParam[Lake],
    operations: dg.ResourceParam[OperationsDatabase],
    clock: dg.ResourceParam[Clock],
) -> dg.MaterializeResult:
    """The next seven days' slots with their brief, their moment in the account's zone and one KPI objective each.

    Slots of the day itself are committed; later ones are tentative and planned anew every day. Breakouts, which another job raises
    each hour, the plans of the six days before, and the day's own plan as it stood are read from the lake as far as they are there:
    the day is planned without them too. Where people moved posts to, nothing else is planned. A second run on the day leaves slots
    whose time has come and lets a breakout into the reactive one.
    """
    rows: list[CalendarSlot] = []
    notes: list[str] = []
    for name, day in account_days(context):
        account, own = pick_account(accounts, name), [b for b in briefs if (b.account, b.day) == (name, day)]
        since = start_of(day - timedelta(days=DAYS), account.zone)
        moved = [post for post in moved_posts(operations, account, since) if post.day <= day]
        known = Known(
            breakouts=existing(lake, "breakouts", Breakout, name, day),
            posted=placed_before(lake, name, day, rows, briefs, moved),
            standing=existing(lake, "calendar", CalendarSlot, name, day),
            moved=moved,
            now=clock.now(),
        )
        made = plan_calendar(account, day, own, _one(strategy, name, day), stamp(context, known.now), known)
        rows += made
        notes += [f"{name} {day}: {note}" for note in made[0].notes]
    return dg.MaterializeResult(
        value=rows,
        metadata={
            "slots": dict(Counter(slot.status for slot in rows)),
            "notes": markdown_table(
                ("what the plan could not keep, or does not know yet",), ([n] for n in notes)
            ),
            "week": markdown_table(
                ("slot", "objective", "status", "why"),
                ((s.slot_local, s.kpi_objective, s.status, s.reason) for s in rows),
                most=21,
            ),
        },
    )


def _one(rows: list[Strategy], account: str, day: date) -> Strategy:
    return next(row for row in rows if (row.account, row.day) == (account, day))

"""Dagster's face of the scripts stage: variants of the briefs of a day's slots."""

from collections.abc import Mapping

import dagster as dg

from content_pipeline.accounts import Account, pick_account
from content_pipeline.briefs.records import Brief, CalendarSlot
from content_pipeline.clock import Clock
from content_pipeline.lake_assets import check, lake_asset, markdown_table, stamp
from content_pipeline.partitions import ACCOUNT_DAY, account_days
from content_pipeline.scripts.engines.base import CreativeEngine
from content_pipeline.scripts.history import used_hooks
from content_pipeline.scripts.records import Script
from content_pipeline.scripts.writing import write_scripts
from content_pipeline.storage.dead_letters import DeadLetters
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.operations import OperationsDatabase


@lake_asset(Script, ACCOUNT_DAY, checks=["segments_fill_the_reel"])
def scripts(
    context: dg.AssetExecutionContext,
    briefs: list[Brief],
    calendar: list[CalendarSlot],
    accounts: dg.ResourceParam[Mapping[str, Account]],
    engine: dg.ResourceParam[CreativeEngine],
    lake: dg.ResourceParam[Lake],
    operations: dg.ResourceParam[OperationsDatabase],
    clock: dg.ResourceParam[Clock],
) -> dg.MaterializeResult:
    """Variants of the briefs of the day's slots, and of their reserves: timed segments, captions, hashtags, claims with evidence."""
    now = stamp(context, clock.now())
    rows: list[Script] = []
    letters = []
    for name, day in account_days(context):
        own_briefs = [b for b in briefs if (b.account, b.day) == (name, day)]
        own_slots = [s for s in calendar if (s.account, s.day) == (name, day)]
        worn = used_hooks(lake, operations, name, day)
        account = pick_account(accounts, name)
        written, failed = write_scripts(account, day, own_briefs, own_slots, engine, now, worn)
        rows += written
        letters += failed
    DeadLetters(operations).add(letters, now)
    stopped = engine.stopped
    costs = [row.writing.cost_usd for row in rows if row.writing.cost_usd is not None]
    whole = all(s.segments[0].start_s == 0 and abs(s.segments[-1].end_s - s.duration_s) < 0.01 for s in rows)
    first = rows[0] if rows else None
    return dg.MaterializeResult(
        value=rows,
        metadata={
            "scripts": len(rows),
            "dead_letters": len(letters),
            "engine": f"stopped, {stopped.state}: {stopped}" if stopped else "ready",
            "stood_in": sum(row.writing.fallback is not None for row in rows),
            "needs_human": sum(row.needs_human for row in rows),
            "cost_usd": round(sum(costs), 6),
            "variants": markdown_table(
                ("slot", "cover", "archetype", "seconds"),
                ((s.slot_at.isoformat(), s.cover_text, s.archetype.key, s.duration_s) for s in rows),
            ),
            "first_caption": dg.MetadataValue.md(f"```\n{first.caption}\n```" if first else "none"),
        },
        check_results=[check("segments_fill_the_reel", whole, scripts=len(rows))],
    )

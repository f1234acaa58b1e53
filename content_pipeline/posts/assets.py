"""Dagster's face of the posts stage: queues what was rendered, publishes what is due, and shows the ledger's rows."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta

import dagster as dg

from content_pipeline.accounts import Account, pick_account
from content_pipeline.clock import Clock
from content_pipeline.lake_assets import check, lake_asset, markdown_table, stamp
from content_pipeline.partitions import ACCOUNT_DAY, account_days
from content_pipeline.posts.containment import Containment
from content_pipeline.posts.intents import ledger_rows, post_intents
from content_pipeline.posts.ledger import Ledger
from content_pipeline.posts.publications import PostIntent
from content_pipeline.posts.publisher import Publisher
from content_pipeline.posts.records import Post
from content_pipeline.renders.media_checks import probe
from content_pipeline.renders.records import Render
from content_pipeline.review.approvals import Approvals
from content_pipeline.review.changes import Changes
from content_pipeline.review.records import Review
from content_pipeline.scripts.records import Script
from content_pipeline.settings import Settings
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.media import MediaStore
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.records import Stamp

REFRESHED = timedelta(days=2)


@lake_asset(Post, ACCOUNT_DAY, checks=["at_most_one_post_a_slot"], pool="instagram")
def posts(
    context: dg.AssetExecutionContext,
    renders: list[Render],
    scripts: list[Script],
    reviews: list[Review],
    accounts: dg.ResourceParam[Mapping[str, Account]],
    settings: dg.ResourceParam[Settings],
    platform: dg.ResourceParam,
    media: dg.ResourceParam[MediaStore],
    lake: dg.ResourceParam[Lake],
    operations: dg.ResourceParam[OperationsDatabase],
    clock: dg.ResourceParam[Clock],
) -> dg.MaterializeResult:
    """The day's posts and their state in the publishing ledger.

    Materializing again is always safe: a slot is posted once, whatever crashed before, and a slot that passed beyond the account's
    lateness limit is missed, never posted late.
    """
    ledger = Ledger(operations)
    partitions = list(account_days(context))
    for name, day in partitions:
        own = [s for s in scripts if (s.account, s.day) == (name, day)]
        finished = [r for r in renders if (r.account, r.day) == (name, day)]
        intents = _intents(operations, pick_account(accounts, name), day, own, finished, reviews)
        ledger.plan(name, day, intents, stamp(context, clock.now()))
    for name in sorted({name for name, _ in partitions}):
        account = pick_account(accounts, name)
        with platform.client(account) as client:
            publisher = Publisher(ledger, client, media, mode=settings.mode, probe=probe, now=clock.now)
            publisher.publish_due(account, stamp(context, clock.now()))
            stopped = Containment(operations, client, account).go_on(stamp(context, clock.now()))
        made = {day for _, day in partitions}
        _refresh_other_days(lake, ledger, account, made, stopped, stamp(context, clock.now()))
    rows = [
        row
        for name, day in partitions
        for row in ledger_rows(ledger, pick_account(accounts, name), day, stamp(context, clock.now()))
    ]
    slots = Counter((row.account, row.slot_id) for row in rows)
    return dg.MaterializeResult(
        value=rows,
        metadata={
            "posts": dict(Counter(row.state for row in rows)),
            "ledger": markdown_table(
                ("slot", "state", "permalink", "reason"),
                ((r.slot_at.isoformat(), r.state, r.permalink, r.reason) for r in rows),
            ),
        },
        check_results=[
            check("at_most_one_post_a_slot", all(count == 1 for count in slots.values()), posts=len(rows))
        ],
    )


def _intents(
    operations: OperationsDatabase,
    account: Account,
    day: date,
    scripts: list[Script],
    renders: list[Render],
    reviews: list[Review],
) -> list[PostIntent]:
    """Return what a day would publish, as people have changed its scripts and decided on them up to now."""
    changes, approvals = Changes(operations), Approvals(operations)
    now = changes.apply(scripts)
    contents = {script.content_hash for script in now}
    rejected = approvals.rejected(contents)
    return post_intents(
        account,
        renders,
        [script for script in now if script.content_hash not in rejected],
        reviews,
        approvals.granted(contents),
        edited={edit.script_id for edit in changes.edits(account.id, day)},
    )


def _refresh_other_days(
    lake: Lake, ledger: Ledger, account: Account, made: set[date], stopped: set[date], now: Stamp
) -> None:
    """Write the ledger's rows of the days whose posts have slots of lately too, or were stopped: they may have changed."""
    lately = ledger.publications(account.id, since=now.created_at - REFRESHED)
    for day in ({post.day for post in lately} | stopped) - made:
        dims = {"account": account.id, "day": str(day)}
        if lake.exists("posts", dims):
            lake.write("posts", dims, Post, ledger_rows(ledger, account, day, now))

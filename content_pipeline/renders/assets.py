"""Dagster's face of the renders stage: finished reels and covers of the scripts that review did not block."""

import base64
import io
from collections.abc import Mapping

import dagster as dg
from PIL import Image

from content_pipeline.accounts import Account, pick_account
from content_pipeline.clock import Clock
from content_pipeline.lake_assets import check, lake_asset, markdown_table, stamp
from content_pipeline.partitions import ACCOUNT_DAY, account_days
from content_pipeline.renders.records import Render
from content_pipeline.renders.selection import select_scripts
from content_pipeline.renders.studio import render_scripts
from content_pipeline.review.changes import Changes
from content_pipeline.review.records import Review
from content_pipeline.scripts.records import Script
from content_pipeline.storage.dead_letters import DeadLetters
from content_pipeline.storage.media import MediaStore
from content_pipeline.storage.operations import OperationsDatabase

PREVIEW_SIZE = (216, 384)


@lake_asset(
    Render,
    ACCOUNT_DAY,
    checks=["files_pass_the_platforms_limits", "every_part_may_be_used"],
    kinds=["ffmpeg"],
    pool="rendering",
)
def renders(
    context: dg.AssetExecutionContext,
    scripts: list[Script],
    reviews: list[Review],
    accounts: dg.ResourceParam[Mapping[str, Account]],
    media: dg.ResourceParam[MediaStore],
    operations: dg.ResourceParam[OperationsDatabase],
    clock: dg.ResourceParam[Clock],
) -> dg.MaterializeResult:
    """A finished file for each slot: reel, cover, probe results, and the provenance of every font, sound and picture in it.

    The best script of a slot that review did not block. What is rendered already is not rendered again,
    also where a person has changed the caption since.
    """
    now = stamp(context, clock.now())
    changes = Changes(operations)
    rows: list[Render] = []
    letters = []
    for name, day in account_days(context):
        account = pick_account(accounts, name)
        own_scripts = changes.apply([s for s in scripts if (s.account, s.day) == (name, day)])
        own_reviews = [r for r in reviews if (r.account, r.day) == (name, day)]
        chosen = select_scripts(own_scripts, own_reviews)
        finished, failed = render_scripts(
            chosen,
            account.brand,
            account.handle,
            media,
            now,
            progress=lambda render: context.log.info(
                f"rendered {render.reel_key} ({render.duration_s:.0f} s)"
            ),
        )
        rows += finished
        letters += failed
    DeadLetters(operations).add(letters, now)
    findings = [(r.render_id, f.rule_id, f.message, f.remedy) for r in rows for f in r.findings]
    failed_checks = [(r.render_id, c.name, c.detail) for r in rows for c in r.checks if not c.passed]
    return dg.MaterializeResult(
        value=rows,
        metadata={
            "renders": len(rows),
            "seconds_of_video": round(sum(r.duration_s for r in rows), 1),
            "megabytes": round(sum(r.reel_bytes for r in rows) / 1e6, 1),
            "dead_letters": markdown_table(
                ("script", "reason"), ((letter.position, letter.reason) for letter in letters)
            ),
            "findings": markdown_table(("render", "rule", "message", "remedy"), findings),
            "reels": markdown_table(
                ("slot", "reel"), ((r.slot_at.isoformat(), media.url(r.reel_key)) for r in rows)
            ),
            "cover": dg.MetadataValue.md(
                "\n".join(_preview(media.read(r.cover_key)) for r in rows[:3]) or "none"
            ),
        },
        check_results=[
            check(
                "files_pass_the_platforms_limits",
                not failed_checks,
                failed=markdown_table(("render", "check", "detail"), failed_checks),
            ),
            check(
                "every_part_may_be_used",
                not any(r.blocks for r in rows),
                parts=sum(len(r.provenance) for r in rows),
                held=sum(bool(r.blocks) for r in rows),
            ),
        ],
    )


def _preview(cover: bytes) -> str:
    """Return a small copy of a cover as a Markdown image that needs no file server."""
    with Image.open(io.BytesIO(cover)) as picture:
        small = picture.convert("RGB")
        small.thumbnail(PREVIEW_SIZE)
        sink = io.BytesIO()
        small.save(sink, "JPEG", quality=80)
    return f"![cover](data:image/jpeg;base64,{base64.b64encode(sink.getvalue()).decode()})"

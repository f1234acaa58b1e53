"""An account in its pilot phase: nothing leaves without a person's word on it as it is, and people's changes need no new film."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace

import dagster as dg
import pytest

from content_pipeline.accounts import load_accounts
from content_pipeline.clock import Clock
from content_pipeline.deciding import decide
from content_pipeline.definitions import build_defs
from content_pipeline.instance import Runner, open_instance
from content_pipeline.posts.changes import PostChanges
from content_pipeline.posts.records import Post
from content_pipeline.resources import clock_of
from content_pipeline.review.changes import Changes
from content_pipeline.review.sensors import desk_changes
from content_pipeline.scripts.records import Script
from content_pipeline.settings import load_settings
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline_tests.examples import DAY, demo_folder
from content_pipeline_tests.loop.produce import call, ledger, live_media, media_files, produce

DIMS = {"account": "demo", "day": str(DAY)}


@pytest.fixture
def pilot(tmp_path, monkeypatch):
    """Give a pilot account with one post a day, and its stores."""
    accounts = demo_folder(tmp_path / "accounts", governance_phase="pilot", posts_per_day=1, slots=["09:00"])
    home = tmp_path / "home"
    monkeypatch.setenv("CONTENT_PIPELINE_HOME", str(home))
    monkeypatch.setenv("CONTENT_PIPELINE_ACCOUNTS", str(accounts))
    settings = load_settings()
    with OperationsDatabase(settings.effective_database_url) as operations:
        yield SimpleNamespace(
            home=home,
            folder=accounts,
            settings=settings,
            account=load_accounts(accounts)["demo"],
            operations=operations,
            lake=Lake(settings.lake_base),
        )


def change_at_the_desk(pilot, clock: Clock) -> str:
    """Edit the post's caption and move it to the first free slot; return the new caption."""
    row = ledger(pilot.home)[0]
    written = pilot.lake.read("scripts", Script, DIMS)
    script = next(s for s in written if s.script_id == row["script_id"])
    changes = PostChanges(pilot.operations, pilot.lake)
    new = changes.edit_caption(
        script, f"Ada says: {script.caption_long}", script.hashtags, "Ada", clock.now()
    )
    slot = changes.free_slots(pilot.account, clock.now(), script.slot_id)[0]
    changes.move(pilot.account, DAY, script.slot_id, script.slot_at, slot.moment, "Ada", clock.now())
    return new.caption


@contextmanager
def production(pilot) -> Iterator[tuple[Runner, Callable[[], list[dg.RunRequest]]]]:
    """Give what runs jobs, and what the sensor asks for when it looks."""
    defs = build_defs(pilot.settings)
    given = {name: (defs.resources or {})[name] for name in ("operations", "accounts", "clock")}
    with open_instance(pilot.settings) as instance:

        def look() -> list[dg.RunRequest]:
            with dg.build_sensor_context(instance=instance, resources=given) as context:
                return list(desk_changes(context).run_requests)

        yield Runner(instance, defs), look


def test_a_pilots_post_waits_is_changed_approved_as_it_is_then_and_posted(pilot):
    summary = produce(pilot.home, str(DAY), accounts=pilot.folder)
    assert live_media(pilot.home) == []
    assert [row["state"] for row in ledger(pilot.home)] == ["awaiting_approval"]
    assert [day["other_states"] for day in summary["days"]] == [{"awaiting_approval": 1}]
    made = ledger(pilot.home)[0]
    assert call(pilot.home, "approve", "post_unknown", "--by", "Ada").returncode == 2
    done = call(pilot.home, "approve", made["post_id"], "--by", "Bo", accounts=pilot.folder)
    assert done.returncode == 0, done.stderr
    assert "editorial, compliance, rights approved by Bo" in done.stdout

    files = media_files(pilot.home)
    caption = change_at_the_desk(pilot, clock_of(pilot.settings))
    with production(pilot) as (runner, look):
        [request] = look()
        runner.run("review_again", request.partition_key, tags=request.tags)
        assert look() == []
    [changed] = ledger(pilot.home)
    assert changed["state"] == "awaiting_approval"  # what Bo approved is not what it says now
    assert changed["content_hash"] != made["content_hash"]
    assert [changed[name] for name in ("post_id", "day", "render_id")] == [
        made[name] for name in ("post_id", "day", "render_id")
    ]
    assert media_files(pilot.home) == files
    written = pilot.lake.read("scripts", Script, DIMS)
    assert made["content_hash"] in {s.content_hash for s in written}  # the lake keeps the engine's words
    assert changed["content_hash"] in {s.content_hash for s in Changes(pilot.operations).apply(written)}

    decide(pilot.settings, made["post_id"], "Bo", "approved", None, None)
    with production(pilot) as (runner, look):
        [request] = look()
        runner.run("publish_due", request.partition_key, now="2026-01-06T14:00:00+00:00")
    [live] = live_media(pilot.home)
    assert live["caption"] == caption
    [posted] = pilot.lake.read("posts", Post, DIMS)
    assert (posted.state, posted.day, posted.slot_date) == ("published", DAY, DAY + timedelta(days=1))
    assert timedelta() <= posted.published_at - posted.slot_at < timedelta(minutes=1)
    assert media_files(pilot.home) == files

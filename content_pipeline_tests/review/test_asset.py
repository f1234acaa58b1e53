"""The reviews in Dagster: each day's scripts are moderated once, where there is a moderator, and what it says is in the rows."""

from types import SimpleNamespace

import dagster as dg
import pytest

from content_pipeline.briefs import assets as briefs
from content_pipeline.clock import SandboxClock
from content_pipeline.partitions import register_partitions
from content_pipeline.review import assets
from content_pipeline.review.moderation import Moderation
from content_pipeline.review.records import Review
from content_pipeline.scripts import assets as scripts
from content_pipeline.scripts.records import Script
from content_pipeline.storage.io_manager import LakeIOManager
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.trends import assets as trends
from content_pipeline_tests.examples import DAY, START, demo
from content_pipeline_tests.review.rules.reels import reels

DIMS = {"account": "demo", "day": str(DAY)}


class Asked:
    """A moderator that flags one script, or does not answer, and keeps what it was asked."""

    def __init__(self, flags: str | None = None, problem: str | None = None) -> None:
        self._flags, self._problem = flags, problem
        self.texts: list[dict[str, str]] = []

    def judge(self, texts):
        self.texts.append(dict(texts))
        if self._problem:
            return Moderation(problem=self._problem)
        return Moderation({key: {"violence": 0.9} if key == self._flags else {} for key in texts})


@pytest.fixture
def studio(tmp_path):
    lake, clock = Lake(str(tmp_path / "lake")), SandboxClock(tmp_path / "clock")
    clock.advance_to(START)
    lake.write("scripts", DIMS, Script, reels())
    instance = dg.DagsterInstance.ephemeral()
    register_partitions(instance, ["demo"], [])

    def run(moderator):
        with OperationsDatabase(f"sqlite:///{tmp_path}/operations.db") as operations:
            result = dg.materialize(
                [
                    trends.trends,
                    briefs.strategy,
                    briefs.briefs,
                    briefs.calendar,
                    scripts.scripts,
                    assets.reviews,
                ],
                selection=["reviews"],
                instance=instance,
                partition_key=f"demo|{DAY}",
                resources={
                    "lake": lake,
                    "accounts": {"demo": demo()},
                    "operations": operations,
                    "clock": clock,
                    "moderator": dg.ResourceDefinition(lambda _: moderator),
                    "engine": "no run of the reviews asks it",
                    "settings": "nor them",
                    "lake_io": LakeIOManager(lake, {"scripts": Script, "reviews": Review}),
                },
            )
        assert result.success
        return {row.content_hash: row for row in lake.read("reviews", Review, DIMS)}

    return SimpleNamespace(run=run)


def test_without_a_moderator_nothing_is_said(studio):
    rows = studio.run(None)
    assert {row.verdict for row in rows.values()} == {"released"}
    assert not any(f.rule_id.startswith("moderation.") for row in rows.values() for f in row.findings)


def test_what_is_flagged_waits_for_people_and_all_are_asked_about_at_once(studio):
    flagged = reels()[1]
    moderator = Asked(flags=flagged.content_hash)
    rows = studio.run(moderator)
    [texts] = moderator.texts
    assert set(texts) == {script.content_hash for script in reels()}
    assert flagged.caption_long in texts[flagged.content_hash]
    assert {h for h, row in rows.items() if row.verdict != "released"} == {flagged.content_hash}
    assert "compliance" in rows[flagged.content_hash].approvals_needed


def test_a_moderator_that_does_not_answer_lets_nothing_pass_unseen(studio):
    rows = studio.run(Asked(problem="server_error: status 500"))
    assert {row.verdict for row in rows.values()} == {"needs_approval"}
    assert all("server_error" in row.findings[0].message for row in rows.values())

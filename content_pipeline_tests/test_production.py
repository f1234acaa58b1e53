"""What `produce` does and when, with a runner that only notes what it was asked for."""

from datetime import datetime, timedelta

import pytest

from content_pipeline.clock import SandboxClock
from content_pipeline.instance import RunFailed
from content_pipeline.posts.ledger import Ledger
from content_pipeline.production import Production, Stores
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.tables import SlotMoveRow
from content_pipeline_tests.databases import publication
from content_pipeline_tests.examples import DAY, START, demo

NEXT = DAY + timedelta(days=1)
NOW, NOON = START + timedelta(hours=29), START + timedelta(hours=41)


class Notes:
    """Stands for the runner: moves the clock as runs do, fails the jobs in ``broken``, and notes the others."""

    def __init__(self, clock: SandboxClock, broken: tuple[str, ...]) -> None:
        self.clock = clock
        self.broken = broken
        self.asked: list[tuple[str, str | None]] = []

    def run(self, job, partition=None, last=None, now=None, tags=None) -> None:
        if now:
            self.clock.advance_to(datetime.fromisoformat(now))
        if job in self.broken:
            raise RunFailed(f"{job} is broken")
        self.asked.append((job, partition))


@pytest.fixture
def produce(tmp_path):
    """Give production in which a post of the day was moved to noon of the next."""
    clock = SandboxClock(tmp_path / "clock")
    clock.advance_to(NOW)
    with OperationsDatabase(f"sqlite:///{tmp_path}/operations.db") as operations:
        with operations.transaction() as session:
            session.add(publication(1, DAY, "planned", slot_at=NOON, payload=PAYLOAD))
            move = {"account": "demo", "day": DAY, "slot_id": "slot_1", "from_at": START, "to_at": NOON}
            session.add(SlotMoveRow(**move, to_label="afternoon", by="Ada", at=NOW))
        stores = Stores(Lake(str(tmp_path / "lake")), operations, Ledger(operations), clock)

        def run(*broken: str) -> tuple[Notes, list[str]]:
            notes = Notes(clock, broken)
            production = Production(notes, stores, {"demo": demo()}, ["sandbox"], simulated_time=True)
            production.produce(NEXT, 1)
            return notes, production.warnings

        yield run


PAYLOAD = {
    "caption": "c",
    "reel_key": "k",
    "reel_sha256": "s",
    "reel_bytes": 1,
    "cover_key": "k",
    "duration_s": 1.0,
    "is_ai_generated": False,
    "approvals": [],
}


def test_what_people_changed_is_taken_in_first_and_a_moved_post_has_its_moment(produce):
    notes, warnings = produce()
    assert notes.asked[0] == ("review_again", f"demo|{DAY}")
    jobs = [(job, key) for job, key in notes.asked if job in ("daily_production", "publish_due", "learn")]
    assert jobs == [
        ("daily_production", f"demo|{NEXT}"),
        ("publish_due", f"demo|{DAY}"),
        ("learn", f"demo|{NEXT}"),
    ]
    assert warnings == []


def test_changes_that_cannot_be_taken_in_hold_up_nothing_else(produce):
    notes, warnings = produce("review_again")
    assert warnings == ["review_again is broken"]
    assert ("daily_production", f"demo|{NEXT}") in notes.asked

"""The ledger on SQLite and PostgreSQL: planning, claims, fencing, the audit trail, races."""

import subprocess
import sys
from datetime import timedelta

import pytest

from content_pipeline.posts.holders import is_dead, new_holder
from content_pipeline.posts.ledger import ClaimLost, Ledger
from content_pipeline.posts.publications import IllegalTransition
from content_pipeline.posts.trail import change
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.tables import PublicationRow
from content_pipeline_tests.posts.rows import DAY, SLOT, at, intent, payload

HOUR = timedelta(hours=1)


@pytest.fixture
def ledger(database: OperationsDatabase) -> Ledger:
    return Ledger(database)


class MachineTime:
    """A machine's clock that a test moves."""

    def __init__(self) -> None:
        self.moment = SLOT

    def __call__(self):
        return self.moment


def events(ledger: Ledger, post_id: str) -> list[str]:
    return [event.event for event in ledger.events(post_id)]


def test_planning_again_changes_nothing(ledger: Ledger):
    intents = [intent(0), intent(1, state="awaiting_approval")]
    assert ledger.plan("demo", DAY, intents, at()) == {"new": 2}
    before = ledger.publications("demo")
    assert ledger.plan("demo", DAY, intents, at(5, run="run-2")) == {"unchanged": 2}
    assert ledger.publications("demo") == before
    assert [p.state for p in before] == ["planned", "awaiting_approval"]
    assert events(ledger, intent(0).post_id) == ["planned"]


def test_changed_content_replaces_what_has_not_begun(ledger: Ledger):
    ledger.plan("demo", DAY, [intent()], at())
    changed = intent(content_hash="new", payload=payload(caption="New"))
    assert ledger.plan("demo", DAY, [changed], at(1)) == {"replanned": 1}
    (post,) = ledger.publications("demo")
    assert (post.post_id, post.content_hash, post.payload.caption) == (intent().post_id, "new", "New")
    told = ledger.events(post.post_id)[-1]
    assert told.event == "replanned"
    assert told.detail == {"changed": ["content_hash", "payload"], "was": "hash_0", "is": "new"}


def test_what_waits_says_why_until_it_may_go(ledger: Ledger):
    def plan(reason, minutes, state="awaiting_approval"):
        return ledger.plan("demo", DAY, [intent(state=state, reason=reason)], at(minutes))

    first, second = "the file may not be used: no licence", "waits for editorial (pilot)"
    for minutes, (state, reason, done) in enumerate(
        [
            ("planned", None, "new"),
            ("awaiting_approval", first, "held"),
            ("awaiting_approval", first, "unchanged"),
            ("awaiting_approval", second, "held"),
            ("awaiting_approval", None, "held"),
            ("planned", None, "released"),
        ]
    ):
        assert plan(reason, minutes, state) == {done: 1}
        (post,) = ledger.publications("demo")
        assert (post.state, post.reason) == (state, reason)


def test_a_retry_of_replaced_content_starts_afresh(ledger: Ledger):
    ledger.plan("demo", DAY, [intent()], at())
    post = ledger.claim("demo", at())
    post = ledger.record(
        post, "container_created", at(), container_id="1", step="container_created", attempts=1
    )
    ledger.record(post, "call_failed", at(), state="planned", reason="x", retry_at=at(9).created_at)
    ledger.plan("demo", DAY, [intent(content_hash="new")], at(1))
    (post,) = ledger.publications("demo")
    assert (post.container_id, post.step, post.attempts, post.retry_at, post.reason) == (
        None,
        None,
        0,
        None,
        None,
    )


@pytest.mark.parametrize("state", ["publishing", "unknown", "published", "failed"])
def test_what_has_begun_or_ended_is_left_alone(ledger: Ledger, state: str):
    ledger.plan("demo", DAY, [intent()], at())
    post = ledger.claim("demo", at())
    if state != "publishing":
        media = {"media_id": "9"} if state == "published" else {}
        ledger.record(post, state, at(), state=state, **media)
    before = ledger.publications("demo")
    assert ledger.plan("demo", DAY, [intent(content_hash="new")], at(1)) == {"unchanged": 1}
    assert ledger.plan("demo", DAY, [], at(1)) == {}
    assert ledger.publications("demo") == before


def test_approval_releases_and_its_loss_holds(ledger: Ledger):
    ledger.plan("demo", DAY, [intent(state="awaiting_approval")], at())
    assert ledger.claim("demo", at()) is None
    assert ledger.plan("demo", DAY, [intent()], at(1)) == {"released": 1}
    assert ledger.plan("demo", DAY, [intent(state="awaiting_approval")], at(2)) == {"held": 1}
    assert events(ledger, intent().post_id) == ["planned", "released", "held"]


def test_a_slot_without_content_is_withdrawn_and_comes_back(ledger: Ledger):
    ledger.plan("demo", DAY, [intent(0), intent(1)], at())
    assert ledger.plan("demo", DAY, [intent(1)], at(1)) == {"unchanged": 1, "withdrawn": 1}
    assert ledger.claim("demo", at(2)) is None
    assert ledger.publications("demo", states=["awaiting_approval"])[0].reason.startswith("withdrawn")
    assert ledger.plan("demo", DAY, [intent(0), intent(1)], at(3)) == {"released": 1, "unchanged": 1}
    assert ledger.publications("demo")[0].reason is None
    assert ledger.plan("demo", DAY + timedelta(days=1), [], at(4)) == {}


def test_only_due_posts_of_the_account_are_claimed_in_the_order_of_their_slots(ledger: Ledger):
    ledger.plan("demo", DAY, [intent(n) for n in (2, 0, 1)], at())
    ledger.plan("other", DAY, [intent(0, name="other")], at())
    assert ledger.claim("demo", at(-1)) is None
    assert ledger.due_days("demo", at(-1).created_at) == []
    assert ledger.due_days("demo", at(0).created_at) == [DAY]
    assert ledger.next_due("demo") == SLOT
    claimed = [ledger.claim("demo", at(60)).slot_id for _ in range(2)]
    assert claimed == ["slot_0", "slot_1"]
    assert ledger.claim("demo", at(60)) is None
    assert ledger.claim("other", at(60)).account == "other"


def test_a_pause_is_waited_for(ledger: Ledger):
    ledger.plan("demo", DAY, [intent()], at())
    ledger.record(
        ledger.claim("demo", at()),
        "call_failed",
        at(),
        state="planned",
        retry_at=at(10).created_at,
        reason="limit",
    )
    assert ledger.claim("demo", at(9)) is None
    assert ledger.next_due("demo") == at(10).created_at
    assert ledger.claim("demo", at(10)).reason == "limit"


def test_a_living_holder_keeps_its_claim_until_the_lease_ends(database: OperationsDatabase):
    clock = MachineTime()
    first = Ledger(database, lease_s=120, machine_time=clock)
    second = Ledger(database, lease_s=120, machine_time=clock)
    first.plan("demo", DAY, [intent()], at())
    post = first.claim("demo", at())
    clock.moment += timedelta(seconds=100)
    assert second.claim("demo", at()) is None
    first.renew(post)
    clock.moment += timedelta(seconds=100)
    assert second.claim("demo", at()) is None
    clock.moment += timedelta(seconds=100)
    assert second.claim("demo", at(run="run-2")).post_id == post.post_id
    for late in (
        lambda: first.record(post, "publish_requested", at(), step="publish_requested"),
        lambda: first.renew(post),
    ):
        with pytest.raises(ClaimLost):
            late()
    first.drop_claim(post, at())
    second.renew(post)
    assert events(first, post.post_id) == ["planned", "claimed", "claim_taken_over"]


def test_a_dropped_claim_is_free_at_once(database: OperationsDatabase):
    first, second = Ledger(database), Ledger(database)
    first.plan("demo", DAY, [intent()], at())
    first.drop_claim(first.claim("demo", at()), at())
    assert second.claim("demo", at()).state == "publishing"


@pytest.mark.parametrize(
    ("path", "refused"),
    [
        ((), "published"),
        ((), "failed"),
        (("publishing", "unknown"), "published"),
        (("publishing", "unknown"), "planned"),
        (("publishing", "published"), "publishing"),
        (("publishing", "published"), "failed"),
        (("publishing", "failed"), "planned"),
        (("publishing", "missed"), "published"),
    ],
)
def test_an_illegal_change_of_state_raises_and_leaves_nothing(
    ledger: Ledger, database: OperationsDatabase, path: tuple[str, ...], refused: str
):
    ledger.plan("demo", DAY, [intent()], at())
    post_id = intent().post_id
    for state in path:
        with database.transaction() as session:
            change(session, session.get(PublicationRow, post_id), state, at(), state=state, media_id="9")
    before = events(ledger, post_id)

    def refuse() -> None:
        with database.transaction() as session:
            change(session, session.get(PublicationRow, post_id), "wrong", at(), state=refused)

    with pytest.raises(IllegalTransition):
        refuse()
    assert events(ledger, post_id) == before


def test_nothing_is_published_without_the_id_of_its_media(ledger: Ledger):
    ledger.plan("demo", DAY, [intent()], at())
    post = ledger.claim("demo", at())
    with pytest.raises(IllegalTransition, match="without the id"):
        ledger.record(post, "published", at(), state="published")
    assert ledger.publications("demo")[0].state == "publishing"


def test_late_posts_are_missed_with_the_reason(ledger: Ledger):
    ledger.plan("demo", DAY, [intent(0), intent(1, state="awaiting_approval"), intent(2)], at())
    assert ledger.expire_late("demo", HOUR, at(60)) == []
    late = ledger.expire_late("demo", HOUR, at(121))
    assert sorted(late) == sorted([intent(0).post_id, intent(1).post_id])
    reasons = [p.reason for p in ledger.publications("demo", states=["missed"])]
    assert reasons == [
        "it was not published within 60 min of its slot",
        "no approval came within 60 min of its slot",
    ]
    assert ledger.expire_late("demo", HOUR, at(121)) == []
    assert ledger.claim("demo", at(121)).slot_id == "slot_2"


def test_what_is_being_published_is_not_expired(ledger: Ledger):
    ledger.plan("demo", DAY, [intent()], at())
    ledger.claim("demo", at())
    assert ledger.expire_late("demo", HOUR, at(600)) == []


def test_the_audit_trail_says_who_when_and_what(ledger: Ledger):
    ledger.plan("demo", DAY, [intent()], at())
    post = ledger.claim("demo", at(1, run="run-2"))
    ledger.record(post, "published", at(2, run="run-2"), state="published", media_id="9", detail={"x": 1})
    trail = [(e.at, e.run_id, e.event, e.from_state, e.to_state) for e in ledger.events(post.post_id)]
    assert trail == [
        (at(0).created_at, "run-1", "planned", None, "planned"),
        (at(1).created_at, "run-2", "claimed", "planned", "publishing"),
        (at(2).created_at, "run-2", "published", "publishing", "published"),
    ]
    assert ledger.events(post.post_id)[-1].detail == {"x": 1}
    assert ledger.known_media(["9", "10"]) == {"9"}


def test_a_holder_is_dead_when_its_process_is():
    code = "from content_pipeline.posts.holders import new_holder; print(new_holder())"
    gone = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()
    assert is_dead(gone)
    mine = new_holder()
    host, pid, started, nonce = mine.split("|")
    assert not is_dead(mine)
    assert is_dead("|".join((host, pid, str(float(started) - 3600), nonce)))
    assert not is_dead("|".join(("elsewhere", "999999", started, nonce)))
    assert not is_dead("not a holder")


RACER = """
import sys
from pathlib import Path
from content_pipeline.posts.ledger import Ledger
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline_tests.posts.rows import DAY, at, intent

ledger = Ledger(OperationsDatabase(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
ledger.plan("demo", DAY, [intent(n) for n in range(20)], at())
while (post := ledger.claim("demo", at(2000))) is not None:
    print(post.post_id, flush=True)
print("done", flush=True)
sys.stdin.readline()
"""


def test_processes_that_race_plan_and_claim_each_post_once(url: str, ledger: Ledger):
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    assert [racer.stdout.readline() for racer in racers] == ["ready\n"] * 3
    for racer in racers:
        racer.stdin.write("go\n")
        racer.stdin.flush()
    # They stay alive until all are done: a finished process gives up its claims.
    claimed = [[line.strip() for line in iter(racer.stdout.readline, "done\n")] for racer in racers]
    for racer in racers:
        racer.communicate("end\n")
        assert racer.returncode == 0
    together = [post for own in claimed for post in own]
    assert len(together) == 20
    assert len(set(together)) == 20
    assert all(events(ledger, post)[:2] == ["planned", "claimed"] for post in together)
    assert (
        ledger.claim("demo", at(2000)).post_id in together
    )  # they have ended, so their claims are free at once

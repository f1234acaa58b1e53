"""Whatever workers do, in any order: a post is published once at most and moves as the table allows."""

import tempfile
from datetime import timedelta
from functools import cache
from itertools import count

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from content_pipeline.posts.ledger import ClaimLost, Ledger
from content_pipeline.posts.publications import TRANSITIONS, IllegalTransition
from content_pipeline.posts.records import TERMINAL_STATES
from content_pipeline.posts.trail import change
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.storage.tables import PublicationRow
from content_pipeline_tests.posts.rows import DAY, SLOT, at, intent

ACCOUNTS = (f"account_{n}" for n in count())
MEDIA = (str(n) for n in count(1))
SLOTS = 3
WORKERS = st.integers(0, 2)
STATES = st.sampled_from(sorted(TRANSITIONS))


@cache
def database() -> OperationsDatabase:
    """Return one database for all examples; each example has an account of its own in it."""
    return OperationsDatabase(
        f"sqlite:///{tempfile.mkdtemp(prefix='content-pipeline-ledger-')}/operations.db"
    )


class Workers(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.account = next(ACCOUNTS)
        self.minute = 0
        self.machine = SLOT
        self.ledgers = [Ledger(database(), lease_s=120, machine_time=lambda: self.machine) for _ in range(3)]
        self.held = [{}, {}, {}]
        self.ended = {}

    @property
    def now(self):
        return at(self.minute)

    @rule(slots=st.sets(st.integers(0, SLOTS - 1)), version=st.integers(0, 2), waits=st.booleans())
    def plan(self, slots, version, waits):
        state = "awaiting_approval" if waits else "planned"
        intents = [intent(n, self.account, content_hash=f"v{version}", state=state) for n in slots]
        self.ledgers[0].plan(self.account, DAY, intents, self.now)

    @rule(worker=WORKERS)
    def claim(self, worker):
        post = self.ledgers[worker].claim(self.account, self.now)
        if post is not None:
            self.held[worker][post.post_id] = post

    @rule(worker=WORKERS, n=st.integers(0, SLOTS - 1), state=st.none() | STATES, pause=st.integers(0, 30))
    def record(self, worker, n, state, pause):
        post = self.held[worker].get(intent(n, self.account).post_id)
        if post is None:
            return
        changes = (
            {"media_id": next(MEDIA)}
            if state == "published"
            else {"retry_at": at(self.minute + pause).created_at}
        )
        try:
            self.ledgers[worker].record(post, state or "note", self.now, state=state, **changes)
        except (ClaimLost, IllegalTransition):
            return

    @rule(worker=WORKERS, n=st.integers(0, SLOTS - 1))
    def drop(self, worker, n):
        post = self.held[worker].get(intent(n, self.account).post_id)
        if post is not None:
            self.ledgers[worker].drop_claim(post, self.now)

    @rule(n=st.integers(0, SLOTS - 1))
    def take_down(self, n):
        with database().transaction() as session:
            row = session.get(PublicationRow, intent(n, self.account).post_id)
            if row is not None:
                try:
                    change(session, row, "taken_down", self.now, state="taken_down")
                except IllegalTransition:
                    return
                self.ended.pop(row.post_id, None)

    @rule(minutes=st.integers(1, 90))
    def time_passes(self, minutes):
        self.minute += minutes

    @rule(seconds=st.integers(1, 200))
    def machine_time_passes(self, seconds):
        self.machine += timedelta(seconds=seconds)

    @rule()
    def expire(self):
        self.ledgers[0].expire_late(self.account, timedelta(hours=1), self.now)

    @invariant()
    def every_change_was_allowed_and_is_told(self):
        for post in self.ledgers[0].publications(self.account):
            trail = self.ledgers[0].events(post.post_id)
            state = None
            for event in trail:
                assert event.from_state == state
                moved = event.to_state != event.from_state
                assert not moved or state is None or event.to_state in TRANSITIONS[state]
                state = event.to_state
            assert state == post.state
            published = [e for e in trail if e.to_state == "published" and e.from_state != "published"]
            went_live = post.state in ("published", "taken_down")
            assert len(published) == went_live
            assert (post.media_id is not None) == went_live

    @invariant()
    def an_end_is_an_end(self):
        for post in self.ledgers[0].publications(self.account):
            before = self.ended.get(post.post_id)
            assert before is None or before == post
            if post.state in TERMINAL_STATES:
                self.ended[post.post_id] = post

    @invariant()
    def media_belong_to_one_post(self):
        media = [p.media_id for p in self.ledgers[0].publications(self.account) if p.media_id]
        assert len(media) == len(set(media))


TestWorkers = Workers.TestCase
TestWorkers.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)

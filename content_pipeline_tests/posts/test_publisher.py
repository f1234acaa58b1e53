"""Publishing over HTTP: whatever fails, wherever, each post goes live once and the ledger says so."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content_pipeline.metrics.history import recently_published
from content_pipeline.posts.changes import PostChanges
from content_pipeline.posts.exchange import MAX_ATTEMPTS, POLL_DELAYS_S
from content_pipeline.storage.lake import Lake
from content_pipeline_tests.posts.answering import Answer, answering, graph_error
from content_pipeline_tests.posts.platform import Fault, Platform
from content_pipeline_tests.posts.rows import DAY, SLOT, account, at
from content_pipeline_tests.posts.studio import TOKEN, Studio


class OddStudio(Studio):
    """A studio whose platform a test tells what to get wrong."""

    def __init__(self, folder: Path, url: str, platform: Platform) -> None:
        super().__init__(folder, url, b"film" * 100_000, platform.set_time)
        self.platform = platform


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[OddStudio]:
    platform = Platform()
    with answering(platform) as (url, _):
        studio = OddStudio(tmp_path, url, platform)
        yield studio
        studio.close()


def test_a_post_goes_live_and_every_step_is_told(studio: OddStudio):
    studio.plan(is_ai_generated=True)
    report = studio.publish(2)
    post = studio.post()
    assert report.states == {post.post_id: "published"}
    assert report.next_due is None
    assert studio.platform.live == {post.media_id: (post.payload.caption, at(2).created_at)}
    assert (post.published_at, post.permalink, post.attempts) == (
        at(2).created_at, f"https://example.test/{post.media_id}/", 1,
    )  # fmt: skip
    assert studio.platform.containers[post.container_id].uploaded == studio.reel.read_bytes()
    assert studio.events() == [
        "planned", "claimed", "container_requested", "container_created", "upload_requested", "uploaded",
        "publish_requested", "published", "page_read",
    ]  # fmt: skip
    calls = studio.platform.calls.copy()
    studio.publish(9)
    assert studio.platform.calls == calls


def test_the_intent_is_written_before_each_call(studio: OddStudio):
    studio.plan()
    seen = {}
    studio.platform.before = lambda step: seen.setdefault(step, studio.events()[-1])
    studio.publish()
    assert seen["create"] == "container_requested"
    assert seen["upload"] == "upload_requested"
    assert seen["publish"] == "publish_requested"


FAULTS = [
    Fault("error"),
    Fault("error", graph_error(24, 2207008)),
    Fault("error", graph_error(24, 2207006)),
    Fault("error", graph_error(4, 2207051)),
    Fault("error", graph_error(100, 33)),
    Fault("drop_before"),
    Fault("drop_after"),
    Fault("error_after", graph_error(4, 2207051)),
    Fault("error_after", graph_error(24, 2207006)),
    Fault("error_after", graph_error(-1, 2207001, status=500)),
    Fault("garbage_after"),
]


@pytest.mark.parametrize("step", ["create", "upload", "publish"])
@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f"{f.kind}-{f.answer.body['error']['code']}")
def test_a_fault_at_any_step_leaves_one_live_post(studio: OddStudio, step: str, fault: Fault):
    studio.platform.faults[step] = [fault]
    studio.plan()
    studio.publish()
    assert len(studio.platform.live) <= 1
    # Spam is waited out for an hour; nobody is that patient with a slot, so here the limit is a day.
    for minutes in (1, 3, 90, 200):
        studio.publish(minutes, lateness_limit_minutes=1440)
    post = studio.post()
    assert post.state == "published"
    assert list(studio.platform.live) == [post.media_id]
    assert post.permalink is not None
    assert [e for e in studio.events() if e in ("published", "reconciled")] in (["published"], ["reconciled"])


@pytest.mark.parametrize("fault", [Fault("drop_after"), Fault("error_after"), Fault("garbage_after")])
def test_a_lost_answer_to_publish_is_unknown_and_then_found(studio: OddStudio, fault: Fault):
    studio.platform.faults["publish"] = [fault]
    studio.plan()
    assert list(studio.publish().states.values()) == ["unknown"]
    assert studio.post().media_id is None
    studio.publish(3)
    post = studio.post()
    assert (post.state, post.published_at) == ("published", at(0).created_at)
    assert studio.platform.calls["publish"] == 1
    assert studio.events().count("reconciled") == 1


def test_a_call_that_never_arrived_is_made_again_for_the_same_container(studio: OddStudio):
    studio.platform.faults["publish"] = [Fault("drop_before")]
    studio.plan()
    studio.publish()
    studio.publish(3)
    assert studio.post().state == "published"
    assert len(studio.platform.containers) == 1
    assert (studio.platform.calls["publish"], studio.post().attempts) == (2, 2)


def test_while_the_status_cannot_be_read_nothing_is_sent(studio: OddStudio):
    studio.platform.faults["publish"] = [Fault("drop_after")]
    studio.platform.faults["status"] = []
    studio.plan()
    studio.publish()
    studio.platform.faults["status"] = [
        Fault("error", graph_error(100, 33)),
        Fault("drop_before"),
        Fault("error"),
    ]
    sent = studio.platform.calls["create"], studio.platform.calls["publish"]
    for minutes in (2, 10, 30):
        studio.publish(minutes)
        assert studio.post().state == "unknown"
    assert (studio.platform.calls["create"], studio.platform.calls["publish"]) == sent
    studio.publish(59)
    assert studio.post().state == "published"
    assert len(studio.platform.live) == 1


def test_what_is_live_but_not_listed_yet_stays_unknown(studio: OddStudio):
    studio.platform.faults["publish"] = [Fault("drop_after")]
    studio.platform.listed = False
    studio.plan()
    studio.publish()
    studio.publish(3)
    assert (studio.post().state, studio.events()[-1]) == ("unknown", "media_not_listed")
    studio.platform.listed = True
    studio.publish(200)
    assert studio.post().state == "published"


def test_two_lost_posts_with_one_caption_are_told_apart(studio: OddStudio):
    studio.platform.faults["publish"] = [Fault("drop_after"), Fault("drop_after")]
    studio.plan(0, 1)
    studio.platform.faults["status"] = []
    studio.publish(60)
    assert {p.state for p in studio.ledger.publications("demo")} == {"unknown"}
    studio.publish(100, lateness_limit_minutes=600)
    posts = studio.ledger.publications("demo")
    assert {p.media_id for p in posts} == set(studio.platform.live)
    assert len(studio.platform.live) == 2


def test_a_container_that_is_not_ready_is_waited_for(studio: OddStudio):
    studio.platform.polls = 3
    studio.plan()
    studio.publish()
    assert studio.post().state == "published"
    assert studio.slept == list(POLL_DELAYS_S[:3])


def test_a_container_that_takes_long_is_taken_up_again(studio: OddStudio):
    studio.platform.polls = len(POLL_DELAYS_S) + 3
    studio.plan()
    studio.publish()
    assert (studio.post().state, studio.events()[-1]) == ("planned", "still_processing")
    studio.publish(6)
    assert studio.post().state == "published"
    assert len(studio.platform.containers) == 1


@pytest.mark.parametrize(
    ("status", "words", "state", "containers"),
    [
        ("ERROR", "Error: Media upload has failed with error code 2207026", "failed", 1),
        ("ERROR", "Error: Media upload has failed with error code 2207082", "published", 2),
        ("ERROR", "Error", "published", 2),
        ("EXPIRED", "Expired: The container was not published within 24 hours", "published", 2),
    ],
)
@pytest.mark.parametrize("requested", [False, True])
def test_a_container_that_ended(
    studio: OddStudio, status: str, words: str, state: str, containers: int, requested: bool
):
    if requested:
        studio.platform.faults["publish"] = [Fault("drop_before")]
        studio.plan()
        studio.publish()
        _end(studio, status, words)
    else:
        studio.platform.before = lambda step: _end(studio, status, words) if step == "upload" else None
        studio.plan()
        studio.publish()
        studio.platform.before = lambda step: None
    for minutes in (2, 5, 9):
        studio.publish(minutes)
    assert (studio.post().state, len(studio.platform.containers)) == (state, containers)
    assert len(studio.platform.live) == (state == "published")


def _end(studio: OddStudio, status: str, words: str) -> None:
    for container in studio.platform.containers.values():
        container.status, container.words = status, words


@pytest.mark.parametrize("kind", ["error", "error_after"])
def test_a_refusal_is_looked_up_before_it_counts(studio: OddStudio, kind: str):
    studio.platform.faults["publish"] = [Fault(kind, graph_error(100, 2207023))]
    studio.plan()
    studio.publish()
    post = studio.post()
    assert post.state == ("failed" if kind == "error" else "published")
    assert len(studio.platform.live) == (kind == "error_after")
    assert "publish_refused" in studio.events()
    if kind == "error":
        assert post.reason.startswith("The media type is not known to Instagram; it has to be REELS.")


def test_a_refusal_that_cannot_be_looked_up_is_unknown(studio: OddStudio):
    studio.platform.faults["publish"] = [Fault("error_after", graph_error(190))]
    studio.plan()
    studio.platform.before = lambda step: (
        studio.platform.faults["status"].append(Fault("error", graph_error(190)))
        if step == "publish"
        else None
    )
    studio.publish()
    assert studio.post().state == "unknown"
    studio.platform.before = lambda step: None
    studio.publish(9)
    assert studio.post().state == "published"
    assert len(studio.platform.live) == 1


def test_a_limit_pauses_the_account_as_long_as_it_asks(studio: OddStudio):
    usage = '{"1": [{"type": "instagram", "estimated_time_to_regain_access": 20}]}'
    limit = Answer(graph_error(80002).body, 400, {"X-Business-Use-Case-Usage": usage})
    studio.platform.faults["create"] = [Fault("error", limit)]
    studio.plan(0, 1)
    studio.publish(60, lateness_limit_minutes=120)
    first, second = studio.ledger.publications("demo")
    assert (first.state, first.retry_at) == ("planned", at(90).created_at)
    assert (second.state, second.attempts) == ("planned", 0)
    assert studio.platform.calls == {"create": 1}
    studio.publish(91, lateness_limit_minutes=120)
    assert {p.state for p in studio.ledger.publications("demo")} == {"published"}


def test_a_dead_token_fails_the_post_and_spares_the_others(studio: OddStudio):
    studio.platform.faults["create"] = [Fault("error", graph_error(190, 463))]
    studio.plan(0, 1)
    studio.publish(60)
    first, second = studio.ledger.publications("demo")
    assert (first.state, second.state) == ("failed", "planned")
    assert first.reason.startswith("The token has expired; log the account in again")
    detail = studio.ledger.events(first.post_id)[-1].detail
    assert (detail["code"], detail["subcode"], detail["action"], detail["fbtrace_id"]) == (
        190, 463, "account_action", "TRACE",
    )  # fmt: skip


def test_only_what_is_due_is_published(studio: OddStudio):
    studio.plan(0, 1, 2)
    assert studio.publish(-1).states == {}
    report = studio.publish(0)
    assert [p.state for p in studio.ledger.publications("demo")] == ["published", "planned", "planned"]
    assert report.next_due == at(60).created_at


def test_a_past_slot_is_never_published_late(studio: OddStudio):
    studio.plan(0, 1)
    studio.publish(61 + 60)
    assert [p.state for p in studio.ledger.publications("demo")] == ["missed", "missed"]
    assert not studio.platform.calls


@pytest.mark.parametrize(
    ("fault", "step", "state"),
    [
        (Fault("drop_before"), "create", "missed"),
        (Fault("drop_before"), "upload", "missed"),
        (Fault("drop_before"), "publish", "missed"),
        (Fault("drop_after"), "publish", "published"),
    ],
)
def test_what_was_begun_in_time_is_not_published_late_either(
    studio: OddStudio, fault: Fault, step: str, state: str
):
    studio.platform.faults[step] = [fault]
    studio.plan()
    studio.publish(50)
    studio.publish(200)
    assert studio.post().state == state
    assert len(studio.platform.live) == (state == "published")


@pytest.mark.parametrize(
    ("mode", "approvals", "allowed", "state"),
    [
        ("live", [], False, "simulated"),
        ("live", ["editorial"], False, "published"),
        ("live", [], True, "published"),
        ("sandbox", [], False, "published"),
        ("rehearsal", [], False, "published"),
    ],
)
def test_live_publishing_has_switches(
    studio: OddStudio, mode: str, approvals: list[str], allowed: bool, state: str
):
    studio.plan(approvals=approvals)
    studio.publish(mode=mode, allow_autonomous_publish=allowed)
    assert studio.post().state == state
    if state == "simulated":
        assert not studio.platform.calls
        assert "allow_autonomous_publish" in studio.post().reason


def test_what_preflight_refuses_is_not_sent(studio: OddStudio):
    studio.plan(caption="x" * 3000)
    studio.publish()
    assert studio.post().state == "failed"
    assert studio.post().reason.startswith("Shorten the caption")
    assert not studio.platform.calls


def test_it_gives_up_after_some_attempts(studio: OddStudio):
    studio.platform.faults["create"] = [Fault("drop_before")] * 99
    studio.plan()
    studio.publish_until_quiet()
    assert studio.post().state == "failed"
    assert studio.post().reason.startswith(f"{MAX_ATTEMPTS} attempts; the last: ")
    assert studio.platform.calls["create"] == MAX_ATTEMPTS


def test_an_address_that_cannot_be_read_does_not_fail_a_live_post(studio: OddStudio):
    studio.platform.faults["page"] = [Fault("error", graph_error(100, 33)), Fault("error", graph_error(4))]
    studio.plan()
    for minutes, permalink in ((0, False), (5, False), (10, True)):
        studio.publish(minutes)
        assert studio.post().state == "published"
        assert (studio.post().permalink is not None) == permalink


def test_a_post_that_was_moved_to_a_later_day_is_published_and_looked_up_there(studio: OddStudio):
    studio.platform.faults["page"] = [Fault("error", graph_error(100, 33))]
    studio.plan()
    days = timedelta(days=3)
    changes = PostChanges(studio.database, Lake(str(studio.folder)))
    changes.move(account(), DAY, "slot_0", SLOT, SLOT + days, "Ada", at(-30).created_at)
    minutes = days / timedelta(minutes=1)
    assert studio.publish(0).states == studio.publish(minutes - 1).states == {}
    studio.publish(minutes)
    assert (studio.post().state, studio.post().day, studio.post().permalink) == ("published", DAY, None)
    studio.publish(minutes + 5)
    assert studio.post().permalink is not None
    for later, known in ((timedelta(days=8), True), (timedelta(days=11), False)):
        found = recently_published(studio.ledger, account(), SLOT + days + later)
        assert (studio.post() in found) == known


def test_an_unforeseen_error_shows_and_the_post_is_resumed_at_once(studio: OddStudio):
    studio.plan()

    def lose(step: str) -> None:
        if step == "create":
            Path(studio.media.url(studio.post().payload.reel_key)).unlink()

    studio.platform.before = lose
    with pytest.raises(FileNotFoundError):
        studio.publish()
    assert (studio.post().state, studio.events()[-1]) == ("publishing", "claim_dropped")
    studio.platform.before = lambda step: None
    studio.media.put(studio.reel)
    studio.publish()
    assert studio.post().state == "published"
    assert len(studio.platform.live) == 1


def test_the_token_is_nowhere_in_the_ledger(studio: OddStudio):
    studio.platform.faults["create"] = [Fault("error", graph_error(190, message=f"Malformed token {TOKEN}"))]
    studio.plan()
    studio.publish()
    trail = " ".join(str(e) for e in studio.ledger.events(studio.post().post_id))
    assert "Malformed token ***" in trail
    for file in studio.folder.glob("operations.db*"):
        assert TOKEN.encode() not in file.read_bytes()


KINDS = st.sampled_from([*FAULTS, Fault("error", graph_error(190)), None, None])


@given(
    faults=st.fixed_dictionaries(
        {step: st.lists(KINDS, max_size=4) for step in ("create", "upload", "status", "publish", "list")}
    )
)
@settings(max_examples=25)
def test_any_run_of_faults_leaves_one_live_post_at_most(
    tmp_path_factory: pytest.TempPathFactory, faults: dict
):
    platform = Platform()
    platform.faults |= faults
    with answering(platform) as (url, _):
        studio = OddStudio(tmp_path_factory.mktemp("studio"), url, platform)
        studio.plan()
        studio.publish_until_quiet(40)
        post = studio.post()
        studio.close()
    assert post.state in ("published", "failed", "missed")
    assert list(platform.live) == ([post.media_id] if post.state == "published" else [])

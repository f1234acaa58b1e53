"""Stopping the post of an incident on the local sandbox: rejected, taken down, looked up after a lost answer; and the paused queue."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from content_pipeline.posts.containment import AUTOMATIC_TRIES, Containment, taken_down_by_hand
from content_pipeline.posts.holds import PAUSED
from content_pipeline.posts.instagram.client import InstagramClient
from content_pipeline.review.approvals import Approvals
from content_pipeline.review.incident_steps import Incident
from content_pipeline.review.incidents import Incidents
from content_pipeline.review.phases import BY_HAND
from content_pipeline.sandbox.running import running_sandbox
from content_pipeline_tests.databases import record_word
from content_pipeline_tests.posts.rows import DAY, account, at
from content_pipeline_tests.posts.test_sandbox import Sandbox
from content_pipeline_tests.sandbox.videos import make_video


@pytest.fixture(scope="module")
def reel(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return make_video(tmp_path_factory.mktemp("reel") / "reel.mp4").read_bytes()


class Scene(Sandbox):
    """A sandbox with one post, and the book of incidents."""

    @property
    def book(self) -> Incidents:
        return Incidents(self.database)

    def open(self, severity: str = "sev1", n: int = 0, minutes: float = 2, **more) -> Incident:
        return self.book.open(
            "demo",
            self.post(n).post_id,
            severity,
            "a stranger's face",
            by="Ada",
            at=at(minutes).created_at,
            **more,
        )

    def contain(self, incident: Incident, minutes: float = 3) -> str:
        return Containment(self.database, self.client, account()).contain(incident, "Ada", at(minutes))

    def go_on(self, minutes: float) -> int:
        """Let publishing's tick go on with open incidents; return with how many posts it did."""
        return len(Containment(self.database, self.client, account()).go_on(at(minutes)))

    def told(self, incident: Incident) -> list[str]:
        return [event.event for event in self.book.timeline(incident.id)]


@pytest.fixture
def scene(tmp_path: Path, reel: bytes) -> Iterator[Scene]:
    with running_sandbox(tmp_path / "home") as url:
        scene = Scene(tmp_path, url, reel)
        yield scene
        scene.close()
        scene.admin.close()


@pytest.fixture
def live(scene: Scene) -> Scene:
    scene.plan()
    scene.publish(0)
    assert scene.post().state == "published"
    return scene


def test_a_live_post_is_taken_down_with_the_intent_told_before(live: Scene):
    incident = live.open()
    assert live.contain(incident) == "taken_down"
    assert (live.post().state, live.live()) == ("taken_down", [])
    assert live.post().reason == f"taken down: incident {incident.id}"
    assert live.events()[-2:] == ["take_down_requested", "taken_down"]
    detail = live.ledger.events(live.post().post_id)[-2].detail
    assert detail == {"incident": incident.id, "media_id": live.post().media_id, "attempt": 1}
    assert live.contain(incident) == "taken_down"
    assert live.told(incident) == ["opened", "taken_down"]
    assert live.events().count("take_down_requested") == 1
    assert live.go_on(10) == 0


LOST = [("drop_before", {}), ("drop_after", {}), ("error", {"error": {"code": -1, "error_subcode": 2207085}})]


@pytest.mark.parametrize(("kind", "more"), LOST)
def test_what_became_of_a_lost_answer_is_looked_up(live: Scene, kind: str, more: dict):
    incident = live.open()
    live.fault("delete", kind, **more)
    took_effect = kind == "drop_after"
    assert live.contain(incident) == ("taken_down" if took_effect else "take_down_failed")
    assert live.post().state == ("taken_down" if took_effect else "published")
    # Nothing else is due: the schedule asks for a run all the same while the post is still up.
    assert live.ledger.due_days("demo", at(4).created_at) == ([] if took_effect else [DAY])
    assert live.go_on(8) == (not took_effect)
    assert live.ledger.due_days("demo", at(9).created_at) == []
    assert (live.post().state, live.live()) == ("taken_down", [])
    assert [e for e in live.events() if e.startswith("take")] == (
        ["take_down_requested", "taken_down"]
        if took_effect
        else ["take_down_requested", "take_down_failed", "take_down_requested", "taken_down"]
    )


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("sent", [False, True])
def test_killed_between_the_intent_and_the_answer_it_goes_on(live: Scene, sent: bool):
    incident, delete = live.open(), live.client.delete

    def die(media_id: str) -> None:
        if sent:
            delete(media_id)
        raise Killed

    live.client.delete = die
    with pytest.raises(Killed):
        live.contain(incident)
    assert (live.events()[-1], live.post().state) == ("take_down_requested", "published")
    live.client.delete = delete
    assert live.go_on(8) == 1
    assert (live.post().state, live.live()) == ("taken_down", [])
    assert live.told(incident) == ["opened", "taken_down"]


def test_one_that_a_person_deleted_in_the_app_is_taken_down_too(live: Scene):
    with httpx.Client(base_url=live.url, headers={"Authorization": "Bearer t"}) as other:
        other.delete(f"/v25.0/{live.post().media_id}").raise_for_status()
    assert live.contain(live.open()) == "taken_down"
    assert live.ledger.events(live.post().post_id)[-1].detail["found"] == "gone"


def test_without_the_permission_a_person_is_told_what_to_do_and_nothing_is_tried_again(live: Scene):
    incident = live.open()
    live.fault("delete", "error", error={"code": 10, "message": "no permission"}, times=9)
    assert live.contain(incident) == "take_down_failed"
    told = live.book.timeline(incident.id)[-1].detail
    assert "permission" in told["advice"]
    assert told["by_hand"].startswith("delete the post in the Instagram app")
    assert (live.go_on(8), live.post().state) == (0, "published")
    live.book.note(incident.id, "Ada", at(9).created_at, "deleted it on the phone", done="take_down")
    taken_down_by_hand(live.database, incident, "Ada", at(9))
    assert live.post().state == "taken_down"
    assert live.book.is_contained(incident.id)


def test_publishing_gives_up_after_some_tries_and_a_person_may_go_on(live: Scene):
    incident = live.open()
    live.fault("delete", "drop_before", times=AUTOMATIC_TRIES)
    assert [live.go_on(5 + n) for n in range(AUTOMATIC_TRIES + 2)] == [1] * AUTOMATIC_TRIES + [0, 0]
    assert live.told(incident).count("take_down_failed") == AUTOMATIC_TRIES
    assert live.contain(incident, 60) == "taken_down"


@pytest.mark.parametrize(
    ("severity", "more", "event", "state"),
    [
        ("sev2", {}, "left_up", "published"),
        ("sev2", {"take_down": True}, "taken_down", "taken_down"),
        ("sev1", {"take_down": False}, "left_up", "published"),
        ("sev3", {}, "left_up", "published"),
    ],
)
def test_what_is_taken_down_by_severity(live: Scene, severity: str, more: dict, event: str, state: str):
    incident = live.open(severity, **more)
    assert live.contain(incident) == event
    assert live.post().state == state
    assert live.go_on(8) == 0
    raised = live.open("sev1", minutes=9)
    assert raised.id == incident.id
    assert live.go_on(10) == (event == "left_up" and severity != "sev1")


@pytest.mark.parametrize(
    ("severity", "event", "state"),
    [("sev1", "rejected", "awaiting_approval"), ("sev3", "left_up", "planned")],
)
def test_a_post_that_waits_is_rejected_once(scene: Scene, severity: str, event: str, state: str):
    scene.plan()
    incident = scene.open(severity, minutes=-30)
    assert [scene.contain(incident, -29), scene.contain(incident, -28)] == [event, event]
    assert scene.post().state == state
    words = Approvals(scene.database).words([scene.post().content_hash])
    assert [(w.decision, w.by, w.note) for w in words] == (
        [("rejected", "Ada", f"incident {incident.id}: a stranger's face")] if event == "rejected" else []
    )
    scene.publish(0)
    assert len(scene.live()) == (event == "left_up")


def test_a_post_that_is_to_be_taken_down_does_not_leave_before_it_was_rejected(scene: Scene):
    scene.plan()
    scene.open("sev3", minutes=-30, take_down=True)
    scene.publish(0)
    assert (scene.live(), scene.go_on(1)) == ([], 1)
    assert scene.post().state == "awaiting_approval"


def test_what_is_begun_is_found_out_while_the_queue_is_paused_and_then_taken_down(scene: Scene):
    scene.plan(0, 1)
    scene.fault("media_publish", "drop_after")
    scene.publish(0)
    assert scene.post().state == "unknown"
    incident = scene.open()
    assert scene.contain(incident) == "take_down_waits"
    scene.publish(70)
    assert [p.state for p in scene.ledger.publications("demo")] == ["published", "planned"]
    assert scene.post(1).reason == f"{PAUSED}: sev1 incident {incident.id} is open"
    assert scene.go_on(71) == 1
    assert (scene.post().state, scene.live()) == ("taken_down", [])


def test_nothing_leaves_a_paused_queue_until_it_goes_on(scene: Scene):
    scene.plan(0, 1, 2)
    scene.publish(0)
    incident = scene.open()
    scene.contain(incident)
    scene.publish(60)
    assert [p.state for p in scene.ledger.publications("demo")] == ["taken_down", "planned", "planned"]
    assert all(p.reason.startswith(PAUSED) for p in scene.ledger.publications("demo")[1:])
    assert scene.events(1).count("paused") == 1
    scene.book.close(incident.id, by="Ada", at=at(61).created_at, resolution="mended")
    scene.publish(62)
    assert scene.live() == []
    assert "everything by hand until" in scene.post(1).reason
    assert scene.post(1).reason.endswith("it still needs editorial, compliance, rights")
    assert scene.post(2).reason is None
    for kind in BY_HAND:
        record_word(scene.database, "demo", "hash_1", kind, "approved", "Bo", at(63).created_at)
    scene.publish(90)
    assert [p.state for p in scene.ledger.publications("demo")] == ["taken_down", "published", "planned"]


def test_a_rejection_after_planning_keeps_a_post_from_leaving(scene: Scene):
    scene.plan()
    record_word(
        scene.database, "demo", "hash_0", "rights", "rejected", "Bo", at(-1).created_at, "whose song?"
    )
    scene.publish(0)
    assert (scene.post().state, scene.post().reason) == ("planned", "rejected by Bo: whose song?")
    assert scene.live() == []
    scene.publish(61)
    assert scene.post().state == "missed"


def test_an_incident_between_upload_and_publishing_stops_it(scene: Scene):
    scene.plan()
    before = scene.client

    class Late(InstagramClient):
        def container_status(self, container_id: str):
            scene.open(minutes=0)
            return super().container_status(container_id)

    scene.client = Late(scene.url, "very-secret-token")
    scene.publish(0)
    before.close()
    assert scene.post().state == "planned"
    assert scene.live() == []
    assert scene.post().retry_at == at().created_at + timedelta(minutes=5)

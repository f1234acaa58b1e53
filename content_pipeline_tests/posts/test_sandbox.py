"""Publishing to the local sandbox: every fault it knows at every step, and a worker killed in the middle."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from content_pipeline.posts.instagram.client import InstagramClient
from content_pipeline.sandbox.running import running_sandbox
from content_pipeline_tests.posts.rows import DAY, USER, at
from content_pipeline_tests.posts.studio import TOKEN, Studio
from content_pipeline_tests.sandbox.videos import make_video

PATIENCE_S = 0.5
SLOW_S = 1.0
KILLED_CALL_S = 1.5


class Sandbox(Studio):
    """A studio that publishes to the local sandbox."""

    def __init__(self, folder: Path, url: str, reel: bytes) -> None:
        self.admin = httpx.Client(base_url=url, timeout=10)
        super().__init__(folder, url, reel, lambda now: self._ask("clock", now=now.isoformat()))

    def _ask(self, what: str, **body: Any) -> None:
        self.admin.post(f"/sandbox/{what}", json=body).raise_for_status()

    def fault(self, at: str, kind: str, **more: Any) -> None:
        self._ask("faults", at=at, kind=kind, **more)

    def be_impatient(self) -> None:
        self.client.close()
        self.client = InstagramClient(self.url, TOKEN, answer_timeout_s=PATIENCE_S)

    def live(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.admin.get("/sandbox/media").json()["media"]
        return found


@pytest.fixture(scope="module")
def reel(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return make_video(tmp_path_factory.mktemp("reel") / "reel.mp4").read_bytes()


@pytest.fixture
def sandbox(tmp_path: Path, reel: bytes) -> Iterator[Sandbox]:
    with running_sandbox(tmp_path / "home") as url:
        studio = Sandbox(tmp_path, url, reel)
        yield studio
        studio.close()
        studio.admin.close()


def test_three_posts_of_a_day(sandbox: Sandbox):
    sandbox.plan(0, 1, 2)
    for minutes in (0, 60, 120, 120):
        sandbox.publish(minutes)
    posts = sandbox.ledger.publications("demo", days=[DAY])
    assert [p.state for p in posts] == ["published"] * 3
    assert [p.published_at for p in posts] == [p.slot_at for p in posts]
    live = {m["id"]: m for m in sandbox.live()}
    assert set(live) == {p.media_id for p in posts}
    for post in posts:
        media = live[post.media_id]
        assert (media["caption"], media["video_sha256"]) == (post.payload.caption, post.payload.reel_sha256)
        assert (media["ig_user_id"], media["permalink"]) == (USER, post.permalink)
    assert sandbox.slept == []


SERVER_ERROR = {"code": -1, "error_subcode": 2207001, "is_transient": True, "http_status": 500}
KINDS = {
    "error": {"error": SERVER_ERROR},
    "drop_before": {},
    "drop_after": {},
    "slow": {"seconds": SLOW_S},
}


STEPS = ("media", "upload", "container", "media_publish", "media_fields")
READS = ("container", "media_fields")
CASES = [(step, kind) for step in STEPS for kind in KINDS if not (kind == "slow" and step in READS)]


@pytest.mark.parametrize(("step", "kind"), CASES)
def test_a_fault_at_any_step_leaves_one_live_post(sandbox: Sandbox, step: str, kind: str):
    sandbox.fault(step, kind, **KINDS[kind])
    if kind == "slow":
        sandbox.be_impatient()
    sandbox.plan()
    for minutes in (0, 1, 4, 9):
        sandbox.publish(minutes)
    if kind == "slow":
        time.sleep(SLOW_S)  # what was slow has taken effect by now
        sandbox.publish(20)
    post = sandbox.post()
    assert post.state == "published"
    assert [m["id"] for m in sandbox.live()] == [post.media_id]
    assert post.permalink is not None
    told = [e for e in sandbox.events() if e in ("published", "reconciled")]
    assert len(told) == 1


WORKER = """
import sys
from pathlib import Path
from content_pipeline_tests.posts.test_sandbox import Sandbox

folder = Path(sys.argv[1])
Sandbox(folder, sys.argv[2], (folder / "reel.mp4").read_bytes()).publish()
"""


@pytest.mark.parametrize(
    ("step", "intent"),
    [
        ("media", "container_requested"),
        ("upload", "upload_requested"),
        ("media_publish", "publish_requested"),
    ],
)
def test_killed_in_the_middle_and_resumed_at_once(sandbox: Sandbox, step: str, intent: str):
    sandbox.fault(step, "slow", seconds=KILLED_CALL_S)
    sandbox.plan()
    worker = subprocess.Popen([sys.executable, "-c", WORKER, str(sandbox.folder), sandbox.url])
    _wait_for(lambda: sandbox.events()[-1] == intent, worker)
    os.kill(worker.pid, signal.SIGKILL)
    # It has ended, but nobody has asked how: a zombie is dead enough for its claim to be free.
    os.waitid(os.P_PID, worker.pid, os.WEXITED | os.WNOWAIT)
    sandbox.publish(0)
    assert "claim_taken_over" in sandbox.events()
    if step == "media_publish":
        time.sleep(KILLED_CALL_S)  # what the killed worker had asked for comes to the platform's turn, late
    sandbox.publish(5)
    worker.wait()
    assert sandbox.post().state == "published"
    assert [m["id"] for m in sandbox.live()] == [sandbox.post().media_id]


def _wait_for(reached: Callable[[], bool], worker: subprocess.Popen) -> None:
    while not reached():
        assert worker.poll() is None
        time.sleep(0.005)


def test_a_video_that_the_platform_cannot_use_fails_with_what_to_do(tmp_path: Path):
    with running_sandbox(tmp_path / "home") as url:
        studio = Sandbox(tmp_path, url, b"this is no film")
        studio.plan()
        studio.publish()
        assert studio.post().state == "failed"
        assert studio.post().reason.startswith("Instagram does not support the video's format")
        assert studio.live() == []
        studio.close()
        studio.admin.close()


def test_the_daily_limit_is_waited_for(sandbox: Sandbox):
    limit = {"code": 9, "error_subcode": 2207042}
    sandbox.fault("media_publish", "error", error=limit)
    sandbox.plan()
    sandbox.publish(0, lateness_limit_minutes=120)
    assert (sandbox.post().state, sandbox.post().retry_at) == ("unknown", at(60).created_at)
    sandbox.publish(61, lateness_limit_minutes=120)
    assert sandbox.post().state == "published"
    assert len(sandbox.live()) == 1

"""A running local Instagram for the tests, and a short way to talk to it."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from content_pipeline.sandbox.running import running_sandbox
from content_pipeline_tests.sandbox.videos import make_video

USER = "17841400000000001"
START = datetime(2026, 1, 5, 14, tzinfo=UTC)


@dataclass
class Talk:
    """Calls a sandbox as an account's token holder and as its administrator."""

    http: httpx.Client
    video: bytes
    version: str = "v25.0"

    def get(self, path: str, **params: str) -> Any:
        return self.http.get(f"/{self.version}/{path}", params=params).json()

    def post(self, path: str, **data: str) -> Any:
        return self.http.post(f"/{self.version}/{path}", data=data).json()

    def at(self, moment: datetime) -> None:
        assert self.http.post("/sandbox/clock", json={"now": moment.isoformat()}).status_code == 200

    def fault(self, at: str, kind: str, **more: Any) -> None:
        assert self.http.post("/sandbox/faults", json={"at": at, "kind": kind, **more}).status_code == 200

    def create(self, caption: str, user: str = USER) -> Any:
        return self.post(f"{user}/media", media_type="REELS", upload_type="resumable", caption=caption)

    def upload(self, container: dict[str, str], video: bytes | None = None, **headers: str) -> httpx.Response:
        body = self.video if video is None else video
        sent = {"Authorization": "OAuth t", "offset": "0", "file_size": str(len(body)), **headers}
        return self.http.post(container["uri"], content=body, headers=sent)

    def ready(self, caption: str, user: str = USER) -> str:
        container = self.create(caption, user)
        assert self.upload(container).json()["success"] is True
        return str(container["id"])

    def publish(self, container_id: str, user: str = USER) -> Any:
        return self.post(f"{user}/media_publish", creation_id=container_id)

    def all_media(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.http.get("/sandbox/media").json()["media"]
        return found


@pytest.fixture(scope="session")
def video(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return make_video(tmp_path_factory.mktemp("video") / "reel.mp4").read_bytes()


def talk_to(url: str, video: bytes) -> Talk:
    headers = {"Authorization": "Bearer t"}
    return Talk(httpx.Client(base_url=url, headers=headers, timeout=20), video)


@pytest.fixture
def sandbox(tmp_path: Path, video: bytes) -> Iterator[Talk]:
    with running_sandbox(tmp_path) as url:
        talk = talk_to(url, video)
        talk.at(START)
        with closing(talk.http):
            yield talk

"""A platform of the Graph API's shape, over HTTP, that fails exactly where and how a test says.

It keeps the rules that publishing rests on: an unpublished container never shows, and a container becomes
one media at most.
"""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from content_pipeline_tests.posts.answering import Answer, Asked, graph_error
from content_pipeline_tests.posts.rows import SLOT, USER

STEPS = ("create", "upload", "status", "publish", "list", "page")


class Fault(NamedTuple):
    """What goes wrong once: before the call took effect, or after it did."""

    kind: str
    answer: Answer = graph_error(2, status=500)

    @property
    def takes_effect(self) -> bool:
        return self.kind in ("drop_after", "error_after", "garbage_after")


class Container:
    def __init__(self, caption: str) -> None:
        self.caption = caption
        self.uploaded = b""
        self.status: str | None = None
        self.words = ""
        self.polls_left = 0
        self.media_id: str | None = None

    @property
    def status_code(self) -> str:
        if self.status:
            return self.status
        if self.media_id:
            return "PUBLISHED"
        return "FINISHED" if self.uploaded and self.polls_left <= 0 else "IN_PROGRESS"


class Platform:
    """``before`` sees each call first; ``polls`` is how often a new container says IN_PROGRESS."""

    def __init__(self) -> None:
        self.containers: dict[str, Container] = {}
        self.live: dict[str, tuple[str, datetime]] = {}
        self.faults: dict[str, list[Fault]] = {step: [] for step in STEPS}
        self.calls: Counter[str] = Counter()
        self.before: Callable[[str], None] = lambda step: None
        self.now = SLOT
        self.polls = 0
        self.listed = True
        self._lock = threading.Lock()

    def __call__(self, asked: Asked) -> Answer:
        step = _step(asked)
        with self._lock:
            self.calls[step] += 1
            fault = self.faults[step].pop(0) if self.faults[step] else None
        self.before(step)
        return self._answer(step, asked, fault)

    def _answer(self, step: str, asked: Asked, fault: Fault | None) -> Answer:
        if fault and not fault.takes_effect:
            return Answer(None) if fault.kind == "drop_before" else fault.answer
        with self._lock:
            answer = getattr(self, f"_{step}")(asked)
        if fault is None:
            return answer
        if fault.kind == "drop_after":
            return Answer(None)
        return Answer(b"<html>", 502) if fault.kind == "garbage_after" else fault.answer

    def set_time(self, now: datetime) -> None:
        self.now = now

    def _create(self, asked: Asked) -> Answer:
        container_id = str(1000 + len(self.containers))
        container = self.containers[container_id] = Container(asked.fields["caption"])
        container.polls_left = self.polls
        return Answer(
            {"id": container_id, "uri": f"http://{asked.headers['Host']}/ig-api-upload/v25.0/{container_id}"}
        )

    def _upload(self, asked: Asked) -> Answer:
        self.containers[asked.path.rsplit("/", 1)[1]].uploaded = asked.body
        return Answer({"success": True})

    def _status(self, asked: Asked) -> Answer:
        container = self.containers[asked.path.rsplit("/", 1)[1]]
        code = container.status_code
        container.polls_left -= 1
        return Answer({"status_code": code, "status": container.words or code.title()})

    def _publish(self, asked: Asked) -> Answer:
        container = self.containers[asked.fields["creation_id"]]
        if container.status_code != "FINISHED":
            return graph_error(9007, 2207027)
        container.media_id = str(9000 + len(self.live))
        self.live[container.media_id] = (container.caption, self.now)
        return Answer({"id": container.media_id})

    def _list(self, _: Asked) -> Answer:
        rows = [
            {
                "id": media_id,
                "caption": caption,
                "timestamp": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000"),
            }
            for media_id, (caption, at) in self.live.items()
        ]
        return Answer({"data": rows[::-1] if self.listed else []})

    def _page(self, asked: Asked) -> Answer:
        media_id = asked.path.rsplit("/", 1)[1]
        _, at = self.live[media_id]
        return Answer({"permalink": f"https://example.test/{media_id}/", "timestamp": at.isoformat()})


def _step(asked: Asked) -> str:
    if asked.path.endswith(f"/{USER}/media"):
        return "create" if asked.method == "POST" else "list"
    if asked.path.endswith("/media_publish"):
        return "publish"
    if "ig-api-upload" in asked.path:
        return "upload"
    return "status" if "status_code" in asked.fields.get("fields", "") else "page"

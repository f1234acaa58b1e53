"""Reads the recorded exchanges: cassettes of two formats and raw event streams, as answers of a server."""

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from content_pipeline_tests.trends.server import Answer

_HOP_BY_HOP = {"content-length", "transfer-encoding", "connection", "keep-alive"}


class Exchange(NamedTuple):
    """Where it is recorded, what was asked, and the answer: status, headers and body as they stand there."""

    name: str
    method: str
    path: str
    request: Any
    answer: Answer


def exchanges(folder: Path) -> Iterator[Exchange]:
    """Yield every recorded exchange under ``folder``."""
    for archive in sorted(folder.glob("*.tar.gz")):
        with tarfile.open(archive) as tar:
            for member in sorted(tar.getmembers(), key=lambda m: m.name):
                file = tar.extractfile(member)
                if file is None:
                    continue
                if member.name.endswith(".bin"):
                    headers = {"Content-Type": "text/event-stream"}
                    yield Exchange(
                        member.name,
                        "POST",
                        "/v1/chat/completions",
                        None,
                        Answer(file.read(), headers=headers),
                    )
                elif member.name.endswith(".yaml"):
                    recorded = yaml.load(file.read(), Loader=yaml.CSafeLoader)
                    for number, one in enumerate(recorded["interactions"]):
                        yield _exchange(f"{member.name}#{number}", one)


def _exchange(name: str, one: dict[str, Any]) -> Exchange:
    asked, given = one["request"], one["response"]
    body: Any = given.get("parsed_body")
    if body is None:
        body = given.get("body") or b""
        body = body.get("string", b"") if isinstance(body, dict) else body
    data = (
        body
        if isinstance(body, bytes)
        else body.encode()
        if isinstance(body, str)
        else json.dumps(body).encode()
    )
    headers = {
        key: value[0] if isinstance(value, list) else value
        for key, value in (given.get("headers") or {}).items()
        if key.lower() not in _HOP_BY_HOP
    }
    if data[:2] != b"\x1f\x8b":  # the recorder has unpacked it
        headers = {key: value for key, value in headers.items() if key.lower() != "content-encoding"}
    plain = {
        key: str(value) for key, value in headers.items() if str(value).isascii() and str(value).isprintable()
    }
    request = asked.get("parsed_body") or asked.get("body")
    path = "/" + asked["uri"].split("?")[0].split("/", 3)[-1]
    return Exchange(
        name, asked["method"], path, request, Answer(data, status=given["status"]["code"], headers=plain)
    )

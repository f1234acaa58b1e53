"""Publishing to the local Instagram over a real socket: the exchange, its error answers, faults, restarts."""

import json
import signal
import socket
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import stamina

from content_pipeline.posts.instagram.client import InstagramClient
from content_pipeline.posts.instagram.errors import DeliveryUnknown, GraphError
from content_pipeline.sandbox.running import running_sandbox
from content_pipeline_tests.sandbox.conftest import START, USER, Talk, talk_to
from content_pipeline_tests.sandbox.videos import make_video

HOUR = timedelta(hours=1)


def codes(answer: dict[str, Any]) -> tuple[int, int | None]:
    return answer["error"]["code"], answer["error"].get("error_subcode")


def test_the_pipelines_client_publishes_and_reads_back(sandbox: Talk, tmp_path: Path) -> None:
    file = tmp_path / "reel.mp4"
    file.write_bytes(sandbox.video)
    with InstagramClient(str(sandbox.http.base_url), "t") as client:
        container = client.create_reel_container(USER, "Stop it\n\n1. focus\nSave this", is_ai_generated=True)
        assert client.container_status(container.container_id).status_code == "IN_PROGRESS"
        client.upload(container.upload_uri, file)
        assert client.container_status(container.container_id).status_code == "FINISHED"
        assert client.publishing_limit(USER).used == 0
        media_id = client.publish(USER, container.container_id)
        assert client.container_status(container.container_id).status_code == "PUBLISHED"
        assert (client.publishing_limit(USER).used, client.publishing_limit(USER).total) == (1, 50)
        page = client.page(media_id)
        assert page.posted_at == START
        assert page.permalink is not None
        assert page.permalink.startswith("https://www.instagram.com/reel/")
        assert [media.media_id for media in client.recent_media(USER, START - HOUR)] == [media_id]
        assert client.account_fields(USER)["media_count"] == 1
    assert [media["id"] for media in sandbox.all_media()] == [media_id]


def test_paths_without_a_version_and_parameters_as_json_or_query_work(sandbox: Talk) -> None:
    body = {"media_type": "REELS", "upload_type": "resumable", "caption": "x"}
    by_json = sandbox.http.post(f"/{USER}/media", json=body).json()
    by_query = sandbox.http.post(f"/{USER}/media", params=body).json()
    assert by_json["id"] != by_query["id"]
    assert sandbox.http.get(f"/{by_json['id']}", params={"fields": "status_code"}).json() == {
        "status_code": "IN_PROGRESS",
        "id": by_json["id"],
    }


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"caption": "x" * 2201}, (36004, 2207010)),
        ({"caption": " ".join(f"#t{n}" for n in range(31))}, (100, 2207040)),
        ({"caption": " ".join(f"@t{n}" for n in range(21))}, (100, 2207040)),
        ({"media_type": "POSTCARD"}, (100, 2207023)),
        ({"upload_type": "carrier_pigeon"}, (100, None)),
    ],
)
def test_a_container_that_breaks_a_limit_is_refused(
    sandbox: Talk, change: dict[str, str], expected: tuple[int, int | None]
) -> None:
    data = {"media_type": "REELS", "upload_type": "resumable", "caption": "x", **change}
    assert codes(sandbox.post(f"{USER}/media", **data)) == expected


def test_a_caption_that_is_no_text_is_refused(sandbox: Talk) -> None:
    body = b'{"media_type": "REELS", "upload_type": "resumable", "caption": "\\ud800"}'
    answer = sandbox.http.post(f"/{USER}/media", content=body, headers={"content-type": "application/json"})
    assert codes(answer.json()) == (100, None)


def test_a_caption_at_the_limits_is_taken(sandbox: Talk) -> None:
    tags = " ".join([f"#t{n}" for n in range(30)] + [f"@t{n}" for n in range(20)])
    assert "id" in sandbox.create(tags.ljust(2200, "x"))


@pytest.mark.parametrize(("token", "expected"), [("", (190, None)), ("Bearer expired", (190, 463))])
def test_a_token_is_needed(sandbox: Talk, token: str, expected: tuple[int, int | None]) -> None:
    answer = httpx.get(f"{sandbox.http.base_url}/{USER}", headers={"Authorization": token} if token else {})
    assert codes(answer.json()) == expected


@pytest.mark.parametrize("path", ["17900000000000000", "17900000000000000/insights?metric=views", "nobody"])
def test_an_unknown_object_is_said_to_be_unknown(sandbox: Talk, path: str) -> None:
    assert codes(sandbox.http.get(f"/{path}").json()) == (100, 33)


@pytest.mark.parametrize("headers", [{"file_size": "5"}, {"file_size": "9999999"}, {"offset": "7"}])
def test_an_upload_whose_headers_do_not_fit_is_refused(sandbox: Talk, headers: dict[str, str]) -> None:
    container = sandbox.create("x")
    answer = sandbox.upload(container, **headers)
    assert answer.status_code == 400
    assert answer.json()["debug_info"]["type"] == "ProcessingFailedError"
    assert answer.json()["debug_info"]["retriable"] is False
    assert sandbox.get(container["id"], fields="status_code")["status_code"] == "IN_PROGRESS"


@pytest.mark.parametrize(
    "shape",
    [{"seconds": 2.0}, {"fps": 10}, {"codec": "mpeg4"}, {"sound": False}, {}],
    ids=["short", "slow", "codec", "silent", "no video"],
)
def test_a_video_that_is_no_reel_puts_the_container_in_error(
    sandbox: Talk, tmp_path: Path, shape: dict[str, Any]
) -> None:
    video = make_video(tmp_path / "v.mp4", **shape).read_bytes() if shape else b"not a video"
    container = sandbox.create("x")
    assert sandbox.upload(container, video).status_code == 200
    status = sandbox.get(container["id"], fields="status_code,status")
    assert status["status_code"] == "ERROR"
    assert status["status"] == "Error: Media upload has failed with error code 2207026"
    assert codes(sandbox.publish(container["id"])) == (9007, 2207027)


def test_publishing_is_refused_before_the_upload_and_a_second_time(sandbox: Talk) -> None:
    container = sandbox.create("x")
    assert codes(sandbox.publish(container["id"])) == (9007, 2207027)
    sandbox.upload(container)
    assert "id" in sandbox.publish(container["id"])
    assert codes(sandbox.publish(container["id"])) == (9007, 2207027)
    assert codes(sandbox.publish("18000000000000000")) == (24, 2207008)
    assert codes(sandbox.publish(sandbox.ready("y"), user="17841400000000002")) == (24, 2207008)
    assert len(sandbox.all_media()) == 1


def test_a_container_expires_after_a_day_of_the_clock(sandbox: Talk) -> None:
    container = sandbox.ready("x")
    sandbox.at(START + 24 * HOUR - timedelta(seconds=1))
    assert sandbox.get(container, fields="status_code")["status_code"] == "FINISHED"
    sandbox.at(START + 24 * HOUR)
    assert sandbox.get(container, fields="status_code")["status_code"] == "EXPIRED"
    assert codes(sandbox.publish(container)) == (24, 2207008)


def test_the_daily_limit_holds_and_frees_after_a_day(sandbox: Talk) -> None:
    for n in range(50):
        assert "id" in sandbox.publish(sandbox.ready(f"caption {n}"))
    late = sandbox.ready("one more")
    assert codes(sandbox.publish(late)) == (9, 2207042)
    sandbox.at(START + 24 * HOUR)
    assert "id" in sandbox.publish(sandbox.ready("the day after"))


def test_400_containers_a_day_are_the_most(sandbox: Talk) -> None:
    for n in range(400):
        assert "id" in sandbox.create(str(n))
    assert codes(sandbox.create("too many")) == (9, 2207042)


@pytest.mark.parametrize(("kind", "made"), [("drop_before", 0), ("drop_after", 1)])
def test_a_dropped_publish_happened_once_or_not_at_all(sandbox: Talk, kind: str, made: int) -> None:
    container = sandbox.ready("x")
    sandbox.fault("media_publish", kind)
    with InstagramClient(str(sandbox.http.base_url), "t") as client:
        with pytest.raises(DeliveryUnknown):
            client.publish(USER, container)
        assert len(sandbox.all_media()) == made
        if made:
            assert client.container_status(container).status_code == "PUBLISHED"
            with pytest.raises(GraphError):
                client.publish(USER, container)
        else:
            client.publish(USER, container)
    assert len(sandbox.all_media()) == 1


@pytest.mark.parametrize(("kind", "state"), [("drop_before", "IN_PROGRESS"), ("drop_after", "FINISHED")])
def test_a_dropped_upload_leaves_the_container_to_be_asked(sandbox: Talk, kind: str, state: str) -> None:
    container = sandbox.create("x")
    sandbox.fault("upload", kind)
    with pytest.raises(httpx.TransportError):
        sandbox.upload(container)
    assert sandbox.get(container["id"], fields="status_code")["status_code"] == state


def test_a_planted_error_is_answered_as_often_as_told(sandbox: Talk) -> None:
    error = {"code": 4, "error_subcode": 2207051, "message": "slow down", "is_transient": True}
    sandbox.fault("container", "error", error=error, times=2)
    container = sandbox.create("x")["id"]
    for _ in range(2):
        answer = sandbox.get(container, fields="status_code")
        assert codes(answer) == (4, 2207051)
        assert answer["error"]["is_transient"] is True
    assert "status_code" in sandbox.get(container, fields="status_code")


@pytest.mark.parametrize(
    "fault", [{}, [], {"at": "moon", "kind": "error"}, {"at": "media", "kind": "error", "error": {}},
              {"at": "media", "kind": "slow", "seconds": -1},
              {"at": "media", "kind": "error", "error": {"code": 1, "http_status": 0}}]
)  # fmt: skip
def test_a_fault_that_makes_no_sense_is_refused(sandbox: Talk, fault: Any) -> None:
    answer = sandbox.http.post("/sandbox/faults", json=fault)
    assert answer.status_code == 400
    assert answer.json()["detail"]


def test_a_restart_keeps_media_containers_and_faults(tmp_path: Path, video: bytes) -> None:
    with running_sandbox(tmp_path) as url:
        first = talk_to(url, video)
        first.at(START)
        media_id, waiting = first.publish(first.ready("x"))["id"], first.ready("y")
        first.fault("media_publish", "drop_before")
        before = first.all_media()
    with running_sandbox(tmp_path) as url:
        second = talk_to(url, video)
        assert second.all_media() == before
        with pytest.raises(httpx.TransportError):
            second.publish(waiting)
        assert second.publish(waiting)["id"] != media_id
        assert len(second.all_media()) == 2


def test_two_servers_on_one_file_make_one_media_of_one_container(tmp_path: Path, video: bytes) -> None:
    with running_sandbox(tmp_path) as one, running_sandbox(tmp_path) as other:
        talks = [talk_to(one, video), talk_to(other, video)]
        talks[0].at(START)
        for n in range(5):
            container = talks[0].ready(f"caption {n}")
            barrier, answers = threading.Barrier(2), []

            def race(talk: Talk, container: str = container, barrier: threading.Barrier = barrier,
                     answers: list[Any] = answers) -> None:  # fmt: skip
                barrier.wait()
                answers.append(talk.publish(container))

            threads = [threading.Thread(target=race, args=(talk,)) for talk in talks]
            [thread.start() for thread in threads]
            [thread.join() for thread in threads]
            assert sorted("id" in answer for answer in answers) == [False, True]
        assert len(talks[1].all_media()) == 5


def test_a_server_of_another_process_shares_the_file(tmp_path: Path, video: bytes) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = f"from pathlib import Path; from {running_sandbox.__module__} import serve; "
    program += f"serve(Path({str(tmp_path)!r}), {port})"
    with running_sandbox(tmp_path) as url, subprocess.Popen([sys.executable, "-c", program]) as process:
        try:
            here, there = talk_to(url, video), talk_to(f"http://127.0.0.1:{port}", video)
            here.at(START)
            container = here.ready("x")
            stamina.retry(on=httpx.ConnectError, attempts=None, timeout=20, wait_max=0.2)(there.all_media)()
            media_id = there.publish(container)["id"]
            assert here.get(container, fields="status_code")["status_code"] == "PUBLISHED"
            assert [media["id"] for media in here.all_media()] == [media_id]
        finally:
            process.send_signal(signal.SIGINT)


def test_a_replay_in_another_home_gives_the_same_media(tmp_path: Path, video: bytes) -> None:
    found = []
    for name in ("a", "b"):
        with running_sandbox(tmp_path / name) as url:
            talk = talk_to(url, video)
            talk.at(START)
            talk.publish(talk.ready("Stop it"))
            talk.publish(talk.ready("Stop it"))  # the same words at the same moment are another post
            found.append(talk.all_media())
    assert found[0] == found[1]
    assert len({media["id"] for media in found[0]}) == 2


def test_a_deleted_post_is_gone_but_stays_in_the_quota(sandbox: Talk) -> None:
    media_id = sandbox.publish(sandbox.ready("x"))["id"]
    assert sandbox.http.delete(f"/v25.0/{media_id}").json() == {"success": True}
    assert codes(sandbox.get(media_id, fields="permalink")) == (100, 33)
    assert codes(sandbox.http.delete(f"/v25.0/{media_id}").json()) == (100, 33)
    assert sandbox.all_media() == []
    assert sandbox.get(f"{USER}/content_publishing_limit")["data"][0]["quota_usage"] == 1


def test_the_answers_have_the_shape_of_the_documented_samples(sandbox: Talk, real_data: Path) -> None:
    folder = real_data / "instagram_api" / "meta_docs_samples"

    def sample(name: str) -> Any:
        return json.loads((folder / f"{name}.json").read_text())

    created = sandbox.create("x")
    assert created.keys() == sample("media_create_resumable").keys()
    assert sandbox.upload(created).json().keys() == sample("rupload_success").keys()
    status = sandbox.get(created["id"], fields="status_code")
    assert status.keys() == sample("container_status_finished").keys()
    published = sandbox.publish(created["id"])
    assert published.keys() == sample("media_create").keys()
    limit = sandbox.get(f"{USER}/content_publishing_limit")["data"][0]
    expected = sample("content_publishing_limit")["data"][0]
    assert limit.keys() == expected.keys()
    assert limit["config"].keys() == expected["config"].keys()
    assert sandbox.get(f"{USER}/media")["data"][0].keys() == sample("ig_user_media_list")["data"][0].keys()
    error = sandbox.create("x" * 2201)["error"]
    assert error.keys() == sample("error_image_too_large_36000_2207004")["error"].keys()
    insight = sandbox.get(f"{USER}/insights", metric="reach", period="day", metric_type="total_value")
    documented = sample("user_insights_reach_total_value_breakdown")["data"][0]
    assert insight["data"][0].keys() == documented.keys()
    usage = json.loads(sandbox.http.get(f"/{USER}").headers["x-app-usage"])
    assert usage.keys() == sample("header_x_app_usage").keys()

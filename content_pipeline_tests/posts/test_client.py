"""The client against a server that answers well, badly, slowly, too much or not at all."""

import json
import logging
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from content_pipeline.posts.instagram.client import MAX_ANSWER_BYTES, InstagramClient
from content_pipeline.posts.instagram.errors import Action, DeliveryUnknown, GraphError
from content_pipeline_tests.posts.answering import Answer, Asked, answering, graph_error

TOKEN = "EAAB-very-secret-token"
USER = "17841400000000001"
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def client(url: str, **changes) -> InstagramClient:
    return InstagramClient(url, TOKEN, version="v25.0", **({"answer_timeout_s": 2} | changes))


def test_a_container_is_asked_for_as_the_api_wants_it():
    def respond(asked: Asked) -> Answer:
        host = asked.headers["Host"]
        return Answer({"id": "178001", "uri": f"http://{host}/ig-api-upload/v25.0/178001"})

    with answering(respond) as (url, asked), client(url) as api:
        container = api.create_reel_container(USER, "Grüße 👋\n\n#focus", is_ai_generated=True)
        assert container.container_id == "178001"
        assert container.upload_uri == f"{url}/ig-api-upload/v25.0/178001"
    (request,) = asked
    assert (request.method, request.path) == ("POST", f"/v25.0/{USER}/media")
    assert request.fields == {
        "media_type": "REELS",
        "upload_type": "resumable",
        "caption": "Grüße 👋\n\n#focus",
        "share_to_feed": "true",
        "is_ai_generated": "true",
    }
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    "uri", ["http://evil.test/upload", "https://rupload.facebook.com.evil.test/x", "ftp://x"]
)
def test_the_token_is_not_uploaded_to_a_host_that_nobody_named(uri: str):
    answer = Answer({"id": "178001", "uri": uri})
    refused = pytest.raises(GraphError, match="unexpected host")
    with answering(lambda _: answer) as (url, _), client(url) as api, refused:
        api.create_reel_container(USER, "caption")


def test_an_upload_address_of_the_settings_wins():
    answer = Answer({"id": "178001", "uri": "http://evil.test/"})
    with answering(lambda _: answer) as (url, _), client(url, upload_url="https://upload.test/") as api:
        container = api.create_reel_container(USER, "caption")
    assert container.upload_uri == "https://upload.test/ig-api-upload/v25.0/178001"


def test_a_file_is_uploaded_whole_with_the_headers_of_a_resumable_upload(tmp_path: Path):
    file = tmp_path / "reel.mp4"
    file.write_bytes(bytes(range(256)) * 10_000)
    beats: list[int] = []
    with answering(lambda _: Answer({"success": True})) as (url, asked), client(url) as api:
        api.upload(f"{url}/ig-api-upload/v25.0/178001", file, on_progress=lambda: beats.append(1))
    assert asked[0].body == file.read_bytes()
    headers = asked[0].headers
    assert (headers["offset"], headers["file_size"]) == ("0", str(file.stat().st_size))
    assert headers["Authorization"] == f"OAuth {TOKEN}"
    assert len(beats) == 3


def test_a_refused_upload_says_nothing_about_the_container(tmp_path: Path):
    file = tmp_path / "reel.mp4"
    file.write_bytes(b"film")
    refusal = {"debug_info": {"retriable": False, "type": "ProcessingFailedError", "message": "failed"}}
    with (
        answering(lambda _: Answer(refusal, 400)) as (url, _),
        client(url) as api,
        pytest.raises(DeliveryUnknown),
    ):
        api.upload(f"{url}/up", file)


def test_publish_returns_the_id_of_the_media():
    with answering(lambda _: Answer({"id": "999"})) as (url, asked), client(url) as api:
        assert api.publish(USER, "178001") == "999"
    assert asked[0].path == f"/v25.0/{USER}/media_publish"
    assert asked[0].fields == {"creation_id": "178001"}


@pytest.mark.parametrize(
    "answer",
    [
        Answer(None),
        Answer(b"<html>Bad gateway</html>", 502),
        Answer(b'{"id": "99', 200),
        Answer(b'{"id": "99"}', 200, {"Content-Length": "500"}),
        Answer(b"", 200),
        Answer({"success": True}),
        Answer({"id": "../../me"}),
        Answer({"id": "9" * 41}),
        Answer({"id": "99", "more": "x" * MAX_ANSWER_BYTES}),
        Answer(b"[" * 200_000, 500),
    ],
    ids=["dropped", "gateway", "cut json", "cut body", "empty", "no id", "path", "long id", "huge", "deep"],
)
def test_no_readable_answer_leaves_the_delivery_unknown(answer: Answer):
    with answering(lambda _: answer) as (url, _), client(url) as api, pytest.raises(DeliveryUnknown):
        api.publish(USER, "178001")


def test_a_slow_answer_leaves_the_delivery_unknown():
    def respond(_: Asked) -> Answer:
        time.sleep(0.5)
        return Answer({"id": "999"})

    with (
        answering(respond) as (url, _),
        client(url, answer_timeout_s=0.1) as api,
        pytest.raises(DeliveryUnknown),
    ):
        api.publish(USER, "178001")


def test_nobody_listening_leaves_the_delivery_unknown():
    with answering(lambda _: Answer({})) as (url, _):
        pass
    with client(url) as api, pytest.raises(DeliveryUnknown, match="ConnectError"):
        api.publish(USER, "178001")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (graph_error(24, 2207008), 24),
        (graph_error(2, status=500), 2),
        (Answer({"error": {"code": 190, "message": "in a good answer"}}, 200), 190),
        (Answer({"error": {"code": "text", "message": None}}, 400), 0),
        (Answer(b"not found", 404), 0),
        (Answer({"id": "9"}, 302, {"Location": "http://evil.test/"}), 0),
    ],
)
def test_errors_are_told_apart(answer: Answer, code: int):
    with answering(lambda _: answer) as (url, asked), client(url) as api, pytest.raises(GraphError) as raised:
        api.publish(USER, "178001")
    assert raised.value.code == code
    assert len(asked) == 1


def test_an_error_keeps_what_support_asks_for():
    answer = graph_error(24, 2207008, is_transient=True)
    with answering(lambda _: answer) as (url, _), client(url) as api, pytest.raises(GraphError) as raised:
        api.container_status("178001")
    error = raised.value
    assert (error.subcode, error.is_transient, error.http_status, error.fbtrace_id) == (
        2207008,
        True,
        400,
        "TRACE",
    )
    assert "24/2207008" in str(error)
    assert "TRACE" in str(error)


def test_a_limit_says_how_long_to_wait(real_data: Path):
    usage = json.loads(
        (real_data / "instagram_api/meta_docs_samples/header_x_business_use_case_usage.json").read_text()
    )
    usage["66782684"][0]["estimated_time_to_regain_access"] = 17
    body = graph_error(80002)
    answer = Answer(body.body, 400, {"X-Business-Use-Case-Usage": json.dumps(usage)})
    with answering(lambda _: answer) as (url, _), client(url) as api, pytest.raises(GraphError) as raised:
        api.container_status("178001")
    assert raised.value.retry_after_minutes == 17
    assert raised.value.rule.action is Action.WAIT


def _leaks(text: str) -> bool:
    return TOKEN in text


@pytest.mark.parametrize(
    "answer",
    [
        graph_error(190, message=f"Malformed access token {TOKEN}", error_user_msg=TOKEN),
        Answer(None),
        Answer(b"<html>", 502),
        Answer(b"<html>", 404),
    ],
)
def test_the_token_is_in_no_message_repr_log_or_traceback(answer: Answer, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    with answering(lambda _: answer) as (url, _), client(url) as api:
        with pytest.raises((GraphError, DeliveryUnknown)) as raised:
            api.publish(USER, "178001")
        assert not _leaks(repr(api) + str(vars(api)))
    error = raised.value
    printed = "".join(traceback.format_exception(error))
    assert not _leaks(f"{error} {error!r} {error.args} {vars(error)} {printed}")
    assert error.__cause__ is None
    assert not _leaks(caplog.text)


def test_the_media_list_is_read_page_by_page_and_never_by_a_foreign_address():
    def respond(asked: Asked) -> Answer:
        page = int(asked.fields.get("after", "0"))
        rows = [_row(page * 2 + n, NOON - timedelta(minutes=page * 2 + n)) for n in range(2)]
        paging = {"cursors": {"after": str(page + 1)}, "next": "http://evil.test/steal"}
        if page == 2:
            del paging["next"]
        return Answer({"data": rows, "paging": paging})

    with answering(respond) as (url, asked), client(url) as api:
        media = api.recent_media(USER, NOON - timedelta(minutes=4))
    assert [m.media_id for m in media] == ["100", "101", "102", "103", "104"]
    assert len(asked) == 3
    assert asked[0].fields["since"] == str(int((NOON - timedelta(minutes=4)).timestamp()))


def _row(n: int, at: datetime) -> dict[str, str]:
    return {"id": str(100 + n), "caption": f"c{n}", "timestamp": at.strftime("%Y-%m-%dT%H:%M:%S+0000")}


def test_odd_rows_of_the_media_list_are_passed_over():
    rows = [
        "text",
        {"id": "1"},
        {"id": "2", "timestamp": "yesterday"},
        {"timestamp": "2026-01-05T12:00:00+0000"},
    ]
    rows += [
        {"id": "3", "timestamp": "2026-01-05T12:00:00"},
        {"id": "4", "timestamp": "2026-01-05T12:00:00+0000"},
    ]
    with answering(lambda _: Answer({"data": rows})) as (url, _), client(url) as api:
        assert [m.media_id for m in api.recent_media(USER, NOON - timedelta(days=1))] == ["4"]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ([{"name": "views", "values": [{"value": 12}]}], {"views": 12}),
        ([{"name": "views", "total_value": {"value": 7}}], {"views": 7}),
        ([{"name": "views", "values": [{"value": 0}]}], {"views": 0}),
        ([{"name": "views", "values": []}], {"views": None}),
        ([{"name": "views", "values": [{"value": -1}]}], {"views": None}),
        ([{"name": "views", "values": [{"value": "many"}]}], {"views": None}),
        ([{"name": "views", "values": [{"value": True}]}], {"views": None}),
        ([], {}),
        ("nothing", {}),
    ],
)
def test_insights_that_the_api_does_not_give_are_null(data: object, expected: dict[str, float | None]):
    with answering(lambda _: Answer({"data": data})) as (url, asked), client(url) as api:
        assert api.media_insights("9", ["views", "reach"]) == expected
    assert asked[0].path == "/v25.0/9/insights"
    assert asked[0].fields == {"metric": "views,reach"}


def test_metas_own_samples_are_read(real_data: Path):
    folder = real_data / "instagram_api" / "meta_docs_samples"

    def read(sample: str, call: Callable[[InstagramClient], object]) -> object:
        body = (folder / sample).read_bytes()
        with answering(lambda _: Answer(body)) as (url, _), client(url) as api:
            return call(api)

    limit = read("content_publishing_limit.json", lambda api: api.publishing_limit(USER))
    assert (limit.used, limit.total) == (2, 50)
    status = read("container_status_finished.json", lambda api: api.container_status("1"))
    assert (status.status_code, status.status) == ("FINISHED", None)
    totals = read(
        "user_insights_reach_total_value_breakdown.json",
        lambda api: api.account_insights(USER, ["reach"], NOON - timedelta(hours=9), NOON),
    )
    assert totals == {"reach": 224}
    assert read("media_create.json", lambda api: api.publish(USER, "1")) == "17889455560051444"


def test_account_fields_and_totals():
    def respond(asked: Asked) -> Answer:
        if asked.path.endswith("/insights"):
            return Answer({"data": [{"name": "views", "total_value": {"value": 5}}]})
        return Answer({"id": USER, "followers_count": 120})

    with answering(respond) as (url, asked), client(url) as api:
        assert api.account_fields(USER) == {"followers_count": 120, "media_count": None}
        assert api.account_insights(USER, ["views"], NOON - timedelta(hours=1), NOON) == {"views": 5}
    assert asked[1].fields["metric_type"] == "total_value"
    assert int(asked[1].fields["until"]) - int(asked[1].fields["since"]) == 3600


def test_a_posts_page():
    body = {"permalink": "https://www.instagram.com/reel/x/", "timestamp": "2026-01-05T12:00:03+0000"}
    with answering(lambda _: Answer(body)) as (url, _), client(url) as api:
        page = api.page("9")
    assert (page.permalink, page.posted_at) == (body["permalink"], NOON + timedelta(seconds=3))


@pytest.mark.parametrize(
    ("answer", "raised"),
    [
        (Answer({"success": True}), None),
        (Answer({"success": False}), DeliveryUnknown),
        (Answer({"id": "1"}), DeliveryUnknown),
        (Answer(None), DeliveryUnknown),
        (Answer(b"<html>", 502), DeliveryUnknown),
        (graph_error(10, status=403), GraphError),
    ],
)
def test_a_post_is_deleted_only_where_that_is_confirmed(answer: Answer, raised: type[Exception] | None):
    with answering(lambda _: answer) as (url, asked), client(url) as api:
        if raised is None:
            api.delete("179001")
        else:
            with pytest.raises(raised):
                api.delete("179001")
    assert (asked[0].method, asked[0].path) == ("DELETE", "/v25.0/179001")
    assert asked[0].headers["Authorization"] == f"Bearer {TOKEN}"

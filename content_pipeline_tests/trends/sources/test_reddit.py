"""Reddit over its API: PRAW against a real server with recorded listings and all recorded error bodies."""

import json
import tarfile
import traceback
from base64 import b64decode
from contextlib import contextmanager
from datetime import timedelta

import pytest
from pydantic import ValidationError

from content_pipeline.trends.normalize import ingest
from content_pipeline.trends.sources import reddit
from content_pipeline.trends.sources.base import (
    MissingSecret,
    RateLimited,
    RawItem,
    Refusal,
    SourceError,
    Tools,
)
from content_pipeline.trends.sources.parts import PartError
from content_pipeline.trends.sources.reddit import TOKEN_PATH, RedditSource
from content_pipeline_tests.trends.helpers import DAY, NOON, STAMP
from content_pipeline_tests.trends.server import Answer, gzipped, serving

SECRETS = {"REDDIT_CLIENT_ID": "the-id", "REDDIT_CLIENT_SECRET": "the-secret"}
TOKEN = Answer({"access_token": "the-token", "token_type": "bearer", "expires_in": 86400, "scope": "*"})


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch):
    monkeypatch.setattr("prawcore.sessions.FiniteRetryStrategy.sleep", lambda self: None)


@contextmanager
def reading(routes, *, environ=SECRETS, token=TOKEN, **changes):
    """Serve routes; yield the server, a source that reads from it, and its adapter."""
    with serving({TOKEN_PATH: token} | routes) as server:
        source = RedditSource(
            type="reddit", name="r", oauth_url=server.url, reddit_url=f"{server.url}/", **changes
        )
        yield (
            server,
            source,
            source.adapter(Tools(now=lambda: NOON, environ=environ, contact="me@example.org")),
        )


def post(n, kind="t3", **changes):
    data = {
        "name": f"t3_{n}",
        "title": f"Post {n} &amp; more",
        "permalink": f"/r/x/{n}/",
        "author": "someone",
        "score": n,
        "num_comments": 1,
        "created_utc": NOON.timestamp() - n,
    }
    return {"kind": kind, "data": data | changes}


def listing(*children):
    return Answer({"kind": "Listing", "data": {"after": None, "children": list(children)}})


def failing(adapter):
    with pytest.raises(SourceError) as caught:
        list(adapter.read(DAY))
    assert len(f"{caught.value} {caught.value.advice}".splitlines()) == 1
    shown = "".join(traceback.format_exception(caught.value)) + caught.value.advice
    assert not [secret for secret in ("the-id", "the-secret", "the-token") if secret in shown]
    return caught.value


def test_a_recorded_listing_becomes_signals_as_an_application_without_a_user(real_data):
    body = (real_data / "reddit" / "r_popular_hot_2026-04-13_a.json").read_bytes()
    limits = {"x-ratelimit-remaining": "598.0", "x-ratelimit-used": "2", "x-ratelimit-reset": "301"}
    with reading({"/r/popular/hot": Answer(body, headers=limits)}) as (server, source, adapter):
        result = ingest(source, adapter, DAY, STAMP)
        again = ingest(source, adapter, DAY, STAMP)
    expected = [child["data"] for child in json.loads(body)["data"]["children"]]
    assert result.dead_letters == []
    assert {s.external_id: (s.score, s.comments, s.author) for s in result.signals} == {
        data["name"]: (data["score"], data["num_comments"], data["author"]) for data in expected
    }
    assert sorted(s.rank for s in result.signals) == list(range(1, len(expected) + 1))
    assert {s.observed_at for s in result.signals} == {NOON}
    assert again.signals == result.signals
    token, first, second = server.asked
    assert b64decode(token.headers["authorization"].removeprefix("Basic ")) == b"the-id:the-secret"
    assert b"grant_type=client_credentials" in token.body
    assert first.headers["authorization"] == second.headers["authorization"] == "bearer the-token"
    assert first.query == {"limit": "100", "raw_json": "1"}
    assert "me@example.org" in first.headers["user-agent"]


def test_every_recorded_listing_of_old_schemas_is_read(real_data):
    with tarfile.open(real_data / "reddit" / "listings_raw.tar.gz") as archive:
        names = [name for name in archive.getnames() if name.startswith("Test")]
        bodies = [archive.extractfile(name).read() for name in names]
    with reading({"/r/popular/hot": [gzipped(body) for body in bodies]}) as (_, source, adapter):
        results = [ingest(source, adapter, DAY, STAMP) for _ in bodies]
    assert len(results) > 10
    assert all(result.signals for result in results)
    assert all(result.dead_letters == [] for result in results)


def test_missing_fields_stay_empty_and_pinned_posts_are_left_out():
    bare = {"name": "t3_9", "title": "Bare", "author": None}
    found = [post(1, stickied=True), post(2, over_18=True), {"kind": "t3", "data": bare}]
    found += [post(4, author="[deleted]"), post(5, "t1"), "broken", post(6, title=None)]
    with reading({"/r/popular/hot": listing(*found)}) as (_, source, adapter):
        result = ingest(source, adapter, DAY, STAMP)
    signals = {s.external_id: s for s in result.signals}
    assert set(signals) == {"t3_2", "t3_9", "t3_4"}
    # With raw_json=1 the title is what was typed.
    assert (signals["t3_2"].title, signals["t3_2"].nsfw, signals["t3_2"].rank) == (
        "Post 2 &amp; more",
        True,
        2,
    )
    assert (signals["t3_9"].author, signals["t3_9"].score, signals["t3_9"].url) == (None, None, None)
    assert signals["t3_4"].author is None
    assert [(x.position, x.reason) for x in result.dead_letters] == [
        ("r/popular[4]", "not a post"),
        ("r/popular[5]", "not a post"),
        ("r/popular[6]", "no title"),
    ]


def test_the_listing_its_time_and_its_limit_are_asked_for():
    routes = {"/r/one/top": listing(post(1))}
    changes = {"subreddits": ["one"], "listing": "top", "time_filter": "day", "limit": 7}
    with reading(routes, **changes) as (server, _, adapter):
        assert len(list(adapter.read(DAY))) == 1
    assert server.asked[-1].query == {"limit": "7", "t": "day", "raw_json": "1"}


def test_only_today_is_read():
    with reading({}) as (server, _, adapter):
        assert list(adapter.read(DAY - timedelta(days=1))) == []
    assert server.asked == []


def test_a_subreddit_that_cannot_be_read_does_not_stop_the_others():
    away = Answer(b"", status=302, headers={"Location": "/subreddits/search?q=gone"})
    routes = {"/r/one/hot": listing(post(1)), "/r/private/hot": Answer({"error": 403}, status=403)}
    routes |= {"/r/gone/hot": away, "/r/two/hot": listing(post(2))}
    with reading(routes, subreddits=["private", "one", "gone", "two"]) as (_, _, adapter):
        found = list(adapter.read(DAY))
    assert [f.external_id for f in found if isinstance(f, RawItem)] == ["t3_1", "t3_2"]
    assert [(f.position, f.reason) for f in found if isinstance(f, Refusal)] == [
        ("r/private", "r/private: it is private, in quarantine or banned (status 403)"),
        ("r/gone", "r/gone: Reddit shows another page instead (status 302)"),
    ]


def test_what_was_read_before_a_rate_limit_is_kept():
    routes = {
        "/r/one/hot": listing(post(1)),
        "/r/two/hot": Answer(b"", status=429, headers={"Retry-After": "60"}),
    }
    with reading(routes, subreddits=["one", "two", "six"]) as (server, _, adapter):
        found = list(adapter.read(DAY))
        assert [type(f) for f in found] == [RawItem, Refusal, Refusal]
        assert failing(adapter).until > NOON
    assert server.paths == [TOKEN_PATH, "/r/one/hot", "/r/two/hot"]


def test_every_recorded_error_is_one_line_with_advice_and_never_a_traceback(real_data):
    recorded = json.loads((real_data / "reddit" / "http_errors.json").read_text())
    answers = [
        Answer(
            error["body"],
            status=error["status"]["code"],
            headers={name: values[0] for name, values in error["headers"].items()},
        )
        for error in recorded
    ]
    assert len(answers) == 49
    for answer in answers:
        with reading({"/r/popular/hot": answer}) as (_, _, adapter):
            error = failing(adapter)
        assert f"status {answer.status}" in str(error)
        assert error.advice
        assert isinstance(error, PartError) == (answer.status in (403, 404))


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        (Answer(b"<html>", headers={"Content-Type": "text/html"}), "unexpected"),
        (Answer(b"[" * 100_000), "unexpected"),
        (Answer(b""), "not a listing"),
        (Answer(b"[]"), "not a listing"),
        (Answer({"kind": "Listing", "data": {"children": 3}}), "not a listing"),
        (Answer(b"", status=204), "not a listing"),
        (Answer(b"", status=401), "status 401"),
        (Answer(b"", status=418), "status 418"),
        (Answer(b"", status=503), "status 503"),
        (Answer(b"", status=302), "status 302"),
        (Answer(b"", status=429), "status 429"),
        (Answer({"message": "x"}, status=400), "status 400"),
        (Answer({"fields": ["a", "b"], "reason": "R"}, status=400), "status 400"),
        (Answer(b"[]", headers={"x-ratelimit-remaining": "many"}), "unexpected"),
        (gzipped(b" " * (5 << 20) + b"[]"), "more than 5 MiB"),
        (Answer(b'{"data": {}}', cut=5), "the connection failed"),
        (Answer(dropped=True), "the connection failed"),
    ],
)
def test_answers_that_are_no_listing_are_one_line(answer, part):
    with reading({"/r/popular/hot": answer}) as (_, _, adapter):
        assert part in str(failing(adapter))


@pytest.mark.parametrize(
    ("token", "part"),
    [
        (Answer({"message": "Unauthorized", "error": 401}, status=401), "token with status 401"),
        (Answer(b"<html>", status=403), "token with status 403"),
        (Answer({"error": "invalid_grant"}), "no token: invalid_grant"),
        (Answer(b"<html>"), "unexpected"),
        (Answer([]), "unexpected"),
        (Answer({"access_token": "x"}), "unexpected"),
        (Answer(dropped=True), "the connection failed"),
    ],
)
def test_a_token_that_is_refused_is_one_line_and_about_the_whole_source(token, part):
    with reading({}, token=token, subreddits=["one", "two"]) as (_, _, adapter):
        error = failing(adapter)
    assert part in str(error)
    assert not isinstance(error, PartError)


@pytest.mark.parametrize(
    ("headers", "status", "seconds"),
    [
        ({"Retry-After": "90"}, 429, 90),
        ({"Retry-After": "Mon, 13 Apr 2026 12:02:00 GMT"}, 429, 120),
        ({"x-ratelimit-remaining": "0.0", "x-ratelimit-used": "600", "x-ratelimit-reset": "300"}, 429, 300),
        ({"x-ratelimit-remaining": "0.0", "x-ratelimit-used": "600", "x-ratelimit-reset": "300"}, 503, 300),
    ],
)
def test_a_spent_rate_limit_says_until_when_and_nothing_is_asked_before(headers, status, seconds):
    with reading({"/r/popular/hot": Answer(b"", status=status, headers=headers)}) as (server, _, adapter):
        error = failing(adapter)
        assert isinstance(error, RateLimited)
        assert error.until == NOON + timedelta(seconds=seconds)
        assert isinstance(failing(adapter), RateLimited)
    assert server.paths == [TOKEN_PATH, "/r/popular/hot"]


def test_a_limit_that_the_last_answer_spent_is_kept_to():
    limits = {"x-ratelimit-remaining": "0", "x-ratelimit-used": "600", "x-ratelimit-reset": "200"}
    answer = Answer(listing(post(1)).body, headers=limits)
    with reading({"/r/popular/hot": answer}) as (server, _, adapter):
        assert len(list(adapter.read(DAY))) == 1
        assert isinstance(failing(adapter), RateLimited)
    assert server.paths == [TOKEN_PATH, "/r/popular/hot"]


def test_a_passing_failure_is_retried():
    with reading({"/r/popular/hot": [Answer(b"", status=502), listing(post(1))]}) as (_, _, adapter):
        assert len(list(adapter.read(DAY))) == 1


def test_silent_and_dripping_servers_are_given_up(monkeypatch):
    monkeypatch.setattr(reddit, "READ_SECONDS", 0.1)
    monkeypatch.setattr(reddit, "ANSWER_SECONDS", 0.1)
    routes = {"/r/silent/hot": Answer(b"[]", after_s=5), "/r/drips/hot": Answer(b"[]" * 9, drip_s=0.03)}
    with reading(routes, subreddits=["silent"]) as (_, _, adapter):
        assert "no answer in" in str(failing(adapter))
    with reading(routes, subreddits=["drips"]) as (_, _, adapter):
        assert "for one answer" in str(failing(adapter))


@pytest.mark.parametrize("missing", list(SECRETS))
def test_without_credentials_the_source_is_off(missing):
    environ = {name: value for name, value in SECRETS.items() if name != missing}
    with pytest.raises(MissingSecret, match=f"off: {missing} is not set"), reading({}, environ=environ):
        pass


@pytest.mark.parametrize("name", ["REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET"])
def test_credentials_that_no_header_can_carry_are_not_shown(name):
    with reading({}, environ=SECRETS | {name: "the-secret-ключ"}) as (_, _, adapter):
        assert "not one line of ASCII" in str(failing(adapter))


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"subreddits": ["../api"]}, "subreddits"),
        ({"subreddits": []}, "subreddits"),
        ({"listing": "new"}, "listing"),
        ({"limit": 101}, "limit"),
        ({"time_filter": "day"}, "time_filter goes with"),
        ({"client_id": "x"}, "client_id"),
    ],
)
def test_a_wrong_configuration_is_refused(changes, part):
    with pytest.raises(ValidationError, match=part):
        RedditSource(type="reddit", name="r", **changes)

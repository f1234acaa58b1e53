"""The web client against a real server: retries and waits, limits of time and size, redirects, conditional requests, secrets."""

import asyncio
import gzip
import logging
import threading
from datetime import UTC, datetime, timedelta

import pytest
import stamina

from content_pipeline.trends.sources import web
from content_pipeline.trends.sources.base import PageMemory, RateLimited, SourceError, Unchanged
from content_pipeline.trends.sources.waits import asked_wait
from content_pipeline.trends.sources.web import MissingPage, Web
from content_pipeline_tests.trends.helpers import NOON, tools
from content_pipeline_tests.trends.server import Answer, gzipped, serving

OK = Answer({"fine": True})
MIB = 1 << 20


def refused(url: str, **changes) -> SourceError:
    """Ask for a page that cannot be had; return the error, which is one line."""
    with pytest.raises(SourceError) as error:
        Web(tools(), **changes).get(url)
    assert len(str(error.value).splitlines()) == 1
    return error.value


@pytest.fixture
def waits(monkeypatch) -> list[float]:
    """Let retries wait as in life, record for how long, and pass the time at once."""
    asked: list[float] = []
    sleep = asyncio.sleep

    async def pass_at_once(seconds, *args):
        if seconds:
            asked.append(seconds)
        return await sleep(0, *args)

    monkeypatch.setattr(asyncio, "sleep", pass_at_once)
    stamina.set_testing(False)
    return asked


def test_a_reader_introduces_itself_and_says_whom_to_write_to():
    with serving(OK) as server:
        assert Web(tools(contact="jürgen@example.org\n")).json(f"{server.url}/a", {"q": "x y"}) == {
            "fine": True
        }
    (asked,) = server.asked
    assert asked.query == {"q": "x y"}
    assert asked.headers["user-agent"].startswith("content-pipeline/")
    assert asked.headers["user-agent"].endswith("(j?rgen@example.org)")


@pytest.mark.parametrize("trouble", [Answer(status=503), Answer(status=429), Answer(dropped=True)])
def test_a_passing_trouble_is_asked_again(trouble):
    with serving([trouble, trouble, OK]) as server:
        assert Web(tools()).json(server.url) == {"fine": True}
    assert len(server.asked) == 3


def test_a_lasting_trouble_is_one_line_with_advice():
    with serving(Answer(status=502)) as server:
        error = refused(f"{server.url}/feed?key=hidden")
    assert str(error) == f"{server.url}/feed answers with status 502"
    assert error.advice
    assert len(server.asked) == web.ATTEMPTS


@pytest.mark.parametrize(
    ("status", "advice"), [(401, "secret"), (403, "refuses"), (410, "gone"), (404, "address")]
)
def test_a_refusal_is_not_asked_again_and_says_what_to_do(status, advice):
    with serving(Answer(status=status)) as server:
        error = refused(server.url)
    assert advice in error.advice
    assert isinstance(error, MissingPage) == (status == 404)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "Mon, 13 Apr 2026 12:00:09 GMT"}, 9),
        ({"retry-after": "Mon, 13 Apr 2026 11:00:00 GMT"}, 0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Mon, 99 Apr 99999 12:00:09 GMT"}, None),
        ({"retry-after": "999999999"}, 24 * 3600),
        ({"x-ratelimit-remaining": "0.0", "x-ratelimit-reset": "42"}, 42),
        ({"x-ratelimit-remaining": "3", "x-ratelimit-reset": "42"}, None),
        ({"ratelimit-remaining": "0", "ratelimit-reset": str(NOON.timestamp() + 30)}, 30),
        ({"ratelimit-remaining": "0", "ratelimit-reset": str(NOON.timestamp() * 1000 + 5000)}, 5),
        ({"ratelimit-remaining": "0", "ratelimit-reset": "1e308"}, 24 * 3600),
        ({"ratelimit-remaining": "nan", "ratelimit-reset": "inf"}, None),
        ({"ratelimit-remaining": "none", "ratelimit-reset": "3"}, None),
        ({"retry-after": "2", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "42"}, 2),
        ({}, None),
    ],
)
def test_how_long_a_server_asks_to_wait(headers, seconds):
    assert asked_wait(headers, NOON) == seconds


def test_a_short_wait_is_waited_with_a_little_jitter(waits):
    with serving([Answer(status=503, headers={"Retry-After": "4"}), OK]) as server:
        Web(tools()).get(server.url)
    (waited,) = waits
    assert 4 <= waited <= 4.5


def test_without_a_word_from_the_server_the_wait_grows(waits):
    with serving([Answer(status=503), Answer(status=503), OK]) as server:
        Web(tools()).get(server.url)
    first, second = waits
    assert 0.5 <= first <= 1.5
    assert 1 <= second <= 2


@pytest.mark.parametrize("status", [429, 503, 403])
def test_a_long_wait_is_left_to_a_later_poll_and_kept(status):
    with serving(Answer(status=status, headers={"Retry-After": "600"})) as server:
        client = Web(tools())
        for _ in range(2):
            with pytest.raises(RateLimited) as error:
                client.get(server.url)
            assert timedelta(seconds=599) < error.value.until - NOON <= timedelta(seconds=600)
    assert len(server.asked) == 1


def test_a_rate_limit_that_a_good_answer_calls_spent_is_kept():
    with serving(Answer("", headers={"X-Ratelimit-Remaining": "0", "X-Ratelimit-Reset": "300"})) as server:
        client = Web(tools())
        client.get(server.url)
        with pytest.raises(RateLimited, match="rate limit is spent"):
            client.get(server.url)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        (Answer(b" " * (5 * MIB + 1)), "more than 5 MiB"),
        (gzipped(b" " * (60 * MIB)), "more than 5 MiB"),
        (Answer(gzip.compress(gzip.compress(b" ")), headers={"Content-Encoding": "gzip, gzip"}), "encoding"),
        (Answer(b"x", headers={"Content-Encoding": "br"}), "encoding"),
        (Answer(b"no gzip", headers={"Content-Encoding": "gzip"}), "gzip is broken"),
        (
            Answer(gzip.compress(b"words " * 999)[:-9], headers={"Content-Encoding": "gzip"}),
            "gzip is cut off",
        ),
        (Answer(b"words", cut=2), "cannot be read"),
        (Answer(dropped=True), "cannot be read"),
        (Answer("", 302, {"Location": "ftp://example.org/"}), "cannot be read"),
        (Answer("", 302, {"Location": "http://[broken"}), "cannot be read"),
        (Answer("", 302, {"Location": "/again"}), "redirects more than 3 times"),
        (Answer("", 302), "status 302"),
        (Answer("", 304), "status 304"),
    ],
)
def test_an_answer_that_cannot_be_used_is_one_line(answer, part):
    with serving(answer) as server:
        assert part in str(refused(server.url))


def test_a_page_within_the_limit_is_unpacked():
    with serving(gzipped(b"word " * MIB)) as server:
        assert Web(tools()).get(server.url).body == b"word " * MIB
        assert "more than 1,000 bytes" in str(refused(server.url, limit=1000))
    assert server.asked[0].headers["accept-encoding"] == "gzip"


def test_a_dripping_server_is_given_up(monkeypatch):
    monkeypatch.setattr(web, "ANSWER_SECONDS", 0.1)
    with serving(Answer(b"x" * 10_000, drip_s=0.005)) as server:
        assert "no whole answer" in str(refused(server.url))
    assert len(server.asked) == web.ATTEMPTS


def test_a_silent_server_is_given_up(monkeypatch):
    monkeypatch.setattr(web, "TIMEOUT", 0.05)
    with serving(Answer(after_s=9)) as server:
        assert "no answer in" in str(refused(server.url))


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/feed", "http://[broken/", "https://"])
def test_a_server_that_is_not_there_is_one_line(url):
    assert refused(url).advice


def test_unchanged_pages_are_not_sent_again_once_their_validators_are_kept():
    memory = PageMemory()
    validators = {"ETag": 'W/"1"', "Last-Modified": "Mon, 13 Apr 2026 07:00:00 GMT"}

    def answer(asked):
        return (
            Answer("", 304) if asked.headers.get("if-none-match") == 'W/"1"' else Answer("x", 200, validators)
        )

    with serving(answer) as server:
        client, url = Web(tools(memory=memory)), f"{server.url}/feed"
        for _ in range(2):  # what was met counts only when it was kept
            client.get(url, {"a": 1}, conditional=True)
        memory.load(memory.kept())
        with pytest.raises(Unchanged):
            client.get(url, {"a": 1}, conditional=True)
        client.get(url, {"a": 2}, conditional=True)
        client.get(url, {"a": 1})
    assert ["if-none-match" in asked.headers for asked in server.asked] == [False, False, True, False, False]
    assert server.asked[2].headers["if-modified-since"] == validators["Last-Modified"]
    assert memory.kept().keys() == {f"{url}?a=1", f"{url}?a=2"}


def test_validators_are_forgotten_when_the_server_sends_none_any_more():
    with serving([Answer("x", headers={"ETag": '"1"'}), Answer("y")]) as server:
        memory = PageMemory()
        client = Web(tools(memory=memory))
        for kept in ({"If-None-Match": '"1"'}, {}):
            client.get(server.url, conditional=True)
            memory.load(memory.kept())
            assert memory.known == {server.url: kept} or memory.known == {f"{server.url}/": kept}


def test_a_redirect_is_followed_to_another_server():
    with serving(OK) as there, serving(Answer("", 301, {"Location": f"{there.url}/new"})) as here:
        page = Web(tools()).get(f"{here.url}/old")
    assert (page.url, there.paths) == (f"{there.url}/new", ["/new"])


def test_with_a_secret_no_redirect_is_followed():
    with serving(OK) as there, serving(Answer("", 307, {"Location": f"{there.url}/new?a=b"})) as here:
        error = refused(here.url, headers={"X-Api-Key": "hidden"})
    assert f"it has moved to {there.url}/new" in str(error)
    assert there.asked == []
    assert here.asked[0].headers["x-api-key"] == "hidden"


def test_secrets_stay_out_of_messages_logs_and_representations(caplog):
    caplog.set_level(logging.DEBUG)
    with serving([Answer(status=500), Answer(dropped=True), OK]) as server:
        address = server.url.replace("http://", "http://user:hidden@") + "/feed"
        client = Web(tools(environ={"KEY": "hidden"}), headers={"Authorization": "Bearer hidden"})
        page = client.get(address, {"key": "hidden"})
        server.routes = Answer(status=500)
        with pytest.raises(SourceError) as error:
            client.get(address, {"key": "hidden"})
    told = f"{error.value!r} {error.value.advice} {page!r} {tools(environ={'KEY': 'hidden'})!r}"
    told += "".join(record.getMessage() for record in caplog.records if record.name != "httpcore.http11")
    assert "hidden" not in told


@pytest.mark.parametrize("value", ["hidden\nx", "hídden", "hidden\x00"])
def test_a_secret_that_no_header_can_carry_is_named_and_not_shown(value):
    with pytest.raises(SourceError, match="Authorization") as error:
        Web(tools(), headers={"Authorization": value})
    assert "dden" not in f"{error.value} {error.value.advice}"


def test_the_spaces_around_a_secret_are_not_part_of_it():
    assert tools(environ={"KEY": " abc\n"}).secret("KEY").get_secret_value() == "abc"


@pytest.mark.parametrize("body", [b"<html>", b"", b"[" * 100_000, b"\xff"])
def test_what_is_not_json_is_one_line(body):
    with serving(Answer(body)) as server, pytest.raises(SourceError, match="not JSON") as error:
        Web(tools()).json(server.url)
    assert len(str(error.value).splitlines()) == 1


def test_an_api_explains_its_own_errors():
    def explain(status, headers, body):
        return SourceError(f"{status}, {headers['x-app']}, {body.decode()}") if b"quota" in body else None

    with serving([Answer("quota", 400, {"X-App": "a"}), Answer("else", 400)]) as server:
        assert str(refused(server.url, explain=explain)) == "400, a, quota"
        assert "status 400" in str(refused(server.url, explain=explain))


def test_many_pages_come_in_their_order_and_one_that_fails_fails_alone():
    with serving({f"/{n}": Answer([n]) for n in range(30) if n != 7}) as server:
        pages = Web(tools()).get_many([f"{server.url}/{n}" for n in range(30)])
    assert [page.json() for page in pages if not isinstance(page, SourceError)] == [
        [n] for n in range(30) if n != 7
    ]
    assert isinstance(pages[7], MissingPage)
    assert Web(tools()).get_many([]) == []


def test_many_pages_are_asked_for_a_few_at_a_time():
    inside, most, lock = [0], [0], threading.Lock()

    def answer(asked):
        with lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        threading.Event().wait(0.01)
        with lock:
            inside[0] -= 1
        return OK

    with serving(answer) as server:
        Web(tools()).get_many([f"{server.url}/{n}" for n in range(24)])
    assert 1 < most[0] <= web.CONCURRENT


def test_many_pages_that_take_too_long_are_given_up(monkeypatch):
    monkeypatch.setattr(web, "MANY_SECONDS", 0.2)
    with serving({"/fast": OK, "/slow": Answer(after_s=9)}) as server:
        fast, slow = Web(tools()).get_many([f"{server.url}/fast", f"{server.url}/slow"])
    assert not isinstance(fast, SourceError)
    assert "no answer" in str(slow)


def test_a_rate_limit_ends_the_asking_for_many_pages():
    with serving(Answer(status=429, headers={"Retry-After": "60"})) as server:
        pages = Web(tools()).get_many([f"{server.url}/{n}" for n in range(100)])
    assert all(isinstance(page, RateLimited) for page in pages)
    assert len(server.asked) <= web.CONCURRENT


def test_a_date_to_wait_for_is_compared_with_the_readers_clock():
    after = "Mon, 13 Apr 2026 13:00:00 GMT"
    with (
        serving(Answer(status=503, headers={"Retry-After": after})) as server,
        pytest.raises(RateLimited) as error,
    ):
        Web(tools()).get(server.url)
    assert error.value.until == datetime(2026, 4, 13, 13, tzinfo=UTC)

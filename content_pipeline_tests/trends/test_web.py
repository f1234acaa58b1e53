"""Feeds and the sandbox: over a real HTTP server, malformed, hostile, and the recorded corpus."""

import io
import json
import re
import tarfile
import threading
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from content_pipeline.trends.normalize import ingest
from content_pipeline.trends.sources.base import SourceError
from content_pipeline.trends.sources.catalog import TrendSources
from content_pipeline.trends.sources.config import RssSource, SandboxSource
from content_pipeline.trends.sources.rss import RssAdapter, plain_title
from content_pipeline.trends.sources.sandbox import SandboxAdapter
from content_pipeline_tests.trends.helpers import DAY, NOON, SANDBOX, STAMP

FEED = """<?xml version="1.0"?>
<rss version="2.0" xmlns:ht="https://trends.google.com/trends/trendingsearches/daily"><channel>
<item><title>Travis&nbsp;Scott</title><link>https://x.org/1</link>
<ht:approx_traffic>200,000+</ht:approx_traffic>
<pubDate>Mon, 13 Apr 2026 07:00:00 -0700</pubDate></item>
<item><title>&lt;b&gt;Old&lt;/b&gt; news</title><link>https://x.org/2</link>
<ht:approx_traffic>1천+</ht:approx_traffic>
<pubDate>Sun, 12 Apr 2026 08:00:00 GMT</pubDate></item>
<item><title>Undated</title><link>https://x.org/3</link></item></channel></rss>"""
TRENDS = [
    {
        "external_id": "w1",
        "title": "One",
        "url": "https://w.example/1",
        "published_at": None,
        "category": "c",
        "tags": ["t"],
        "observations": [
            {"observed_at": "2026-04-13T06:00:00Z", "views": 10, "likes": 1, "comments": 0, "rank": 2},
            {"observed_at": "2026-04-13T09:00:00Z", "views": 90, "likes": 2, "comments": 0, "rank": 1},
        ],
    },
    {"external_id": "w2", "title": ""},
    "broken",
]


@contextmanager
def serving(status: int, body: bytes):
    """Serve one body for every address; yield the server's URL and the list of asked paths."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(OSError):  # the client hangs up on too large a body
                self.wfile.write(body)

        def log_message(self, *args):
            """Keep the test's output clean."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


def feed_file(tmp_path, text) -> RssAdapter:
    path = tmp_path / "feed.xml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return RssAdapter(RssSource(type="rss", name="f", path=path), lambda: NOON + timedelta(hours=6))


def test_a_feeds_entries_are_of_the_day_they_were_published(tmp_path):
    adapter = feed_file(tmp_path, FEED)
    config = RssSource(type="rss", name="f", path=tmp_path / "feed.xml")
    today = ingest(config, adapter, DAY, STAMP).signals
    assert {s.title: s.views for s in today} == {"Travis Scott": 200_000, "Undated": None}
    (old,) = ingest(config, adapter, date(2026, 4, 12), STAMP).signals
    assert (old.title, old.views, old.rank, old.observed_at) == (
        "Old news",
        1000,
        2,
        datetime(2026, 4, 12, 8, tzinfo=UTC),
    )
    assert list(adapter.read(date(2026, 4, 14))) == []
    assert adapter.fingerprint(DAY) != adapter.fingerprint(date(2026, 4, 12))
    assert adapter.fingerprint(date(2026, 4, 1)) is None


def test_a_feed_on_the_web_is_fetched_once_for_several_days():
    with serving(200, FEED.encode()) as (url, asked):
        sources = TrendSources(
            [RssSource(type="rss", name="f", url=f"{url}/rss")], sandbox_url=None, now=lambda: NOON
        )
        days = [DAY - timedelta(days=n) for n in range(30)]
        found = [item for day in days for item in sources.adapter("f").read(day)]
    assert len(found) == 3
    assert asked == ["/rss"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_feed_that_declares_entities_is_refused(tmp_path, encoding):
    bomb = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><rss version="2.0"/>'
    with pytest.raises(SourceError, match="declares entities"):
        list(feed_file(tmp_path, bomb.encode(encoding)).read(DAY))


@pytest.mark.parametrize("text", ["", "hello", "<html><body>404</body></html>", "{}"])
def test_what_is_no_feed_says_so(tmp_path, text):
    with pytest.raises(SourceError, match=r"feed\.xml is not an RSS or Atom feed"):
        list(feed_file(tmp_path, text).read(DAY))


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("<b>H</b>ello", "Hello"),
        ("a<br>b", "a b"),
        ("&amp;lt;b&amp;gt;x", "x"),
        ("<script>alert(1)</script>t", "t"),
        ("1 < 2 & 3", "1 < 2 & 3"),
        ("x <img src=1 onerror=alert(1)", "x"),
        ("<<b>script>y", ""),
        ("&" + "amp;" * 9 + "lt;b>z", None),
    ],
)
def test_titles_lose_their_markup(title, plain):
    found = plain_title(title)
    assert not re.search(r"<[/!?a-zA-Z]", found)
    assert plain is None or found == plain


def test_the_recorded_corpus_raises_nothing_else_and_leaves_no_markup(real_data, tmp_path):
    now, read = NOON, 0
    refusals: list[str] = []
    with tarfile.open(real_data / "feeds" / "feed_corpus.tar.gz") as archive:
        files = [(m.name, archive.extractfile(m)) for m in archive if m.isfile()]
        for name, file in files:
            path = tmp_path / "feed.xml"
            path.write_bytes((file or io.BytesIO()).read())
            adapter = RssAdapter(RssSource(type="rss", name="f", path=path), lambda: now)
            try:
                items = adapter._parse(now)
            except SourceError as error:
                refusals.append(str(error))
                continue
            read += 1
            assert not [i.title for i in items if re.search(r"<[/!?a-zA-Z]", i.title)], name
    assert read > 1000
    assert all(len(refusal.splitlines()) == 1 for refusal in refusals)


def test_recorded_trends_of_google_are_read(real_data):
    config = RssSource(
        type="rss",
        name="f",
        path=real_data / "google_trends" / "google_trends_daily_rss_US_2024-06-20_excerpt.xml",
    )
    result = ingest(config, RssAdapter(config, lambda: NOON), date(2024, 6, 20), STAMP)
    assert result.dead_letters == []
    assert {s.title: s.views for s in result.signals}["Travis Scott"] == 20_000


def test_the_sandbox_is_asked_for_a_day():
    with serving(200, json.dumps({"items": TRENDS}).encode()) as (url, asked):
        sources = TrendSources([SANDBOX], sandbox_url=url, now=lambda: NOON)
        result = ingest(sources.config("world"), sources.adapter("world"), DAY, STAMP)
        assert sources.adapter("world").fingerprint(DAY)
    assert all(urlsplit(path).path == "/sandbox/trends" for path in asked)
    assert all(parse_qs(urlsplit(path).query) == {"day": ["2026-04-13"]} for path in asked)
    (signal,) = result.signals
    assert (signal.views, signal.rank, signal.tags, len(signal.observations)) == (90, 1, ["t"], 2)
    assert [(x.position, x.reason) for x in result.dead_letters] == [
        ("items[1]", "no title"),
        ("items[2]", "not an object"),
    ]


@pytest.mark.parametrize(
    ("status", "body", "part"),
    [
        (500, b"", "status 500"),
        (200, b"<html>", "not JSON"),
        (200, b"[]", "without a list"),
        (200, b'{"items": 1}', "without a list"),
        (200, b" " * (5 * 1024 * 1024 + 1), "more than 5 MiB"),
    ],
)
def test_a_sandbox_that_answers_wrongly_is_one_line(status, body, part):
    with serving(status, body) as (url, _), pytest.raises(SourceError, match=part) as error:
        list(SandboxAdapter(url).read(DAY))
    assert len(str(error.value).splitlines()) == 1


def test_a_sandbox_that_is_not_there_is_one_line():
    with serving(200, b"") as (url, _):
        pass
    with pytest.raises(SourceError, match="cannot be read"):
        SandboxAdapter(url).fingerprint(DAY)
    with pytest.raises(SourceError, match="no sandbox"):
        SandboxAdapter(None).fingerprint(DAY)


def test_the_catalog_knows_its_names():
    sources = TrendSources(
        [SANDBOX, SandboxSource(type="sandbox", name="b")], sandbox_url=None, now=lambda: NOON
    )
    assert sources.names == ["world", "b"]
    assert sources.adapter("b") is sources.adapter("b")
    with pytest.raises(KeyError):
        sources.config("c")
    with pytest.raises(KeyError):
        sources.adapter("c")

"""Google Trends over a real socket: the recorded feed, today's form of it, other languages, and answers that are no feed."""

import json
import tarfile
from datetime import UTC, datetime, timedelta
from html import escape

import pytest
import yaml

from content_pipeline.trends.normalize import ingest
from content_pipeline.trends.sources.base import PageMemory, SourceError, Unchanged
from content_pipeline.trends.sources.google_trends import GoogleTrendsSource
from content_pipeline_tests.trends.helpers import DAY, NOON, STAMP, tools
from content_pipeline_tests.trends.server import Answer, serving

NOW_FORM = "https://trends.google.com/trending/rss"
OLD_FORM = "https://trends.google.com/trends/trendingsearches/daily"


def feed(*items: str, namespace: str = NOW_FORM) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><rss xmlns:ht="{namespace}" version="2.0"><channel>'
        + "".join(f"<item>{item}</item>" for item in items)
        + "</channel></rss>"
    )


def read(answer, day=DAY, now=NOON, **changes):
    """Serve an answer; return what ingesting the source gives, and what was asked."""
    with serving(answer) as server:
        source = GoogleTrendsSource(
            type="google_trends", name="g", url=f"{server.url}/trending/rss", **changes
        )
        return ingest(source, source.adapter(tools(now)), day, STAMP), server.asked


def test_the_recorded_feed_is_read(real_data):
    recorded = (
        real_data / "google_trends" / "google_trends_daily_rss_US_2024-06-20_excerpt.xml"
    ).read_bytes()
    now = datetime(2024, 6, 20, 18, tzinfo=UTC)
    result, (asked,) = read(Answer(recorded), day=now.date(), now=now)
    assert result.dead_letters == []
    signals = {signal.title: signal for signal in result.signals}
    assert {title: signal.views for title, signal in signals.items()} == {
        "Travis Scott": 20_000,
        "Tyler, the Creator": 20_000,
        "Summer solstice 2024": 200_000,
        "Full moon": 20_000,
    }
    solstice = signals["Summer solstice 2024"]
    assert (solstice.rank, solstice.tags) == (3, ["summer solstice", "first day of summer"])
    assert solstice.url.startswith("https://www.aljazeera.com/")
    assert "hotter" in solstice.caption
    assert (solstice.published_at, solstice.observed_at) == (datetime(2024, 6, 20, 3, tzinfo=UTC), now)
    assert "'" in signals["Full moon"].caption
    assert asked.query == {"geo": "US"}


@pytest.mark.parametrize("namespace", [NOW_FORM, OLD_FORM])
def test_both_namespaces_and_an_item_without_news_are_read(namespace):
    item = (
        "<title>caf&eacute;&nbsp;&amp;&nbsp;co</title><ht:approx_traffic>2000+</ht:approx_traffic><description/>"
        f"<link>{NOW_FORM}?geo=US</link><pubDate>Mon, 13 Apr 2026 04:10:00 -0700</pubDate>"
    )
    (signal,) = read(Answer(feed(item, namespace=namespace)), geo="US-CA")[0].signals
    assert (signal.title, signal.external_id, signal.views) == ("café & co", "café & co", 2000)
    assert signal.url == "https://trends.google.com/trends/explore?q=caf%C3%A9%20%26%20co&geo=US-CA"
    assert (signal.tags, signal.caption) == ([], None)


@pytest.mark.parametrize(
    ("traffic", "views"),
    [("1천+", 1000), ("50K+", 50_000), ("20万+", 200_000), ("200,000+", 200_000), ("", None)],
)
def test_numbers_are_read_in_other_languages(traffic, views):
    (signal,) = read(Answer(feed(f"<title>x</title><ht:approx_traffic>{traffic}</ht:approx_traffic>")))[
        0
    ].signals
    assert signal.views == views


def test_recorded_searches_of_other_countries_are_read(real_data):
    recorded = json.loads(
        (real_data / "google_trends" / "hottrends_internal_data_2023-03-26.json").read_text()
    )
    for country in ("japan", "india", "south_korea", "russia", "egypt"):
        searches = recorded[country]
        result, _ = read(Answer(feed(*(f"<title>{escape(search)}</title>" for search in searches))))
        assert {signal.title for signal in result.signals} == {
            " ".join(search.split()) for search in searches
        }
        assert result.dead_letters == []


def test_an_item_that_cannot_be_read_is_refused_and_the_rest_goes_on():
    items = ["<title>a</title>", "<link/>", "<title>b</title><ht:approx_traffic>lots</ht:approx_traffic>"]
    result, _ = read(Answer(feed(*items)))
    assert [signal.title for signal in result.signals] == ["a"]
    assert [(letter.position, letter.reason) for letter in result.dead_letters] == [
        ("item 2", "no title"),
        ("item 3", "views is not a number"),
    ]


def test_markup_does_not_pass():
    news = (
        "<ht:news_item><ht:news_item_title>&lt;script&gt;x&lt;/script&gt;News</ht:news_item_title>"
        "<ht:news_item_url>javascript:alert(1)</ht:news_item_url></ht:news_item>"
    )
    (signal,) = read(Answer(feed(f"<title><![CDATA[<b>bold</b>]]></title>{news}")))[0].signals
    assert (signal.title, signal.caption) == ("bold", "News")
    assert signal.url.startswith("https://trends.google.com/")


def test_another_day_is_not_asked_for():
    for day in (DAY - timedelta(days=1), DAY + timedelta(days=1)):
        assert read(Answer(feed()), day=day)[1] == []


def test_a_feed_that_did_not_change_says_so():
    memory = PageMemory()
    with serving([Answer(feed("<title>a</title>"), headers={"ETag": '"1"'}), Answer("", 304)]) as server:
        adapter = GoogleTrendsSource(type="google_trends", name="g", url=server.url).adapter(
            tools(memory=memory)
        )
        assert len(list(adapter.read(DAY))) == 1
        memory.load(memory.kept())
        with pytest.raises(Unchanged):
            list(adapter.read(DAY))


@pytest.mark.parametrize(
    ("body", "part"),
    [
        ("<html><body>Sorry", "not its feed"),
        ("", "not its feed"),
        ("<rss/>", "no channel"),
        (feed("<title>a &nosuch; b</title>"), "not its feed"),
        ('<!DOCTYPE r [<!ENTITY a "ha">]><rss/>', "declares entities"),
        ('<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x"><rss/>', "not its feed"),
        ("<rss>" + "<a>" * 100_000, "not its feed"),
        (feed("<title>a</title>").encode("utf-16")[:-20], "not its feed"),
        (b'<?xml version="1.0" encoding="nonsense"?><rss/>', "not its feed"),
    ],
)
def test_what_is_no_feed_is_one_line(body, part):
    with pytest.raises(SourceError, match=part) as error:
        read(Answer(body))
    assert len(str(error.value).splitlines()) == 1


def test_recorded_answers_that_are_no_feed_are_one_line(real_data):
    with tarfile.open(real_data / "google_trends" / "pytrends_vcr_cassettes.tar.gz") as archive:
        file = archive.extractfile("test_request/test_trending_searches_ok.yaml")
        assert file
        recorded = [exchange["response"] for exchange in yaml.safe_load(file)["interactions"]]
    assert {response["status"]["code"] for response in recorded} == {200, 404}
    for response in recorded:
        body = response["body"]["string"]
        raw = body if isinstance(body, bytes) else body.encode()
        packed = {"Content-Encoding": "gzip"} if raw[:2] == b"\x1f\x8b" else {}
        with pytest.raises(SourceError) as error:
            read(Answer(raw, response["status"]["code"], packed))
        assert len(str(error.value).splitlines()) == 1

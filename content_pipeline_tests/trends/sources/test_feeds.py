"""RSS and Atom feeds: days, malformed and hostile documents, feeds on the web, and the whole recorded corpus."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from benchmarks.feed_corpus import read_corpus
from content_pipeline.trends.normalize import ingest
from content_pipeline.trends.sources import feeds
from content_pipeline.trends.sources.base import PageMemory, Refusal, SourceError, Unchanged
from content_pipeline.trends.sources.markup import literal, plain
from content_pipeline.trends.sources.rss import RssAdapter, RssSource
from content_pipeline_tests.trends.helpers import DAY, NOON, STAMP, tools
from content_pipeline_tests.trends.server import Answer, serving

EVENING = NOON + timedelta(hours=6)
FEED = """<?xml version="1.0"?>
<rss version="2.0"><channel>
<item><title>Storm&nbsp;Helga</title><link>https://x.org/1</link><guid>tag:1</guid><category>Weather</category>
<pubDate>Mon, 13 Apr 2026 07:00:00 -0700</pubDate><source url="https://n.org/rss">The News</source></item>
<item><title>&lt;b&gt;Last&lt;/b&gt; night</title><link>https://x.org/2</link>
<pubDate>Sun, 12 Apr 2026 23:50:00 GMT</pubDate></item>
<item><title>Long ago</title><link>https://x.org/3</link>
<pubDate>Sat, 11 Apr 2026 08:00:00 GMT</pubDate></item>
<item><title>Undated</title><link>https://x.org/4</link></item></channel></rss>"""


def feed_file(tmp_path, text) -> RssAdapter:
    path = tmp_path / "feed.xml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return RssAdapter(RssSource(type="rss", name="f", path=path), tools(EVENING))


def one(tmp_path, item, day=DAY):
    """Return the only signal of a feed with one item."""
    adapter = feed_file(tmp_path, f'<rss version="2.0"><channel><item>{item}</item></channel></rss>')
    (signal,) = ingest(RssSource(type="rss", name="f", path=tmp_path), adapter, day, STAMP).signals
    return signal


def test_today_a_feed_shows_what_is_fresh_or_undated_and_shows_it_now(tmp_path):
    items = list(feed_file(tmp_path, FEED).read(DAY))
    assert [item.title for item in items] == ["Storm Helga", "Last night", "Undated"]
    assert {item.observations[0].observed_at for item in items} == {EVENING}
    assert [item.observations[0].rank for item in items] == [1, 2, 4]
    assert (items[0].author, items[0].category, items[0].external_id) == ("The News", "Weather", "tag:1")


def test_of_an_earlier_day_a_feed_shows_what_was_published_on_it(tmp_path):
    adapter = feed_file(tmp_path, FEED)
    (item,) = adapter.read(date(2026, 4, 11))
    assert (item.title, item.observations[0].observed_at) == (
        "Long ago",
        datetime(2026, 4, 11, 8, tzinfo=UTC),
    )
    assert list(adapter.read(date(2026, 4, 10))) == []
    assert list(adapter.read(date(2026, 4, 14))) == []


def test_what_is_published_just_before_midnight_is_not_lost_to_a_poll_after_it(tmp_path):
    after_midnight = datetime(2026, 4, 13, 0, 5, tzinfo=UTC)
    (tmp_path / "feed.xml").write_text(FEED)
    adapter = RssAdapter(RssSource(type="rss", name="f", path=tmp_path / "feed.xml"), tools(after_midnight))
    assert "Last night" in [item.title for item in adapter.read(DAY)]


def test_many_days_of_a_feed_on_the_web_are_one_request():
    with serving(Answer(FEED)) as server:
        adapter = RssAdapter(RssSource(type="rss", name="f", url=f"{server.url}/rss"), tools())
        found = [item for n in range(30) for item in adapter.read(DAY - timedelta(days=n))]
    assert len(found) == 5
    assert server.paths == ["/rss"]


def test_a_feed_that_did_not_change_is_not_sent_again():
    memory = PageMemory()
    with serving([Answer(FEED, headers={"ETag": '"1"'}), Answer("", 304)]) as server:
        adapter = RssAdapter(RssSource(type="rss", name="f", url=server.url), tools(memory=memory))
        assert list(adapter.read(DAY))
        memory.load(memory.kept())
        with pytest.raises(Unchanged):
            list(adapter.read(DAY))


def test_a_server_tells_the_charset_and_the_place_that_links_start_from():
    body = '<rss version="2.0"><channel><item><title>Łódź</title><link>/a</link></item></channel></rss>'
    answer = Answer(body.encode("iso-8859-2"), headers={"Content-Type": "text/xml; charset=iso-8859-2"})
    with serving(answer) as server:
        adapter = RssAdapter(RssSource(type="rss", name="f", url=f"{server.url}/feed?key=hidden"), tools())
        (item,) = adapter.read(DAY)
    assert (item.title, item.url) == ("Łódź", f"{server.url}/a")


def test_the_key_of_a_private_feed_is_in_no_signal_and_no_message():
    with serving([Answer(FEED.replace("<link>https://x.org/1</link>", "")), Answer("no feed")]) as server:
        adapter = RssAdapter(RssSource(type="rss", name="f", url=f"{server.url}/feed?key=hidden"), tools())
        assert "hidden" not in repr(list(adapter.read(DAY)))
        with pytest.raises(SourceError, match="not an RSS or Atom feed") as error:
            list(adapter.read(DAY))
    assert "hidden" not in str(error.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_a_feed_that_declares_entities_is_refused(tmp_path, encoding):
    bomb = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><rss version="2.0"/>'
    with pytest.raises(SourceError, match="declares entities"):
        list(feed_file(tmp_path, bomb.encode(encoding)).read(DAY))


def test_a_feed_of_nothing_but_tags_is_refused_before_it_is_parsed(tmp_path):
    with pytest.raises(SourceError, match=r"feed\.xml holds more than 200,000 tags"):
        list(feed_file(tmp_path, "<a>" * (feeds.MAX_TAGS + 1)).read(DAY))


@pytest.mark.parametrize("text", ["", "hello", "<html><body>404</body></html>", "{}"])
def test_what_is_no_feed_says_so(tmp_path, text):
    with pytest.raises(SourceError, match=r"feed\.xml is not an RSS or Atom feed"):
        list(feed_file(tmp_path, text).read(DAY))


def test_a_cut_off_feed_gives_the_entries_before_the_cut_and_says_that_it_is_cut(tmp_path):
    adapter = feed_file(tmp_path, FEED[: FEED.index("<item><title>Long")])
    *items, cut = adapter.read(DAY)
    assert [item.title for item in items] == ["Storm Helga", "Last night"]
    assert isinstance(cut, Refusal)
    assert cut.reason.startswith("broken XML (no element found)")
    assert len([type(one) for one in adapter.read(date(2026, 4, 12))]) == 1


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("<b>H</b>ello", "Hello"),
        ("a<br>b", "a b"),
        ("&amp;lt;b&amp;gt;x", "x"),
        ("<script>alert(1)</script>t", "t"),
        ("1 < 2 & 3", "1 < 2 & 3"),
        ("x <img src=1 onerror=alert(1)", "x"),
        ("<<b>script>y", ""),
        ("<\u200bscript>alert(1)</script>x", "x"),
        ("&lt;&#8203;script&gt;x&lt;/script&gt;y", "y"),
        ("<\x00b>x", "x"),
        ("<p " * 100_000 + ">", ""),
        ("&" + "amp;" * 9 + "lt;b>z", None),
    ],
)
def test_texts_lose_their_markup(title, shown):
    found = plain(title)
    assert not re.search(r"<[/!?a-zA-Z]", found)
    assert shown is None or found == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("The <dialog> element", "The ‹dialog› element"),
        ("The &lt;dialog&gt; element", "The ‹dialog› element"),
        ("a <b", "a ‹b›"),
        ("x < y > z", "x < y > z"),
        (None, ""),
    ],
)
def test_angle_brackets_that_are_meant_look_like_no_tag(text, shown):
    assert literal(text) == shown


def test_no_field_of_a_signal_holds_markup(tmp_path):
    evil = "&lt;script&gt;x&lt;/script&gt;"
    signal = one(
        tmp_path,
        f'<title>t{evil}</title><guid>g{evil}</guid><link>https://x.org/&lt;script&gt;"</link>'
        f"<category>c{evil}</category><author>a{evil}</author>",
    )
    assert (signal.title, signal.external_id, signal.tags, signal.author) == ("t", "g", ["c"], "a")
    assert signal.url == "https://x.org/%3Cscript%3E%22"


def test_a_message_without_a_title_is_known_by_how_it_begins(tmp_path):
    text = "Storm Helga has reached the harbour. " * 9
    signal = one(tmp_path, f"<guid>g</guid><description>&lt;p&gt;{text}&lt;/p&gt;</description>")
    assert signal.title.startswith("Storm Helga has reached")
    assert signal.title.endswith("…")
    assert len(signal.title) <= feeds.TITLE_LENGTH
    assert signal.caption == text.strip()


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "", "//x.org"])
def test_a_link_that_is_no_web_address_is_replaced_by_the_place(tmp_path, link):
    assert one(tmp_path, f"<title>t</title><guid>g</guid><link>{link}</link>").url == "feed.xml#g"


def test_the_recorded_corpus_breaks_nothing_and_leaves_no_markup(real_data, tmp_path):
    readings = list(read_corpus(real_data / "feeds" / "feed_corpus.tar.gz", tmp_path))
    assert len(readings) == 1086
    assert [one for one in readings if one.state == "crashed" or one.markup] == []
    assert sum(one.state == "parsed" for one in readings) > 700
    assert sum(one.signals for one in readings) > 200
    assert all(len(one.reason.splitlines()) <= 1 for one in readings)

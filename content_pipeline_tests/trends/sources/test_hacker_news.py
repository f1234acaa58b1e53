"""Hacker News over a real socket: recorded front pages in the shapes of both APIs, items that are gone, past days, failures."""

from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from content_pipeline.trends.normalize import ingest
from content_pipeline.trends.sources.base import RawItem, Refusal, SourceError
from content_pipeline.trends.sources.hacker_news import HackerNewsSource
from content_pipeline_tests.trends.helpers import DAY, NOON, STAMP, tools
from content_pipeline_tests.trends.server import Answer, serving


def story(n: int, **changes):
    data = {
        "id": n,
        "type": "story",
        "title": f"Story {n}",
        "by": "pg",
        "score": 10 * n,
        "descendants": n,
        "kids": [1],
    }
    return data | {"time": int(NOON.timestamp()) - n, "url": f"https://x.org/{n}"} | changes


def hit(n: int, **changes):
    data = {"objectID": str(n), "title": f"Story {n}", "author": "pg", "points": 10 * n, "num_comments": n}
    return (
        data
        | {"created_at_i": int(NOON.timestamp()) - n, "url": None, "_tags": ["story", "author_pg"]}
        | changes
    )


def firebase(ids, items):
    """Return routes of the Firebase API; an item that is given as an answer is answered as such."""
    answers = {n: one if isinstance(one, (Answer, list)) else Answer(one) for n, one in items.items()}
    return {"/topstories.json": Answer(ids)} | {f"/item/{n}.json": one for n, one in answers.items()}


def read(routes, day=DAY, now=NOON, **changes):
    """Serve routes; return what a day's reading gives, and the server."""
    with serving(routes) as server:
        urls = {"firebase_url": server.url, "algolia_url": server.url}
        source = HackerNewsSource(type="hacker_news", name="hn", **(urls | changes))
        return list(source.adapter(tools(now)).read(day)), server


@pytest.fixture(scope="module")
def front_page(real_data):
    """Return a recorded front page: its moment and its rows, by rank."""
    folder = real_data / "hackernews"
    snapshots = pq.read_table(folder / "snapshots.parquet")
    moment = snapshots["captured_at"][400_000].as_py()
    rows = snapshots.filter(pc.equal(snapshots["captured_at"], moment)).sort_by("rank").to_pylist()
    ids = pa.array([row["item_id"] for row in rows])
    items = pq.read_table(folder / "items.parquet", columns=["item_id", "title", "url"])
    known = {item["item_id"]: item for item in items.filter(pc.is_in(items["item_id"], ids)).to_pylist()}
    # Advertisements have no id in the recording.
    return moment, [row | known[row["item_id"]] for row in rows if row["item_id"] in known]


def test_the_site_of_a_story_is_its_author_and_else_whoever_submitted_it():
    address = {"url": "https://www.example.org/a"}
    found, _ = read({"/search": Answer({"hits": [hit(1), hit(2, **address)]})}, api="algolia")
    found += read(firebase([3, 4], {3: story(3, **address), 4: story(4, url=None)}))[0]
    assert [item.author for item in found] == ["pg", "example.org", "example.org", "pg"]


def test_a_recorded_front_page_is_read_over_firebase(front_page):
    moment, rows = front_page
    assert len(rows) >= 25
    items = {
        int(row["item_id"]): story(
            int(row["item_id"]),
            title=row["title"],
            url=row["url"],
            score=row["points"],
            descendants=row["comments"],
        )
        for row in rows
    }
    with serving(firebase(list(items), items)) as server:
        source = HackerNewsSource(type="hacker_news", name="hn", firebase_url=server.url)
        result = ingest(source, source.adapter(tools(moment)), moment.date(), STAMP)
    assert result.dead_letters == []
    assert {(s.external_id, s.rank, s.score, s.comments) for s in result.signals} == {
        (row["item_id"], rank, row["points"], row["comments"]) for rank, row in enumerate(rows, start=1)
    }
    assert {s.observed_at for s in result.signals} == {moment}
    assert {s.title for s in result.signals} == {" ".join(row["title"].split()) for row in rows}


def test_a_recorded_front_page_is_read_over_algolia_in_one_request(front_page):
    moment, rows = front_page
    assert len(rows) >= 25
    hits = [
        hit(int(r["item_id"]), title=r["title"], url=r["url"], points=r["points"], num_comments=r["comments"])
        for r in rows
    ]
    found, server = read({"/search": Answer({"hits": hits})}, day=moment.date(), now=moment, api="algolia")
    (asked,) = server.asked
    assert asked.query == {"tags": "front_page", "hitsPerPage": "60"}
    assert {(item.external_id, item.observations[0].score) for item in found} == {
        (r["item_id"], r["points"]) for r in rows
    }
    assert {item.observations[0].rank for item in found} == {None}


def test_items_that_are_gone_or_advertise_take_no_place_in_the_signals():
    items = {
        1: None,
        2: story(2, dead=True),
        3: {"id": 3, "deleted": True, "type": "story"},
        4: story(4, type="job"),
        5: story(5, type="poll"),
        6: story(6, url=None, title="Ask HN: A &amp; the <dialog> element"),
    }
    found, _ = read(firebase(list(items), items))
    assert [(item.external_id, item.category, item.observations[0].rank) for item in found] == [
        (5, "poll", 5),
        (6, "story", 6),
    ]
    assert found[1].title == "Ask HN: A & the ‹dialog› element"
    assert found[1].url == "https://news.ycombinator.com/item?id=6"


def test_an_item_that_fails_fails_alone():
    items = {1: Answer(status=404), 2: story(2), 3: "text", 4: Answer("<html>"), 5: story(5, score="many")}
    with serving(firebase([1, 2, 3, 4, 5], items)) as server:
        source = HackerNewsSource(type="hacker_news", name="hn", firebase_url=server.url)
        result = ingest(source, source.adapter(tools()), DAY, STAMP)
    assert [signal.title for signal in result.signals] == ["Story 2"]
    assert [letter.position for letter in result.dead_letters] == ["item 1", "item 3", "item 4", "item 5"]


def test_a_passing_trouble_of_an_item_is_asked_again():
    found, server = read(firebase([1], {1: [Answer(status=503), Answer(story(1))]}))
    assert [item.title for item in found] == ["Story 1"]
    assert server.paths.count("/item/1.json") == 2


def test_no_more_than_the_limit_is_asked_for():
    found, server = read(firebase(list(range(1, 500)), {n: story(n) for n in range(1, 500)}), limit=12)
    assert len(found) == 12
    assert len(server.asked) == 13


def test_only_numbers_become_addresses():
    found, server = read(firebase([1, "../../x", True, None, 1.5], {1: story(1)}))
    assert len(found) == 1
    assert server.paths == ["/topstories.json", "/item/1.json"]


def test_when_every_item_fails_the_source_has_failed():
    with pytest.raises(SourceError, match="status 500"):
        read(firebase([1, 2], {1: Answer(status=500), 2: Answer(status=500)}))


@pytest.mark.parametrize("api", ["firebase", "algolia"])
def test_a_past_day_gives_its_stories_without_numbers(api):
    day = date(2026, 4, 2)
    stories = [hit(n, created_at_i=int(datetime(2026, 4, 2, n, tzinfo=UTC).timestamp())) for n in (3, 9)]
    with serving({"/search": Answer({"hits": stories})}) as server:
        source = HackerNewsSource(type="hacker_news", name="hn", api=api, algolia_url=server.url)
        result = ingest(source, source.adapter(tools()), day, STAMP)
    start = int(datetime(2026, 4, 2, tzinfo=UTC).timestamp())
    assert server.asked[0].query["numericFilters"] == f"created_at_i>={start},created_at_i<{start + 86_400}"
    assert sorted((s.title, s.observed_at.hour, s.engagement, s.rank) for s in result.signals) == [
        ("Story 3", 3, None, None),
        ("Story 9", 9, None, None),
    ]
    assert read({}, day=DAY + timedelta(days=1))[0] == []


def test_hits_that_are_no_stories_are_left_out_or_refused():
    hits = [
        hit(1),
        hit(2, _tags=["comment"]),
        "text",
        hit(3, _tags=7),
        hit(4, title=None),
        hit(5, objectID=None),
    ]
    with serving({"/search": Answer({"hits": hits})}) as server:
        source = HackerNewsSource(type="hacker_news", name="hn", api="algolia", algolia_url=server.url)
        result = ingest(source, source.adapter(tools()), DAY, STAMP)
    assert {signal.title for signal in result.signals} == {"Story 1", "Story 3"}
    assert [(letter.position, letter.reason) for letter in result.dead_letters] == [
        ("hits[2]", "no external id"),
        ("hits[4]", "no title"),
        ("hits[5]", "no external id"),
    ]


@pytest.mark.parametrize("body", [{}, None, "x", 3])
@pytest.mark.parametrize(("api", "path"), [("firebase", "/topstories.json"), ("algolia", "/search")])
def test_what_is_no_list_is_one_line(api, path, body):
    with pytest.raises(SourceError, match=r"without a list|not JSON"):
        read({path: Answer(body)}, api=api)


def test_every_reading_is_of_items_or_refusals():
    found, _ = read(firebase([1, 2], {1: story(1), 2: Answer([])}))
    assert [type(one) for one in found] == [RawItem, Refusal]

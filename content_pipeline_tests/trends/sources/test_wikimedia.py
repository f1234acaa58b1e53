"""Wikimedia's lists over a real socket: rebuilt from recorded views, late lists, past days, series, and answers that are no list."""

from datetime import UTC, date, datetime, timedelta
from urllib.parse import unquote

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from content_pipeline.trends.normalize import ingest
from content_pipeline.trends.sources.base import PageMemory, RawItem, Refusal, SourceError, Unchanged
from content_pipeline.trends.sources.wikimedia import WikimediaSource
from content_pipeline.trends.sources.wikimedia_pages import is_article
from content_pipeline_tests.trends.helpers import DAY, NOON, STAMP, tools
from content_pipeline_tests.trends.server import Answer, serving

TOP = "/top/en.wikipedia/all-access"
YESTERDAY, BEFORE = f"{TOP}/2026/04/12", f"{TOP}/2026/04/11"


def listing(*articles: tuple[str, int] | str, **changes) -> Answer:
    pairs = [(one, 1000 - n) if isinstance(one, str) else one for n, one in enumerate(articles)]
    rows = [{"article": name, "views": views, "rank": n} for n, (name, views) in enumerate(pairs, start=1)]
    head = {"project": "en.wikipedia", "access": "all-access", "year": "2026", "month": "04", "day": "12"}
    return Answer({"items": [head | {"articles": rows}]}, **changes)


def series(views: dict[date, int]) -> Answer:
    return Answer({"items": [{"timestamp": f"{day:%Y%m%d}00", "views": n} for day, n in views.items()]})


def source(server, **changes) -> WikimediaSource:
    return WikimediaSource(type="wikimedia", name="w", url=server.url, **changes)


def read(routes, day=DAY, **changes):
    """Serve routes; return what a day's reading gives and the paths that were asked for."""
    with serving(routes) as server:
        return list(source(server, **changes).adapter(tools()).read(day)), server.paths


def test_recorded_views_give_articles_with_views_and_ranks(real_data):
    table = pq.read_table(real_data / "wikipedia" / "enwiki_top1000_hourly_2012.parquet")
    start = datetime(2012, 3, 8, tzinfo=UTC)
    hours = pc.and_(
        pc.greater_equal(table["hour_utc"], start), pc.less(table["hour_utc"], start + timedelta(days=1))
    )
    totals = (
        table.filter(hours)
        .group_by("page")
        .aggregate([("views", "sum")])
        .sort_by([("views_sum", "descending")])
    )
    rows = [(row["page"].replace(" ", "_"), row["views_sum"]) for row in totals.slice(0, 1000).to_pylist()]
    with serving({f"{TOP}/2012/03/08": listing(*rows)}) as server:
        config = source(server)
        now = datetime(2012, 3, 9, 7, tzinfo=UTC)
        result = ingest(config, config.adapter(tools(now)), now.date(), STAMP)
    assert result.dead_letters == []
    assert len(result.signals) == 100
    best = min(result.signals, key=lambda signal: signal.rank or 0)
    assert (best.title, best.rank, best.language) == ("Joseph Kony", 1, "en")
    assert best.views == dict(rows)["Joseph_Kony"]
    assert (best.url, best.observed_at) == ("https://en.wikipedia.org/wiki/Joseph_Kony", now)
    assert sorted(signal.rank or 0 for signal in result.signals) == list(range(1, 101))
    assert not [
        signal.title
        for signal in result.signals
        if signal.title.startswith(("Special:", "File:", "Main Page"))
    ]


@pytest.mark.parametrize(
    "page",
    [
        "Main_Page",
        "Special:Search",
        "special:random",
        "Spezial:Suche",
        "Wikipedia:Hauptseite",
        "File:A.jpg",
        "User_talk:X",
        "Служебная:Search",
        "メインページ",
        "特別:検索",
        "-",
        "/w/index.php",
        "w/index.php",
        "Talk:X",
        "undefined",
        "a<b>",
        "",
    ],
)
def test_what_is_no_article_is_left_out(page):
    assert not is_article(page)


@pytest.mark.parametrize(
    "page",
    [
        "Avatar:_The_Way_of_Water",
        "3:10_to_Yuma",
        "Re:Zero",
        "AC/DC",
        "Node.js",
        "T.I.",
        "Wikipedia",
        "Amazon.com",
        "黒牢城",
        "Special_relativity",
        "-30-",
        "Portal_(video_game)",
        "Talk_Talk",
        "Help!",
    ],
)
def test_what_looks_like_no_article_and_is_one_stays(page):
    assert is_article(page)


def test_a_list_that_is_not_out_yet_is_replaced_by_the_one_before():
    found, paths = read({BEFORE: listing("A")})
    assert [item.title for item in found if isinstance(item, RawItem)] == ["A"]
    assert paths == [YESTERDAY, BEFORE]


def test_what_is_skipped_by_name_takes_no_rank_and_no_place():
    found, _ = read(
        {YESTERDAY: listing("Main_Page", "404_error", "B_b", "C", "D")}, skip=["404 error"], limit=2
    )
    assert [(item.title, item.observations[0].rank) for item in found] == [("B b", 1), ("C", 2)]


def test_a_past_day_shows_the_list_that_came_out_on_it():
    found, paths = read({f"{TOP}/2026/04/01": listing("A")}, day=date(2026, 4, 2))
    (item,) = found
    assert item.observations[0].observed_at == datetime(2026, 4, 2, 12, tzinfo=UTC)
    assert paths == [f"{TOP}/2026/04/01"]
    assert read({}, day=DAY + timedelta(days=1)) == ([], [])


def test_a_past_day_shows_what_newcomers_had_then():
    first = date(2026, 4, 11)
    routes = {
        f"{TOP}/2026/04/10": listing("Old", "Both"),
        YESTERDAY: listing("Both", "New/er", "Younger", "Broken"),
        "/per-article/en.wikipedia/all-access/user/New/er/daily/20260405/20260412": series(
            {date(2026, 4, 10): 7}
        ),
        "/per-article/en.wikipedia/all-access/user/Both/daily/20260405/20260412": series(
            {date(2026, 4, 10): 9}
        ),
        "/per-article/en.wikipedia/all-access/user/Broken/daily/20260405/20260412": Answer({}),
    }

    with serving(lambda asked: routes.get(unquote(asked.path), Answer(status=404))) as server:
        adapter = source(server, series_days=7).adapter(tools())
        found = list(adapter.read(first))
        assert [
            (item.title, item.observations[0].views, item.observations[0].rank) for item in found[:3]
        ] == [
            ("Old", 1000, 1),
            ("Both", 999, 2),
            ("New/er", 7, None),
        ]
        assert isinstance(found[3], Refusal)
        assert found[3].position == "series of Broken"
        assert len(found) == 4
        asked = len(server.asked)
        list(adapter.read(first))
        assert len(server.asked) == asked + 1


def test_series_are_not_asked_for_beyond_their_days_or_today():
    for day in (DAY, DAY - timedelta(days=8)):
        _, paths = read(lambda asked: listing("A"), day=day, series_days=7)
        assert len(paths) == 1


def test_a_list_that_did_not_change_says_so():
    memory = PageMemory()
    with serving({YESTERDAY: [listing("A", headers={"ETag": '"1"'}), Answer("", 304)]}) as server:
        adapter = source(server).adapter(tools(memory=memory))
        assert len(list(adapter.read(DAY))) == 1
        memory.load(memory.kept())
        with pytest.raises(Unchanged):
            list(adapter.read(DAY))


def test_an_entry_that_cannot_be_read_is_refused_and_the_rest_goes_on():
    with serving({YESTERDAY: listing(("A", 1), ("B", "many"), (None, 1), ("C", 3))}) as server:
        config = source(server)
        result = ingest(config, config.adapter(tools()), DAY, STAMP)
    assert {signal.title for signal in result.signals} == {"A", "C"}
    assert {letter.reason for letter in result.dead_letters} == {"not an article", "views is not a number"}


@pytest.mark.parametrize("body", [[], {}, {"items": []}, {"items": [{"articles": 3}]}, "x"])
def test_what_is_no_list_is_one_line(body):
    with pytest.raises(SourceError, match=r"without a list|not JSON"):
        read({YESTERDAY: Answer(body)})


def test_a_project_without_lists_says_what_to_check():
    with pytest.raises(
        SourceError, match=r"en\.wikipedia has no list of 2026-04-12 and none of 2026-04-11"
    ) as error:
        read({})
    assert "project" in error.value.advice


def test_the_same_name_in_two_languages_is_two_things():
    english, _ = read({YESTERDAY: listing("Gift")})
    german, _ = read({YESTERDAY.replace("en.", "de."): listing("Gift")}, project="de.wikipedia")
    assert english[0].external_id != german[0].external_id
    assert german[0].url == "https://de.wikipedia.org/wiki/Gift"
    assert english[0].observations[0].observed_at == NOON

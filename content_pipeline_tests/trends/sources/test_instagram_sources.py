"""Instagram's hashtags, sounds and comments over a real server."""

import json
from datetime import timedelta

import pytest
from pydantic import ValidationError

from content_pipeline.trends.normalize import ingest
from content_pipeline.trends.sources.base import (
    NoBudget,
    RateLimited,
    RawItem,
    Refusal,
    Tools,
)
from content_pipeline.trends.sources.catalog import TYPES
from content_pipeline.trends.sources.parts import PartError
from content_pipeline.trends.watching.budgets import StoredBudget
from content_pipeline_tests.trends.helpers import DAY, NOON, STAMP
from content_pipeline_tests.trends.server import Answer
from content_pipeline_tests.trends.sources.instagram_api import (
    ME,
    TOKEN,
    Purse,
    Watch,
    audio,
    comment,
    failing,
    found_id,
    hashtag_routes,
    media,
    post,
    reading,
    refused,
)

# Hashtags


def test_top_and_recent_posts_of_a_hashtag_become_signals():
    stamp = "2026-04-13T09:00:00+0000"
    routes = {
        "ig_hashtag_search": found_id(77),
        "77/top_media": Answer(
            {"data": [media(1), media(2, like_count=None), "broken", media(3, caption=None)]}
        ),
        "77/recent_media": Answer({"data": [media(4, timestamp=stamp)]}),
    }
    changes = {"hashtags": ["#ColdBrew"], "media": ["top", "recent"]}
    with reading("instagram_hashtags", routes, **changes) as (server, source, adapter):
        result = ingest(source, adapter, DAY, STAMP)
    signals = {s.external_id: s for s in result.signals}
    first, hidden, recent = signals["18001"], signals["18002"], signals["18004"]
    assert (first.title, first.caption, first.rank) == ("Post 1", "Post 1 more #Tag", 1)
    assert (first.likes, first.comments, first.category) == (1, 2, "#coldbrew")
    assert (first.tags, first.author) == (["coldbrew", "tag"], None)
    assert (hidden.likes, hidden.rank) == (None, 2)
    assert (recent.rank, recent.published_at) == (None, NOON - timedelta(hours=3))
    assert [(x.position, x.reason) for x in result.dead_letters] == [
        ("77/top_media[2]", "not an object"),
        ("77/top_media[3]", "no title"),
    ]
    assert {asked.headers["authorization"] for asked in server.asked} == {f"Bearer {TOKEN}"}


def test_an_id_is_asked_for_once_in_a_process_and_the_budget_before_every_reading():
    purse = Purse()
    with reading("instagram_hashtags", hashtag_routes("a"), budget=purse, hashtags=["a", "#A"]) as (
        server,
        source,
        adapter,
    ):
        for reader in (
            adapter,
            source.adapter(Tools(now=Watch(), environ={"IG_TOKEN": TOKEN}, budget=purse)),
        ):
            assert len(list(reader.read(DAY))) == 1
    assert server.paths == ["/v25.0/ig_hashtag_search", "/v25.0/9000/top_media", "/v25.0/9000/top_media"]
    assert purse.units == [(f"instagram_hashtags:{ME}", "a")]
    assert source.budgets() == {f"instagram_hashtags:{ME}": (30, 7)}


def test_hashtags_beyond_the_budget_are_refused_and_the_others_read():
    purse = Purse()
    purse.units = [(f"instagram_hashtags:{ME}", f"other{n}") for n in range(29)]
    with reading(
        "instagram_hashtags", hashtag_routes("a", "b", "c"), budget=purse, hashtags=["a", "b", "c"]
    ) as (
        server,
        _,
        adapter,
    ):
        found = list(adapter.read(DAY))
    assert [type(f) for f in found] == [RawItem, Refusal, Refusal]
    assert [(f.position, f.reason) for f in found[1:]] == [
        (tag, "not asked for: the account's 30 hashtags of 7 days are taken") for tag in ("#b", "#c")
    ]
    assert [asked.query.get("q") for asked in server.asked] == ["a", None]


def test_without_any_budget_nothing_is_asked_and_nothing_fails():
    with reading("instagram_hashtags", {}, budget=NoBudget(), hashtags=["a", "b"]) as (server, _, adapter):
        assert [type(f) for f in adapter.read(DAY)] == [Refusal, Refusal]
    assert server.asked == []


def test_a_hashtag_that_meta_refuses_does_not_stop_the_others():
    routes = hashtag_routes("a", "c", "d")
    search = routes["ig_hashtag_search"]
    errors = {"b": refused(24, 2207024), "bad": refused(-999), "nothing": Answer({"data": []})}
    routes["ig_hashtag_search"] = lambda asked: errors.get(asked.query["q"]) or search(asked)
    routes["9002/top_media"] = refused(100)
    tags = ["b", "a", "bad", "nothing", "d", "c"]
    with reading("instagram_hashtags", routes, hashtags=tags) as (_, _, adapter):
        found = list(adapter.read(DAY))
    assert [f.external_id for f in found if isinstance(f, RawItem)] == ["18009000", "18009001"]
    assert [(f.position, f.reason) for f in found if isinstance(f, Refusal)] == [
        ("#b", "Instagram answers with error 24/2207024 (trace AbC-1)"),
        ("#bad", "Instagram answers with error -999 (trace AbC-1)"),
        ("#nothing", "Instagram answers the search for #nothing without an id"),
        ("#d", "Instagram answers with error 100 (trace AbC-1)"),
    ]


def test_hashtags_that_are_all_refused_are_a_failure_of_the_source():
    with reading("instagram_hashtags", {"ig_hashtag_search": refused(24, 2207024)}, hashtags=["a", "b"]) as (
        server,
        _,
        adapter,
    ):
        assert isinstance(failing(adapter), PartError)
    assert len(server.asked) == 2


def test_a_dead_token_fails_the_source_with_the_first_hashtag():
    routes = {"ig_hashtag_search": refused(190, 460)}
    with reading("instagram_hashtags", routes, hashtags=["a", "b"]) as (server, _, adapter):
        error = failing(adapter)
    assert "190/460" in str(error)
    assert "log the account in again" in error.advice
    assert len(server.asked) == 1


def test_a_limit_that_comes_near_stops_the_calls_and_keeps_what_was_read():
    watch = Watch()
    near = {"X-App-Usage": json.dumps({"call_count": 96, "total_time": 25, "total_cputime": 25})}
    routes = hashtag_routes("a", "b")
    routes["9000/top_media"] = Answer({"data": [media(1)]}, headers=near)
    with reading("instagram_hashtags", routes, watch=watch, hashtags=["a", "b"]) as (server, _, adapter):
        assert [type(f) for f in adapter.read(DAY)] == [RawItem, Refusal]
        error = failing(adapter)
        assert isinstance(error, RateLimited)
        assert error.until == NOON + timedelta(minutes=15)
        assert len(server.asked) == 2
        watch.now += timedelta(minutes=15)
        assert isinstance(next(adapter.read(DAY)), RawItem)
        assert len(server.asked) > 2


def test_the_stored_budget_is_shared_by_all_sources_of_an_account(database):
    budget = StoredBudget(database, Watch())
    for n in range(29):
        budget.spend(f"instagram_hashtags:{ME}", f"other{n}", limit=30, days=7)
    for tags, kinds in [(["a"], [RawItem]), (["b", "a"], [Refusal, RawItem])]:
        with reading("instagram_hashtags", hashtag_routes(*tags), budget=budget, hashtags=tags) as (
            _,
            _,
            adapter,
        ):
            assert [type(f) for f in adapter.read(DAY)] == kinds


# Sounds


def test_trending_sounds_become_signals_in_the_order_of_the_list():
    cursor = {"cursors": {"after": "C2"}}
    pages = [
        Answer({"audio": [audio(1), audio(2, display_artist=None)], "paging": cursor}),
        Answer({"audio": [audio(3, title=None), audio(4, duration_in_ms=None)]}),
    ]
    with reading("instagram_audio", {"ig_audio": pages}, pages=3) as (server, source, adapter):
        result = ingest(source, adapter, DAY, STAMP)
    signals = {s.external_id: s for s in result.signals}
    assert (signals["1"].title, signals["1"].audio, signals["1"].author) == (
        "Song 1 – Artist",
        "Song 1 – Artist",
        "Artist",
    )
    assert (signals["1"].duration_s, signals["1"].category, signals["1"].rank) == (15.5, "music", 1)
    assert (signals["2"].title, signals["4"].rank, signals["4"].duration_s) == ("Song 2", 4, None)
    assert [(x.position, x.reason) for x in result.dead_letters] == [("ig_audio[2]", "no title")]
    assert [asked.query for asked in server.asked] == [
        {"audio_type": "music", "user_id": ME},
        {"audio_type": "music", "user_id": ME, "after": "C2"},
    ]


def test_original_sounds_have_a_list_of_their_own():
    route = {"ig_audio": Answer({"audio": []})}
    with reading("instagram_audio", route, audio_type="original_sound") as (server, _, adapter):
        assert list(adapter.read(DAY)) == []
    assert server.asked[0].query["audio_type"] == "original_sound"


# Comments


def test_questions_under_the_accounts_posts_become_signals_without_anyones_name():
    asked_by = comment(1, "@anna Which beans\nare these, https://spam.example/x @b.c?", username="someone")
    under_7 = [asked_by, comment(2, "Love it!"), comment(3, hidden=True), comment(4, hours=24 * 8), "broken"]
    under_7 += [comment(5, "どこで買えますか？"), comment(6, text=None), comment(7, timestamp="soon")]
    routes = {
        f"{ME}/media": Answer(
            {"data": [post(7), post(8, comments=0), post(9, comments=None), {"id": None}, 3]}
        ),
        "7/comments": Answer({"data": under_7}),
        "9/comments": Answer({"data": [comment(8)]}),
    }
    with reading("instagram_comments", routes) as (server, source, adapter):
        result = ingest(source, adapter, DAY, STAMP)
    signals = {s.external_id: s for s in result.signals}
    assert set(signals) == {"51", "55", "57", "58"}
    assert signals["51"].title == signals["51"].caption == "Which beans are these, ?"
    assert (signals["51"].author, signals["51"].category, signals["51"].likes) == (None, "comment", 1)
    assert signals["51"].url == "https://www.instagram.com/p/7/"
    assert signals["51"].published_at == NOON - timedelta(hours=1)
    assert "someone" not in "".join(s.model_dump_json() for s in result.signals)
    assert [x.reason for x in result.dead_letters] == [
        "a post without an id",
        "not an object",
        "not an object",
    ]
    assert "/v25.0/8/comments" not in server.paths


def test_all_comments_are_read_where_that_is_asked_for():
    routes = {
        f"{ME}/media": Answer({"data": [post(7)]}),
        "7/comments": Answer({"data": [comment(1, "Love it!")]}),
    }
    with reading("instagram_comments", routes, only_questions=False, posts=2) as (server, _, adapter):
        assert [i.title for i in adapter.read(DAY)] == ["Love it!"]
    assert server.asked[0].query["limit"] == "2"


def test_a_post_whose_comments_cannot_be_read_does_not_stop_the_others():
    routes = {
        f"{ME}/media": Answer({"data": [post(7), post(8)]}),
        "8/comments": Answer({"data": [comment(1)]}),
    }
    with reading("instagram_comments", routes | {"7/comments": refused(100, 33)}) as (_, _, adapter):
        assert [type(f) for f in adapter.read(DAY)] == [Refusal, RawItem]


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"ig_user_id": "me"}, "ig_user_id"),
        ({"access_token_env": "EAAB123abc"}, "access_token_env"),
        ({"api_version": "25"}, "api_version"),
        ({"base_url": "graph.facebook.com"}, "base_url"),
        ({"hashtags": []}, "hashtags"),
        ({"hashtags": [f"tag{n}" for n in range(31)]}, "hashtags"),
        ({"hashtags": ["two words"]}, "hashtags"),
        ({"hashtags": ["☕"]}, "hashtags"),
        ({"media": ["new"]}, "media"),
    ],
)
def test_a_wrong_configuration_is_refused(changes, part):
    fields = {
        "type": "instagram_hashtags",
        "name": "ig",
        "ig_user_id": int(ME),
        "access_token_env": "IG_TOKEN",
    }
    fields |= {"hashtags": ["a"]}
    assert TYPES["instagram_hashtags"].model_validate(fields).ig_user_id == ME
    with pytest.raises(ValidationError, match=part):
        TYPES["instagram_hashtags"].model_validate(fields | changes)

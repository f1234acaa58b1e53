"""YouTube's chart: the API's JSON rebuilt from recorded rows, paging, conditional requests, and Google's errors."""

import traceback
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError

from content_pipeline.trends.normalize import ingest
from content_pipeline.trends.sources.base import (
    MissingSecret,
    RateLimited,
    RawItem,
    Refusal,
    SourceError,
    Tools,
    Unchanged,
)
from content_pipeline.trends.sources.youtube import YouTubeSource, seconds
from content_pipeline_tests.trends.helpers import DAY, NOON, STAMP
from content_pipeline_tests.trends.server import Answer, serving

KEY = "AIza-the-key"


@contextmanager
def reading(route, *, now=NOON, key=KEY, **changes):
    """Serve a route; yield the server, a source that reads from it, its adapter and its tools."""
    with serving({"/youtube/v3/videos": route}) as server:
        url = f"{server.url}/youtube/v3"
        source = YouTubeSource(type="youtube", name="yt", base_url=url, **changes)
        tools = Tools(now=lambda: now, environ={"YOUTUBE_API_KEY": key})
        yield server, source, source.adapter(tools), tools


def video(n, **changes):
    return {
        "id": f"v{n}",
        "snippet": {"title": f"Video {n}", "categoryId": "10", "channelTitle": "C", "tags": ["a", "b"]},
        "statistics": {"viewCount": str(n * 100), "likeCount": str(n), "commentCount": "0"},
        "contentDetails": {"duration": "PT1M5S"},
    } | changes


def page(*items, after=None):
    return Answer(
        {"kind": "youtube#videoListResponse", "items": list(items)}
        | ({"nextPageToken": after} if after else {})
    )


def refused(status, *reasons, details=(), message="m"):
    """Return a refusal in Google's shape, whose message names the key as some do."""
    errors = [{"message": message, "domain": "youtube", "reason": reason} for reason in reasons]
    info = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason} for reason in details]
    text = f"Consumer 'api_key:{KEY}' is refused"
    return Answer(
        {"error": {"code": status, "message": text, "errors": errors, "details": info}}, status=status
    )


def failing(adapter):
    with pytest.raises(SourceError) as caught:
        list(adapter.read(DAY))
    assert len(f"{caught.value} {caught.value.advice}".splitlines()) == 1
    assert KEY not in "".join(traceback.format_exception(caught.value)) + caught.value.advice
    return caught.value


def recorded(real_data):
    """Return the rows of one day of the recorded US chart, in its order."""
    path = real_data / "youtube_trending" / "yt_trending_daily_US_20251210_20260822.parquet"
    table = pq.read_table(path)
    return table.filter(pc.equal(table["partition_date"], "2026-04-13")).to_pylist()


def resource(row):
    """Return a recorded row in the API's shape, where numbers are texts and missing fields are absent."""
    snippet = {
        "title": row["title"],
        "categoryId": str(row["category_id"]),
        "channelTitle": row["channel_title"],
        "publishedAt": row["published_at"].replace(" ", "T").replace("+00:00", "Z"),
        "tags": row["tags"] and row["tags"].split(", "),
        "defaultLanguage": row["default_language"],
        "defaultAudioLanguage": row["audio_language"],
    }
    counts = {"viewCount": row["views"], "likeCount": row["likes"], "commentCount": row["comments"]}
    return {
        "kind": "youtube#video",
        "id": row["video_id"],
        "snippet": {name: value for name, value in snippet.items() if value is not None},
        "statistics": {name: str(int(value)) for name, value in counts.items() if value is not None},
        "contentDetails": {"duration": row["duration_raw"], "contentRating": {}},
    }


def test_a_recorded_chart_becomes_signals(real_data):
    rows = recorded(real_data)
    with reading(page(*map(resource, rows))) as (server, source, adapter, _):
        result = ingest(source, adapter, DAY, STAMP)
    assert len(rows) > 40
    assert result.dead_letters == []
    signals = {s.external_id: s for s in result.signals}
    assert len(signals) == len({row["video_id"] for row in rows})
    for rank, row in enumerate(rows, start=1):
        signal = signals[row["video_id"]]
        assert (signal.rank, signal.category, signal.author) == (
            rank,
            row["category_name"],
            row["channel_title"],
        )
        assert (signal.views, signal.likes, signal.comments) == (row["views"], row["likes"], row["comments"])
        assert signal.duration_s == (row["duration"] or None)
        assert signal.published_at == datetime.fromisoformat(row["published_at"])
    (asked,) = server.asked
    assert asked.headers["x-goog-api-key"] == KEY
    assert asked.query == {
        "part": "snippet,statistics,contentDetails",
        "chart": "mostPopular",
        "regionCode": "US",
        "maxResults": "50",
    }


def test_missing_parts_stay_empty_and_a_broken_video_is_refused():
    found = [
        {"id": "v1", "snippet": {"title": "Only a title"}},
        "broken",
        video(3, statistics={}),
        {"id": "v4"},
    ]
    found.append(video(5, contentDetails={"contentRating": {"ytRating": "ytAgeRestricted"}}))
    with reading(page(*found)) as (_, source, adapter, _):
        result = ingest(source, adapter, DAY, STAMP)
    signals = {s.external_id: s for s in result.signals}
    assert (signals["v1"].views, signals["v1"].likes, signals["v1"].duration_s) == (None, None, None)
    assert (signals["v3"].views, signals["v3"].rank, signals["v3"].nsfw) == (None, 3, False)
    assert signals["v5"].nsfw
    assert [(x.position, x.reason) for x in result.dead_letters] == [
        ("items[1]", "not an object"),
        ("items[3]", "no title"),
    ]


def test_pages_follow_one_another_up_to_the_number_asked_for():
    route = [page(video(1), after="T2"), page(video(2), after="T3"), page(video(3))]
    with reading(route, pages=2, category_id=10, max_results=1) as (server, _, adapter, _):
        items = list(adapter.read(DAY))
    assert [(i.external_id, i.observations[0].rank) for i in items] == [("v1", 1), ("v2", 2)]
    assert [(a.query["videoCategoryId"], a.query.get("pageToken")) for a in server.asked] == [
        ("10", None),
        ("10", "T2"),
    ]


def test_a_later_page_that_cannot_be_read_keeps_the_first():
    with reading([page(video(1), after="T2"), refused(400, "invalidPageToken")], pages=2) as (
        _,
        _,
        adapter,
        _,
    ):
        item, refusal = list(adapter.read(DAY))
    assert isinstance(item, RawItem)
    assert isinstance(refusal, Refusal)
    assert (refusal.position, "invalidPageToken" in refusal.reason) == ("page 2", True)


def test_an_unchanged_chart_says_so():
    first = Answer(page(video(1)).body, headers={"ETag": '"e1"'})
    with reading([first, Answer(status=304)]) as (server, _, adapter, tools):
        assert len(list(adapter.read(DAY))) == 1
        tools.memory.load(tools.memory.kept())
        with pytest.raises(Unchanged):
            list(adapter.read(DAY))
    assert server.asked[1].headers["if-none-match"] == '"e1"'


def test_only_today_is_read():
    with reading(page(video(1))) as (server, _, adapter, _):
        assert list(adapter.read(DAY - timedelta(days=1))) == []
    assert server.asked == []


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (NOON, datetime(2026, 4, 14, 7, tzinfo=UTC)),
        (datetime(2026, 4, 13, 6, 59, tzinfo=UTC), datetime(2026, 4, 13, 7, tzinfo=UTC)),
    ],
)
@pytest.mark.parametrize("reason", ["quotaExceeded", "dailyLimitExceeded"])
def test_a_spent_quota_lasts_until_midnight_in_california(now, until, reason):
    with reading(refused(403, reason), now=now) as (_, _, adapter, _):
        error = failing(adapter)
    assert isinstance(error, RateLimited)
    assert error.until == until


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (refused(403, "rateLimitExceeded"), 300),
        (refused(429, details=["RATE_LIMIT_EXCEEDED"]), 300),
        (Answer(refused(403, "userRateLimitExceeded").body, status=403, headers={"Retry-After": "30"}), 30),
    ],
)
def test_a_rate_limit_says_until_when(answer, seconds):
    with reading(answer) as (_, _, adapter, _):
        error = failing(adapter)
    assert isinstance(error, RateLimited)
    assert error.until == NOON + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("answer", "part", "advice"),
    [
        (refused(400, "badRequest", details=["API_KEY_INVALID"]), "API_KEY_INVALID", "the key is wrong"),
        (refused(400, "keyInvalid"), "keyInvalid", "the key is wrong"),
        (refused(403, "accessNotConfigured", details=["SERVICE_DISABLED"]), "SERVICE_DISABLED", "switch the"),
        (refused(403, "forbidden", details=["API_KEY_IP_ADDRESS_BLOCKED"]), "API_KEY_IP", "restrictions"),
        (refused(403, "forbidden", details=["CONSUMER_SUSPENDED"]), "CONSUMER_SUSPENDED", "suspended"),
        (refused(404, "videoChartNotFound"), "videoChartNotFound", "no chart"),
        (refused(400, "somethingNew"), "somethingNew", "region"),
        (refused(400, "odd reason\nof two lines"), "status 400", ""),
        (Answer(b"<html>", status=403), "status 403", "check credentials"),
        (Answer({"error": "text"}, status=404), "status 404", "check the address"),
        (refused(500, "backendError"), "status 500", "asked again"),
        (Answer(b"<html>"), "not JSON", ""),
        (Answer([]), "without a list of videos", ""),
        (Answer({"items": {}}), "without a list of videos", ""),
        (Answer(dropped=True), "cannot be read", "check the network"),
    ],
)
def test_refusals_are_one_line_with_advice_by_reason_and_never_quote_the_key(answer, part, advice):
    with reading(answer) as (_, _, adapter, _):
        error = failing(adapter)
    assert part in str(error)
    assert advice in error.advice


def test_a_passing_failure_is_retried():
    with reading([refused(503, "backendError"), page(video(1))]) as (_, _, adapter, _):
        assert len(list(adapter.read(DAY))) == 1


def test_without_a_key_the_source_is_off():
    with pytest.raises(MissingSecret, match="off: YOUTUBE_API_KEY is not set"), reading(page(), key=""):
        pass


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("PT2H7M14S", 7634),
        ("P1DT1S", 86401),
        ("PT15S", 15),
        ("P0D", None),
        ("P1W", 604800),
        ("12:30", None),
        ("PTX", None),
        (75, None),
        (None, None),
    ],
)
def test_durations_are_read_in_seconds(text, value):
    assert seconds(text) == value


@pytest.mark.parametrize(
    "changes",
    [{"region": "usa"}, {"category_id": "music"}, {"max_results": 51}, {"pages": 0}, {"api_key": "x"}],
)
def test_a_wrong_configuration_is_refused(changes):
    with pytest.raises(ValidationError, match=next(iter(changes))):
        YouTubeSource(type="youtube", name="yt", **changes)

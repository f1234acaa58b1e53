"""The audience: its tastes, how metrics grow with the clock, and the reads that show them."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from content_pipeline.metrics.insights import POST_METRICS
from content_pipeline.posts.instagram.client import InstagramClient
from content_pipeline.sandbox.audience import INTERACTION_SD, LOG_LEVEL, NOISE_SD, TASTE_SD, Audience
from content_pipeline.sandbox.running import running_sandbox
from content_pipeline.sandbox.store import Media
from content_pipeline_tests.sandbox.conftest import START, USER, Talk, talk_to

HOUR = timedelta(hours=1)
DAY = date(2026, 1, 5)
CAPTION = "Stop it\n\n1. focus\n\nSave this\n\n#focus"


def post(n: int, caption: str = CAPTION) -> Media:
    return Media(f"179{n:014d}", USER, f"{caption} {n}", START, "180", "aa", 13.0)


def test_metrics_grow_with_the_clock_and_fit_each_other(sandbox: Talk) -> None:
    media_id = sandbox.publish(sandbox.ready(CAPTION))["id"]
    with InstagramClient(str(sandbox.http.base_url), "t") as client:
        assert client.media_insights(media_id, list(POST_METRICS)) == {}
        before: dict[str, float | None] = dict.fromkeys(POST_METRICS, 0.0)
        for hours in (0.1, 1, 6, 24, 72, 168, 400):
            sandbox.at(START + hours * HOUR)
            found = client.media_insights(media_id, list(POST_METRICS))
            assert found.keys() == POST_METRICS.keys()
            assert all(found[name] >= before[name] for name in found)
            assert 0 < found["reach"] < found["views"]
            parts = sum(found[name] for name in ("likes", "comments", "saved", "shares"))
            assert found["total_interactions"] == parts
            assert 0 < found["ig_reels_avg_watch_time"] < 4100  # the video has 4 s
            before = found
        assert before["views"] == client.media_insights(media_id, ["views"])["views"]
        totals = client.account_insights(
            USER, ["views", "reach", "accounts_engaged"], START, START + 24 * HOUR
        )
        assert 0 < totals["views"] < before["views"]
        assert client.account_fields(USER)["followers_count"] >= 4800


def test_growth_follows_the_published_curve_on_average() -> None:
    audience = Audience(7)
    final = np.array([audience.insights(post(n), START + 168 * HOUR)["views"] for n in range(300)])
    for hours, share in ((1, 0.08), (6, 0.30), (24, 0.60), (72, 0.85)):
        now = np.array([audience.insights(post(n), START + hours * HOUR)["views"] for n in range(300)])
        assert abs(now.sum() / final.sum() - share) < 0.03


def test_views_scatter_around_what_is_expected() -> None:
    audience = Audience(7)
    levels = {"hook": "contrarian", "format": "listicle", "topic": "focus", "cta": "other",
              "duration": "short", "slot": "morning"}  # fmt: skip
    logs = [np.log(audience.insights(post(n), START + 200 * HOUR)["views"]) for n in range(600)]
    assert abs(np.mean(logs) - audience.expected_log_views(levels, DAY)) < 0.15
    assert abs(np.std(logs) - NOISE_SD) < 0.1


@pytest.mark.parametrize("factor", TASTE_SD)
def test_tastes_differ_between_levels_as_much_as_stated(factor: str) -> None:
    audience = Audience(7)
    values = [audience.expected_log_views({factor: f"level {n}"}, DAY) - LOG_LEVEL for n in range(400)]
    assert abs(np.std(values) / TASTE_SD[factor] - 1) < 0.12


def test_hooks_and_topics_interact() -> None:
    audience = Audience(7)
    extra = [
        audience.expected_log_views({"hook": f"h{n}", "topic": "t"}, DAY)
        - audience.expected_log_views({"hook": f"h{n}"}, DAY)
        for n in range(400)
    ]
    assert abs(np.std(extra) / INTERACTION_SD - 1) < 0.12


def test_tastes_drift_slowly_and_are_the_same_for_a_seed() -> None:
    def series(seed: int, name: str, step: int) -> list[float]:
        audience = Audience(seed)
        days = [DAY + timedelta(days=step * n) for n in range(12)]
        return [audience.expected_log_views({"hook": name}, day) for day in days]

    names = [f"h{n}" for n in range(60)]
    now = np.array([series(7, name, 1) for name in names]) - LOG_LEVEL
    assert np.corrcoef(now[:, 0], now[:, 1])[0, 1] > 0.95
    later = np.array([series(7, name, 60) for name in names]) - LOG_LEVEL
    assert abs(np.corrcoef(later[:, :-1].ravel(), later[:, 1:].ravel())[0, 1] - np.exp(-1)) < 0.15
    assert series(7, "question", 1) == series(7, "question", 1) != series(8, "question", 1)


def test_what_is_asked_for_is_saved_more() -> None:
    def saves(cta: str) -> float:
        posts = [post(n, f"A line\n\n1. one\n\n{cta}") for n in range(200)]
        found = [Audience(7).insights(p, START + 168 * HOUR) for p in posts]
        return sum(row["saved"] for row in found) / sum(row["views"] for row in found)

    assert saves("Save this") > 1.3 * saves("Bye")


@pytest.mark.parametrize("metric", ["follows", "impressions", "views,plays", ""])
def test_one_metric_that_reels_lack_fails_the_request(sandbox: Talk, metric: str) -> None:
    media_id = sandbox.publish(sandbox.ready(CAPTION))["id"]
    sandbox.at(START + HOUR)
    assert sandbox.get(f"{media_id}/insights", metric=metric)["error"]["code"] == 100


def test_an_insight_has_the_documented_form(sandbox: Talk) -> None:
    media_id = sandbox.publish(sandbox.ready(CAPTION))["id"]
    sandbox.at(START + HOUR)
    row: dict[str, Any] = sandbox.get(f"{media_id}/insights", metric="views")["data"][0]
    assert row.keys() == {"name", "period", "values", "title", "description", "id"}
    assert row["period"] == "lifetime"
    assert row["values"][0].keys() == {"value"}
    assert row["id"] == f"{media_id}/insights/views/lifetime"


def test_comments_and_counts_agree(sandbox: Talk) -> None:
    media_id = sandbox.publish(sandbox.ready(CAPTION))["id"]
    sandbox.at(START + 72 * HOUR)
    fields = "caption,timestamp,like_count,comments_count,media_type,media_product_type,shortcode,permalink"
    found = sandbox.get(media_id, fields=fields)
    assert set(fields.split(",")) | {"id"} == found.keys()
    assert found["timestamp"] == "2026-01-05T14:00:00+0000"
    assert len(sandbox.get(f"{media_id}/comments")["data"]) == min(found["comments_count"], 50)
    insights = sandbox.get(f"{media_id}/insights", metric="likes,comments")["data"]
    assert [row["values"][0]["value"] for row in insights] == [found["like_count"], found["comments_count"]]


def test_a_comment_keeps_its_id_words_and_time(sandbox: Talk) -> None:
    media_id = sandbox.publish(sandbox.ready("Stop it\n\n1. focus\n\nComment with yours"))["id"]
    sandbox.at(START + 24 * HOUR)
    early = sandbox.get(f"{media_id}/comments")["data"]
    sandbox.at(START + 72 * HOUR)
    later = sandbox.get(f"{media_id}/comments")["data"]
    assert 0 < len(early) < len(later)
    assert later[: len(early)] == early
    times = [row["timestamp"] for row in later]
    assert times == sorted(times)
    assert times[0] >= "2026-01-05T14:00:00+0000"
    assert times[-1] <= "2026-01-08T14:00:00+0000"


@pytest.mark.parametrize("bad", [{"period": "week"}, {"since": "later"}, {"until": "1"}, {"metric": "karma"}])
def test_account_insights_refuse_what_they_do_not_know(sandbox: Talk, bad: dict[str, str]) -> None:
    asked = {"metric": "views", "period": "day", "metric_type": "total_value", **bad}
    assert sandbox.get(f"{USER}/insights", **asked)["error"]["code"] == 100


def test_the_media_list_pages_newest_first_and_within_times(sandbox: Talk) -> None:
    ids = []
    for n in range(5):
        sandbox.at(START + n * HOUR)
        ids.append(sandbox.publish(sandbox.ready(f"caption {n}"))["id"])
    seen: list[str] = []
    params = {"limit": "2"}
    for pages in range(1, 4):
        answer = sandbox.get(f"{USER}/media", **params)
        seen += [row["id"] for row in answer["data"]]
        assert ("next" in answer["paging"]) == (pages < 3)
        params["after"] = answer["paging"]["cursors"]["after"]
    assert seen == ids[::-1]
    first = sandbox.get(f"{USER}/media", limit="2", fields="caption", since=str(int(START.timestamp())))
    followed = sandbox.http.get(first["paging"]["next"]).json()["data"]
    assert [row["caption"] for row in followed] == ["caption 2", "caption 1"]
    since, until = str(int((START + HOUR).timestamp())), str(int((START + 2 * HOUR).timestamp()))
    found = sandbox.get(f"{USER}/media", since=since, until=until)["data"]
    assert [row["id"] for row in found] == [ids[2], ids[1]]
    assert sandbox.get("17841400000000002/media")["data"] == []


def test_the_numbers_survive_a_restart(tmp_path: Path, video: bytes) -> None:
    found = []
    for n in range(2):
        with running_sandbox(tmp_path) as url:
            talk = talk_to(url, video)
            if n == 0:
                talk.at(START)
                talk.publish(talk.ready(CAPTION))
                talk.at(START + 5 * HOUR)
            media_id = talk.all_media()[0]["id"]
            found.append(talk.get(f"{media_id}/insights", metric="views,reach,saved"))
    assert found[0] == found[1]

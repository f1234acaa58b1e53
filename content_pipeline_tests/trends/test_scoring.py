"""Trends of a day: what counts, how it is scored, what later data change (nothing)."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content_pipeline.clock import end_of, start_of
from content_pipeline.settings import Account
from content_pipeline.trends.niche import niche_fit, topic_family
from content_pipeline.trends.normalize import UTC_ZONE, ingest
from content_pipeline.trends.scoring import score_trends
from content_pipeline.trends.sources.table import TableAdapter
from content_pipeline_tests.trends.helpers import DAY, STAMP, signal, table_source

ACCOUNT = Account(
    id="demo",
    name="Demo",
    handle="demo",
    ig_user_id="17841400000000001",
    niche="productivity",
    timezone="UTC",
    posts_per_day=1,
    slots=["09:00"],
    topics={"focus": ["focus", "deep work"], "habits": ["habit"]},
    banned_topics=["casino"],
)
ACCOUNTS = {"demo": ACCOUNT}


def score(*signals, day=DAY, **options):
    return score_trends(day, list(signals), ACCOUNTS, STAMP, **options)


def only(*signals):
    (trend,) = score(*signals)
    return trend


@pytest.mark.parametrize(
    ("sightings", "stage"),
    [
        ([[(8, 100)]], "emerging"),
        ([[(-20, 100)], [(8, 1000)]], "rising"),
        ([[(-20, 1000)], [(8, 1001)]], "peak"),
        ([[(-20, 1000)], [(8, 900)]], "fading"),
        ([[(-5, 1000)]], "fading"),
    ],
)
def test_the_stage_of_life(sightings, stage):
    assert only(*(signal("A thing", *seen, key="k") for seen in sightings)).stage == stage


def test_growth_is_log_engagement_per_hour():
    trend = only(signal("A thing", (0, 0), (10, 99)))
    assert trend.velocity == pytest.approx(0.4605, abs=1e-4)
    assert only(signal("A thing", (5, 10))).velocity == 0


def test_recurrence_and_novelty_count_days():
    trend = only(*(signal("A thing", (9 - 24 * n, 10), key="k") for n in range(4)))
    assert (trend.recurrence, trend.novelty) == (4, 0.5)


def test_a_trend_is_available_from_the_last_sighting_that_its_score_rests_on():
    start = start_of(DAY, UTC_ZONE)
    assert only(signal("A thing", (9, 1))).available_at == start + timedelta(hours=9)
    before, today = signal("A thing", (-3, 1), key="k"), signal("A thing", (9, 1), key="k")
    assert only(before, today).available_at == start + timedelta(hours=9)
    assert only(before).available_at == start


def test_what_is_not_safe_or_not_recent_is_no_trend():
    assert (
        score(
            signal("Naughty", nsfw=True),
            signal("Long gone", (-30, 5)),
            signal("Before the window", (-24 * 8, 5)),
        )
        == []
    )


def test_burst_is_a_percentile_within_the_source():
    trends = {
        t.title: t
        for t in score(
            signal("Alpha", (9, 5)), signal("Beta", (9, 50)), signal("Gamma", (9, 7), source="other")
        )
    }
    assert (trends["Alpha"].burst, trends["Beta"].burst, trends["Gamma"].burst) == (0.25, 0.75, 0.5)
    assert trends["Beta"].rank_score > trends["Alpha"].rank_score


def test_a_second_source_is_a_bonus():
    title = "Storm Helga floods Lisbon harbour"
    one = only(signal(title))
    two = only(signal(title), signal(title, source="b", key="b"))
    assert two.score == pytest.approx(one.score + 0.05)
    assert two.sources == ["b", "s"]
    assert len(two.evidence) == 2


def test_the_best_come_first_and_no_more_than_asked():
    trends = score(*(signal(f"Number{n} {n * 'x'}", (9, n)) for n in range(1, 20)), limit=5)
    assert len(trends) == 5
    assert [t.score for t in trends] == sorted((t.score for t in trends), reverse=True)


hours = st.integers(-24 * 8, 24 * 3)
rows = st.lists(
    st.tuples(
        st.sampled_from(["alpha", "beta gamma", "delta"]), hours, st.one_of(st.none(), st.integers(0, 10**9))
    ),
    max_size=10,
)


@given(rows)
def test_scores_are_in_range_and_later_data_change_nothing(found):
    signals = [signal(t, (h, e), key=f"{t}{n}") for n, (t, h, e) in enumerate(found)]
    trends = score(*signals)
    end = end_of(DAY, UTC_ZONE)
    assert trends == score(*(s for s in signals if s.observed_at < end))
    for t in trends:
        assert all(
            0 <= x <= 1
            for x in (t.score, t.burst, t.novelty, t.velocity_score, t.rank_score, *t.niche_fit.values())
        )
        assert start_of(DAY, UTC_ZONE) <= t.available_at < end


def test_a_later_sighting_of_a_known_signal_changes_nothing():
    known, grown = signal("A thing", (9, 10), key="k"), signal("A thing", (9, 10), (30, 10**6), key="k")
    assert score(known) == score(grown)


@pytest.mark.parametrize(
    ("title", "family"),
    [
        ("How to focus again", "focus"),
        ("Deep work in 90 minutes", "focus"),
        ("Ten habits of monks", "habits"),
        ("Work deep", "trending"),
        ("Refocused", "trending"),
        ("Cats", "trending"),
    ],
)
def test_topic_families(title, family):
    assert topic_family(only(signal(title)), ACCOUNT) == family


def test_tags_count_for_the_topic():
    assert topic_family(only(signal("Monday again", tags=["focus"])), ACCOUNT) == "focus"


def test_niche_fit():
    assert niche_fit("Cats", [], ACCOUNT) == 0
    assert (
        niche_fit("Cats", ["focus"], ACCOUNT)
        < niche_fit("Focus", [], ACCOUNT)
        < niche_fit("Focus habits", [], ACCOUNT)
        < 1
    )
    assert niche_fit("Focus at the casino", [], ACCOUNT) == 0


def test_keywords_are_the_telling_words_in_any_script():
    trends = {
        t.title: t.keywords
        for t in score(signal("The storm Helga"), signal("The 2026 Ураган и мост", key="b"))
    }
    assert trends["The storm Helga"] == ["helga", "storm"]
    assert trends["The 2026 Ураган и мост"] == ["мост", "ураган"]


def test_recorded_days_are_scored_the_same_every_time(real_data: Path):
    path = real_data / "youtube_trending" / "yt_trending_daily_US_20251210_20260822.parquet"
    columns = {
        "external_id": "video_id",
        "title": "title",
        "observed_at": "fetched_at",
        "views": "views",
        "tags": "tags",
    }
    config = table_source(path, columns=columns, partition_column="partition_date")
    adapter = TableAdapter(config)
    by_day = {
        DAY + timedelta(days=n): ingest(config, adapter, DAY + timedelta(days=n), STAMP).signals
        for n in range(-6, 4)
    }
    everything = [s for signals in by_day.values() for s in signals]
    trends = score(*everything)
    assert trends == score(*reversed([s for s in everything if s.day <= DAY]))
    assert len(trends) == 60
    assert {t.stage for t in trends} >= {"emerging", "rising", "fading"}
    assert len({t.trend_id for t in trends}) == 60
    json.dumps([t.model_dump(mode="json") for t in trends])
    assert isinstance(trends[0].day, date)

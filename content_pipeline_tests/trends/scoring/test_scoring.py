"""Trends of a day: what counts, how it is scored, what later data change (nothing)."""

import json
import math
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content_pipeline.accounts import Account
from content_pipeline.clock import end_of, start_of
from content_pipeline.trends.normalize import UTC_ZONE, ingest
from content_pipeline.trends.scoring.niche import niche_fit, topic_family
from content_pipeline.trends.scoring.scoring import Context, score_trends
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
    return score_trends(day, list(signals), Context(ACCOUNTS), STAMP, **options)


def only(*signals):
    (trend,) = score(*signals)
    return trend


@pytest.mark.parametrize(
    ("sightings", "stage"),
    [
        ([[(8, 100)]], "emerging"),
        ([[(-20, 100)], [(8, 1000)]], "peaking"),
        ([[(-40, 100), (-20, 200)], [(8, 9000)]], "emerging"),  # seen for days, but gaining pace
        ([[(-20, 1000), (1, 9000)], [(8, 9001)]], "fading"),  # still growing, but hardly any more
        ([[(-20, 1000)], [(8, 900)]], "fading"),
    ],
)
def test_the_stage_of_life(sightings, stage):
    assert only(*(signal("A thing", *seen, key="k") for seen in sightings)).stage == stage


def test_growth_is_log_engagement_per_hour():
    trend = only(signal("A thing", (0, 0), (10, 99)))
    assert trend.speed == pytest.approx(0.4605, abs=1e-4)
    unknown = only(signal("A thing", (5, 10)))
    assert (unknown.speed, unknown.components.velocity.confidence) == (0, 0)


def test_freshness_counts_days():
    trend = only(*(signal("A thing", (9 - 24 * n, 10), key="k") for n in range(4)))
    assert (trend.days_seen, trend.components.freshness.value) == (4, 0.5)


def test_a_trend_is_available_from_the_last_sighting_that_its_score_rests_on():
    start = start_of(DAY, UTC_ZONE)
    assert only(signal("A thing", (9, 1))).available_at == start + timedelta(hours=9)
    before, today = signal("A thing", (-3, 1), key="k"), signal("A thing", (9, 1), key="k")
    assert only(before, today).available_at == start + timedelta(hours=9)
    assert only(before).available_at == start


def test_what_is_not_recent_is_no_trend():
    assert score(signal("Long gone", (-30, 5)), signal("Before the window", (-24 * 8, 5))) == []
    assert score() == []


def test_what_is_not_safe_is_flagged_with_the_words_that_raised_it():
    trend = only(signal("Naughty pictures", nsfw=True))
    assert [flag.flag for flag in trend.safety] == ["nsfw"]
    assert any("careful: nsfw" in reason for reason in trend.reasons)


def test_the_strongest_item_leads():
    strong, weak = score(signal("Alpha", (8, 5), (9, 5000)), signal("Beta", (8, 5), (9, 6)))
    assert (strong.title, weak.title) == ("Alpha", "Beta")
    assert strong.components.velocity.value > weak.components.velocity.value


def test_a_second_source_lifts():
    title = "Storm Helga floods Lisbon harbour"
    one = only(signal(title))
    two = only(signal(title), signal(title, source="b", key="b"))
    assert two.score == pytest.approx(one.score + (1 - one.score) * 0.15)
    assert two.sources == ["b", "s"]
    assert len(two.evidence) == 2
    assert any("shown by 2 sources" in reason for reason in two.reasons)


def test_what_its_source_no_longer_shows_is_gone_and_counts_half():
    gone, here = signal("Gone", (-5, 100)), signal("Here", (9, 1))
    trends = {t.title: t for t in score(gone, here)}
    assert trends["Gone"].stage == "fading"
    # Its source was not read today: that says nothing about it.
    waiting = only(gone)
    assert waiting.stage == "emerging"
    elsewhere = {t.title: t for t in score(gone, signal("Here", (9, 1), source="other"))}
    assert elsewhere["Gone"].stage == "emerging"


def test_a_story_that_one_source_still_shows_is_not_gone():
    title = "Storm Helga floods Lisbon harbour"
    strong, weak = signal(title, (-5, 10**6)), signal(title, (9, 10), source="b", key="b")
    trends = {t.title: t for t in score(strong, weak, signal("Other", (9, 5), key="o"))}
    assert trends[title].stage != "fading"


def test_time_lowers_a_score_as_the_field_has_it():
    """Also for what was first seen before the window: exp(-0.08 x days)."""
    found = signal("A thing", (9, 100))
    (fresh,) = score_trends(DAY, [found], Context(ACCOUNTS), STAMP)
    first = fresh.first_seen_at - timedelta(days=20)
    yesterday = fresh.model_copy(update={"day": DAY - timedelta(days=1), "first_seen_at": first})
    (old,) = score_trends(DAY, [found], Context(ACCOUNTS, earlier=[yesterday]), STAMP)
    assert old.first_seen_at == first
    assert old.score == pytest.approx(fresh.score * math.exp(-0.08 * 20))


class Foreseen:
    """An outlook that says the same of every item."""

    examples = 10**9
    chance_of = "is still listed the next day"

    def __init__(self, outlook: float) -> None:
        self._outlook = outlook

    def of(self, rows):
        return pd.DataFrame({"outlook": self._outlook, "chance": 0.25}, index=rows.index)


@pytest.mark.parametrize("outlook", [0.1, 0.9])
def test_a_source_with_a_long_past_is_judged_by_its_outlook(outlook):
    known = Context(ACCOUNTS, outlooks={"s": Foreseen(outlook)})
    mine, other = signal("A thing", (9, 100)), signal("Elsewhere", (9, 100), source="b")
    trends = {t.title: t for t in score_trends(DAY, [mine, other], known, STAMP)}
    assert trends["A thing"].score == pytest.approx(outlook, abs=1e-6)
    assert trends["A thing"].chance == 0.25
    assert trends["Elsewhere"].chance is None
    assert trends["Elsewhere"].components.outlook.confidence == 0


def test_the_momentum_weighs_its_parts_by_what_is_known_of_them():
    (trend,) = score(signal("A thing", (7, 10), (8, 20), (9, 40)))
    parts = trend.components
    weights = {"burst": 0.35, "velocity": 0.2, "acceleration": 0.1, "place": 0.35}
    known = {name: weights[name] * getattr(parts, name).confidence for name in weights}
    mean = sum(known[n] * getattr(parts, n).value for n in known) / sum(known.values())
    age = 2 / 24
    assert trend.score == pytest.approx(mean * math.exp(-0.08 * age))


def test_novelty_is_the_distance_to_what_the_account_posted_about():
    known = Context(ACCOUNTS, posted={"demo": ["Ten habits of monks", "Cats"]})
    trends = score_trends(DAY, [signal("Ten HABITS of monks!"), signal("Storm in Lisbon")], known, STAMP)
    novelty = {t.title: t.novelty["demo"] for t in trends}
    assert novelty["Ten HABITS of monks!"] == 0
    assert novelty["Storm in Lisbon"] == 1


def test_a_trend_keeps_its_identity_and_its_history():
    yesterday = DAY - timedelta(days=1)
    first, again = signal("Storm Helga", (-15, 10), key="k"), signal("Storm Helga", (9, 500), key="k")
    (before,) = score_trends(yesterday, [first], Context(ACCOUNTS), STAMP)
    (after,) = score_trends(DAY, [first, again], Context(ACCOUNTS, earlier=[before]), STAMP)
    assert after.trend_id == before.trend_id
    assert [(d.day, d.score, d.engagement) for d in after.history] == [(yesterday, before.score, 10)]


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


@settings(max_examples=20)
@given(rows)
def test_scores_are_in_range_and_later_data_change_nothing(found):
    signals = [signal(t, (h, e), key=f"{t}{n}") for n, (t, h, e) in enumerate(found)]
    trends = score(*signals)
    end = end_of(DAY, UTC_ZONE)
    assert trends == score(*(s for s in signals if s.observed_at < end))
    for t in trends:
        assert all(0 <= x <= 1 for x in (t.score, *t.niche_fit.values(), *t.novelty.values()))
        for part in t.components.model_dump().values():
            assert 0 <= part["value"] <= 1
            assert 0 <= part["confidence"] <= 1
        assert t.reasons
        assert start_of(DAY, UTC_ZONE) <= t.available_at < end


def test_a_later_sighting_of_a_known_signal_changes_nothing():
    known, grown = signal("A thing", (9, 10), key="k"), signal("A thing", (9, 10), (30, 10**6), key="k")
    assert score(known) == score(grown)


@pytest.mark.parametrize(
    ("title", "keywords", "fits"),
    [
        ("Habits of software awards", [], True),
        ("Habits in the war", [], False),
        ("Habits of monks", ["war"], False),
    ],
)
def test_what_is_banned_fits_nobody(title, keywords, fits):
    account = ACCOUNT.model_copy(update={"banned_topics": ["war"]})
    assert (niche_fit(title, keywords, account) > 0) == fits


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
    assert len({t.trend_id for t in trends}) == len(trends) > 60
    assert {t.stage for t in trends} == {"emerging", "peaking", "fading"}
    json.dumps([t.model_dump(mode="json") for t in trends])
    assert isinstance(trends[0].day, date)

"""What styles of observed reels are worth: planted lifts are found, noise, outliers, one author and the future are not."""

import json
import math
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content_pipeline.trends.patterns import MIN_COHORT, MIN_ITEMS, WINDOW_DAYS, patterns
from content_pipeline.trends.records import Observation, TrendPattern, TrendSignal
from content_pipeline_tests.trends.helpers import DAY, NOON, STAMP, signal

ASKING, SAYING = "Is it reel {}?", "It is reel {}"


def reel(key, title=SAYING, engagement=1000.0, day=0, **changes) -> TrendSignal:
    """Return a reel that was published a day and a half before it was seen, ``day`` days before DAY."""
    values = {
        "source_type": "youtube",
        "author": f"author {key}",
        "published_at": NOON - timedelta(days=day + 1.5),
        "duration_s": 14.0,
    }
    return signal(title.format(key), (12 - 24 * day, engagement), key=f"k{key}", **(values | changes))


def world(asking=40, saying=160, factor=1.0, seed=1, **changes) -> list[TrendSignal]:
    """Return reels with log-normal engagement (sd 1); those that ask have it multiplied."""
    rng = random.Random(seed)
    titles = [ASKING] * asking + [SAYING] * saying
    return [
        reel(n, title, rng.lognormvariate(8, 1) * (factor if title == ASKING else 1), day=n % 20, **changes)
        for n, title in enumerate(titles)
    ]


def told(signals, level="question", dimension="hook_style", day=DAY) -> TrendPattern:
    found = patterns(day, signals, STAMP)
    return next(p for p in found if (p.dimension, p.level) == (dimension, level))


def test_a_lift_is_found_with_its_sign_and_interval():
    up, down = told(world(factor=3.0)), told(world(factor=1 / 3.0))
    assert up.lift_low > 0.2
    assert down.lift_high < -0.2
    assert min(up.confidence, down.confidence) > 0.95
    assert up.lift_low < up.lift < up.lift_high
    assert (up.items, up.authors, up.source_type) == (40, 40, "youtube")


def test_without_a_lift_the_interval_holds_zero():
    held = [p.lift_low < 0 < p.lift_high for seed in range(20) for p in [told(world(seed=seed))]]
    assert sum(held) >= 17


def test_the_highest_lift_of_a_dimension_comes_first_with_its_best_items_as_evidence():
    signals = world(factor=5.0)
    found = [p for p in patterns(DAY, signals, STAMP) if p.dimension == "hook_style"]
    assert [p.level for p in found] == ["question", "plain"]
    best = max((s for s in signals if s.title.endswith("?")), key=lambda s: s.engagement or 0)
    assert found[0].evidence[0].signal_id == best.signal_id


def test_with_few_items_a_lift_is_shrunk_and_wide():
    few, many = (
        [told(world(asking=count, factor=2.0, seed=seed)) for seed in range(10)] for count in (MIN_ITEMS, 60)
    )

    def mean(values):
        return sum(values) / 10

    # What is not shrunk would show log(2) times the share of the others.
    assert 0 < mean(p.lift for p in few) < 0.5 * math.log(2) * 160 / 165
    assert mean(p.lift for p in many) > 0.6 * math.log(2) * 160 / 220
    assert mean(p.lift_high - p.lift_low for p in few) > 1.3 * mean(p.lift_high - p.lift_low for p in many)
    assert mean(p.confidence for p in few) < mean(p.confidence for p in many)


def test_levels_and_cohorts_with_too_few_items_are_not_spoken_of():
    assert not [p for p in patterns(DAY, world(asking=MIN_ITEMS - 1), STAMP) if p.dimension == "hook_style"]
    assert patterns(DAY, world(asking=8, saying=MIN_COHORT - 9), STAMP) == []
    assert patterns(DAY, [], STAMP) == []


def test_one_author_of_many_items_is_believed_less_than_many_authors():
    many = world(factor=3.0)
    one = [s.model_copy(update={"author": "the same"}) if s.title.endswith("?") else s for s in many]
    assert told(one).authors == 1
    assert told(one).confidence < 0.8 < told(many).confidence


def test_an_outlier_changes_little():
    calm = world()
    wild = [s.model_copy(update={"observations": [seen(s, 1e12)]}) if s is calm[0] else s for s in calm]
    assert told(wild).lift == pytest.approx(told(calm).lift, abs=0.1)


def seen(of: TrendSignal, engagement: float) -> Observation:
    return of.observations[-1].model_copy(update={"engagement": engagement})


def test_items_are_compared_with_those_of_their_category_source_and_age():
    rng = random.Random(2)

    def half(start, title, level, **changes):
        return [
            reel(
                n,
                title if n % 4 else (SAYING if title == ASKING else ASKING),
                rng.lognormvariate(level, 1),
                **changes,
            )
            for n in range(start, start + 80)
        ]

    by_category = half(0, ASKING, 12, category="Music") + half(80, SAYING, 4, category="Gaming")
    by_source = half(0, ASKING, 12, source="a") + half(80, SAYING, 4, source="b")
    old = NOON - timedelta(days=100)
    by_age = half(0, ASKING, 12) + half(80, SAYING, 8, published_at=old)
    for signals in (by_category, by_source, by_age):
        assert abs(told(signals).lift) < 0.3


def test_engagement_counts_per_day_of_age():
    rng = random.Random(3)
    signals = []
    for n in range(120):
        asks = n % 3 == 0
        days = 1.2 if asks else 2.8
        signals.append(
            reel(
                n,
                ASKING if asks else SAYING,
                rng.lognormvariate(8, 0.5),
                published_at=NOON - timedelta(days=days),
            )
        )
    assert told(signals).lift > 0.3


def test_where_only_ranks_are_given_they_count():
    signals = world()
    ranked = [
        s.model_copy(
            update={
                "observations": [
                    Observation(
                        observed_at=s.observed_at, engagement=None, rank=1 + n % 5 if n < 40 else 20 + n % 30
                    )
                ]
            }
        )
        for n, s in enumerate(signals)
    ]
    assert told(ranked).lift_low > 0.5


def test_an_item_that_was_seen_on_several_days_counts_once_as_last_seen():
    signals = world(factor=3.0)
    earlier = [
        reel(n, s.title, 1.0, day=n % 20 + 1, published_at=s.published_at) for n, s in enumerate(signals)
    ]
    assert told(signals + earlier).items == 40
    assert told(signals + earlier).lift == pytest.approx(told(signals).lift)


def test_sightings_without_a_number_and_what_is_no_reel_are_passed_over():
    signals = world()
    silent = [reel(1000 + n, ASKING, None) for n in range(30)]
    news = [s.model_copy(update={"source_type": "rss", "caption": "text"}) for s in signals]
    bare = [s.model_copy(update={"source_type": "table", "duration_s": None}) for s in signals]
    assert patterns(DAY, [*signals, *silent, *news, *bare], STAMP) == patterns(DAY, signals, STAMP)


def test_what_came_before_the_window_changes_nothing():
    signals = world()
    before = [reel(500 + n, ASKING, 1e9, day=WINDOW_DAYS) for n in range(30)]
    assert patterns(DAY, [*before, *signals], STAMP) == patterns(DAY, signals, STAMP)


later = st.lists(
    st.tuples(st.integers(0, 250), st.integers(1, 40), st.floats(0, 1e12), st.booleans()), max_size=20
)


@settings(max_examples=15)
@given(later, st.randoms())
def test_what_came_later_and_the_order_change_nothing(found, shuffler):
    signals = world()
    grown = {
        s.external_id: s.model_copy(
            update={
                "observations": [
                    *s.observations,
                    Observation(observed_at=datetime(2026, 4, 14, tzinfo=UTC), engagement=9e9, rank=1),
                ],
                "engagement": 9e9,
            }
        )
        for n, _, _, known in found
        if known
        for s in signals[n : n + 1]
    }
    changed = [grown.get(s.external_id, s) for s in signals]
    changed += [reel(n, ASKING, engagement, day=-days) for n, days, engagement, _ in found]
    shuffler.shuffle(changed)
    assert patterns(DAY, changed, STAMP) == patterns(DAY, signals, STAMP)


def test_equal_engagement_everywhere_is_no_lift():
    found = patterns(DAY, [reel(n, ASKING if n % 2 else SAYING) for n in range(60)], STAMP)
    assert [round(p.lift, 6) for p in found if p.dimension == "hook_style"] == [0, 0]
    json.dumps([p.model_dump(mode="json") for p in found], allow_nan=False)


def recorded(path: Path) -> list[TrendSignal]:
    """Return the first sighting of each recorded trending video."""
    rows = pd.read_parquet(path).drop_duplicates("video_id")
    times = {c: pd.to_datetime(rows[c], format="ISO8601", utc=True) for c in ("fetched_at", "published_at")}
    return [
        signal(
            row.title,
            key=row.video_id,
            source_type="youtube",
            day=date.fromisoformat(row.partition_date),
            author=row.channel_title,
            category=row.category_name,
            duration_s=row.duration,
            published_at=published.to_pydatetime(),
            observations=[Observation(observed_at=at.to_pydatetime(), engagement=row.views, rank=None)],
        )
        for row, at, published in zip(
            rows.itertuples(), times["fetched_at"], times["published_at"], strict=True
        )
        if row.views >= 0
    ]


def test_patterns_of_recorded_videos_agree_between_two_halves_of_the_period(
    real_data: Path, monkeypatch: pytest.MonkeyPatch
):
    path = next((real_data / "youtube_trending").glob("yt_trending_daily_US_*.parquet"))
    signals = recorded(path)
    days = sorted({s.day for s in signals})
    half = len(days) // 2
    monkeypatch.setattr("content_pipeline.trends.patterns.WINDOW_DAYS", half)
    first, second = (
        {(p.dimension, p.level): p for p in patterns(day, signals, STAMP)}
        for day in (days[half - 1], days[-1])
    )
    both = sorted(set(first) & set(second))
    assert len(both) > 12
    overlap = [
        first[k].lift_low < second[k].lift_high and second[k].lift_low < first[k].lift_high for k in both
    ]
    assert sum(overlap) >= 0.9 * len(both)
    sure = [k for k in both if first[k].confidence > 0.9]
    assert all(first[k].lift * second[k].lift > 0 for k in sure)

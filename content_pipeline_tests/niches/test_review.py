"""Verdicts on pilots: the post is what counts, too few posts are not judged, and equals are seldom told apart."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from content_pipeline.metrics.records import AccountMetrics, PostMetrics
from content_pipeline.niches.results import read_results
from content_pipeline.niches.review import judge, review_pilots
from content_pipeline.posts.records import Post
from content_pipeline.storage.lake import Lake
from content_pipeline_tests.examples import STAMP, demo
from content_pipeline_tests.marts.rows import post, render

FIRST = date(2026, 1, 5)
SPREAD = {"follows": 0.004, "value": 0.45, "retention": 0.1, "views": 1.15}
LEVEL = {"follows": 0.004, "value": -4.0, "retention": 0.4, "views": 7.0}


def pilots(seed, accounts=4, posts=12, better=0.0, missing=()):
    """Return posts of accounts that are alike but for the first, which is better by so many of a post's own spread."""
    rng = np.random.default_rng(seed)
    rows = [
        {"account": f"a{a}", "post_id": f"{a}-{n}", "day": FIRST + timedelta(days=n)}
        | {
            name: np.nan
            if name in missing
            else LEVEL[name] + SPREAD[name] * (rng.normal() + better * (a == 0))
            for name in SPREAD
        }
        for a in range(accounts)
        for n in range(posts)
    ]
    return pd.DataFrame(rows), {f"a{a}": "tea" for a in range(accounts)}


def verdicts(*arguments, planned=12, target_views=None, **changes):
    results, niches = pilots(*arguments, **changes)
    return judge(results, niches, planned, target_views)


def test_equal_pilots_are_seldom_told_apart():
    found = [verdicts(seed)[0].verdict for seed in range(100)]
    decided = sum(verdict != "not yet" for verdict in found) / len(found)
    assert decided <= 0.15  # 8 % over 300 worlds


def test_a_better_pilot_is_kept_and_a_worse_one_killed():
    kept = [verdicts(seed, better=0.8)[0].verdict for seed in range(40)]
    killed = [verdicts(seed, better=-0.8)[0].verdict for seed in range(40)]
    assert kept.count("keep") >= 36
    assert killed.count("kill") >= 36
    assert "kill" not in kept
    assert "keep" not in killed


def test_what_is_seen_is_told_with_the_reason():
    verdict = verdicts(1, better=1.5)[0]
    assert (verdict.verdict, verdict.posts, verdict.planned) == ("keep", 12, 12)
    assert "better than its bar with a probability of" in verdict.reason
    measures = {measure.name: measure for measure in verdict.measures}
    views = measures["views at seven days"]
    assert views.value > 2 * views.bar
    assert views.chance_better > 0.9
    assert verdict.chance > 0.9
    assert all(measure.observations == 12 for measure in verdict.measures)


def test_fewer_posts_than_planned_are_not_judged_however_good():
    verdict = verdicts(1, posts=11, better=5)[0]
    assert verdict.verdict == "not yet"
    assert verdict.reason == "11 of 12 posts are measured at the age of a day"
    assert verdicts(1, posts=11, better=5, planned=11)[0].verdict == "keep"


def test_unknown_measures_are_left_out():
    verdict = verdicts(1, better=1.5, missing=("follows", "retention"))[0]
    unknown = [measure for measure in verdict.measures if measure.name in ("followers gained", "watched")]
    assert [(m.value, m.bar, m.observations, m.chance_better) for m in unknown] == [(None, None, 0, None)] * 2
    assert verdict.verdict == "keep"


def test_alone_there_is_nothing_to_compare_with_unless_a_target_is_given():
    assert "nothing to compare with" in verdicts(1, accounts=1)[0].reason
    assert verdicts(1, accounts=1)[0].verdict == "not yet"
    easy, hard = (verdicts(1, accounts=1, target_views=views)[0] for views in (100, 20_000))
    assert (easy.verdict, hard.verdict) == ("keep", "kill")
    assert [m.bar for m in hard.measures if m.name.startswith("views")] == [20_000]


def test_a_peer_with_two_posts_is_no_peer():
    results, niches = pilots(1, accounts=2)
    results = results[(results["account"] == "a0") | results["post_id"].isin(["1-0", "1-1"])]
    assert "nothing to compare with" in judge(results, niches, 12)[0].reason


@pytest.mark.parametrize(
    ("change", "name"), [({"views": 7.0}, "views at seven days"), ({"retention": 0.4}, "watched")]
)
def test_a_measure_without_any_spread_says_nothing(change, name):
    results, niches = pilots(1)
    verdict = judge(results.assign(**change), niches, 12)[0]
    assert [m.name for m in verdict.measures if m.chance_better is None] == [name]
    assert verdict.chance is not None


def test_no_posts_at_all_are_not_yet():
    empty = pd.DataFrame(columns=["account", "post_id", "day", *SPREAD])
    assert [v.reason for v in judge(empty, {"a": "tea"}, 12)] == [
        "0 of 12 posts are measured at the age of a day"
    ]


def snapshot(n, day, age, account, **changes):
    at = datetime(day.year, day.month, day.day, 20, tzinfo=UTC)
    counts = {"views": 1000, "reach": 800, "likes": 9, "comments": 1, "saves": 6, "shares": 4} | changes
    return PostMetrics(
        **STAMP.fields(),
        snapshot_id=f"{account}-{n}-{age}",
        account=account,
        day=day,
        post_id=f"post_{n}",
        media_id=str(n),
        observed_at=at,
        age_hours=age,
        target_age_h=round(age),
        total_interactions=None,
        missing=[],
        **({"avg_watch_ms": 4000, "total_watch_ms": None} | counts),
    )


def level(day, followers, reach, account="demo"):
    return AccountMetrics(
        **STAMP.fields(),
        account=account,
        day=day,
        observed_at=datetime(day.year, day.month, day.day, 20, tzinfo=UTC),
        followers=followers,
        media_count=1,
        views=0,
        reach=reach,
        accounts_engaged=0,
        missing=[],
    )


def write(lake, asset, rows, day):
    lake.write(asset, {"account": rows[0].account, "day": str(day)}, type(rows[0]), rows)


@pytest.fixture
def lake(tmp_path):
    lake = Lake(str(tmp_path / "lake"))
    next_day = FIRST + timedelta(days=1)
    live = [post(n, day=FIRST) for n in (1, 2)]
    write(lake, "posts", [*live, post(3, day=FIRST, state="failed")], FIRST)
    write(lake, "renders", [render(n, FIRST).model_copy(update={"duration_s": 10.0}) for n in (1, 2)], FIRST)
    write(
        lake,
        "post_metrics",
        [snapshot(1, FIRST, 6, "demo"), snapshot(2, FIRST, 6, "demo", views=None)],
        FIRST,
    )
    write(
        lake,
        "post_metrics",
        [
            snapshot(1, next_day, 24, "demo", views=2000),
            snapshot(2, next_day, 24, "demo", saves=None, avg_watch_ms=None),
        ],
        next_day,
    )
    write(lake, "account_metrics", [level(FIRST - timedelta(days=1), 1000, 500)], FIRST - timedelta(days=1))
    write(lake, "account_metrics", [level(FIRST, 1010, 400)], FIRST)
    return lake


def test_results_are_read_from_the_last_reading_of_a_day_or_more(lake):
    found = read_results(lake, [demo()], FIRST + timedelta(days=1)).set_index("post_id")
    assert sorted(found.index) == ["post_1", "post_2"]
    assert found.loc["post_1", "value"] == pytest.approx(np.log(10.5 / 2001))
    assert found.loc["post_1", "retention"] == pytest.approx(0.4)
    assert found.loc["post_1", "views"] > np.log(2000)  # it is a day old: more are to come
    assert found.loc["post_1", "follows"] == pytest.approx(10 / 400)
    assert np.isnan(found.loc["post_2", "value"])
    assert np.isnan(found.loc["post_2", "retention"])


def test_results_of_a_day_are_what_was_known_then(lake):
    assert read_results(lake, [demo()], FIRST).empty
    verdict = review_pilots(lake, {"demo": demo()}, FIRST + timedelta(days=1), 2, 100)[0]
    assert (verdict.account, verdict.niche, verdict.posts) == ("demo", demo().niche, 2)


def test_a_gap_in_the_followers_leaves_the_rate_unknown(lake):
    write(lake, "account_metrics", [level(FIRST, 1010, 0)], FIRST)
    found = read_results(lake, [demo()], FIRST + timedelta(days=1))
    assert found["follows"].isna().all()


def test_an_empty_lake_has_no_results(tmp_path):
    assert read_results(Lake(str(tmp_path)), [demo()], FIRST).empty


def test_posts_that_did_not_go_live_do_not_count(lake):
    rows = [
        row.model_copy(update={"state": "missed"})
        for row in lake.read("posts", Post, {"account": "demo", "day": str(FIRST)})
    ]
    write(lake, "posts", rows, FIRST)
    assert read_results(lake, [demo()], FIRST + timedelta(days=1)).empty

"""Two sandbox days end to end, over HTTP, as an operator runs them; then the same again, which must change nothing."""

import re
from pathlib import Path

import av
import duckdb
import pytest

from content_pipeline_tests.loop.produce import call, ledger, live_media, media_files, produce


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    produce(home, "2026-01-05", days=2)
    return home


def query(home: Path, sql: str) -> list[tuple]:
    with duckdb.connect(str(home / "marts.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_three_posts_a_day_are_live_at_their_slots(home):
    rows = query(home, "select date, state, published_at - slot_at from posts order by slot_at")
    assert [str(day) for day, _, _ in rows] == ["2026-01-05"] * 3 + ["2026-01-06"] * 3
    assert {state for _, state, _ in rows} == {"published"}
    assert all(0 <= late.total_seconds() < 60 for _, _, late in rows)
    assert len({m["id"] for m in live_media(home)}) == len(live_media(home)) == 6


def test_every_post_leads_back_to_signals(home):
    evidence = query(
        home,
        f"""
        select p.post_id, s.title, s.url
        from posts p
        join read_parquet('{home}/lake/trends/**/*.parquet') t on t.trend_id = p.trend_id
        join read_parquet('{home}/lake/trend_signals/**/*.parquet') s on list_contains(t.signal_ids, s.signal_id)
        """,
    )
    assert len({post for post, _, _ in evidence}) == 6
    assert all(url for _, _, url in evidence)


def test_no_post_stands_before_its_evidence(home):
    assert query(
        home,
        f"""
        select count(*) from posts p
        join read_parquet('{home}/lake/briefs/**/*.parquet') b using (brief_id), unnest(b.evidence) as t(e)
        where p.slot_at < b.available_at or p.slot_at < e.observed_at
        """,
    ) == [(0,)]


def test_reels_are_what_instagram_takes(home):
    reels = sorted((home / "media").rglob("*.mp4"))
    assert len(reels) == 6
    for reel in reels:
        with av.open(str(reel)) as container:
            video, audio = container.streams.video[0], container.streams.audio[0]
            assert (video.width, video.height, video.codec_context.name, float(video.average_rate)) == (
                1080,
                1920,
                "h264",
                30,
            )
            assert audio.codec_context.name == "aac"
            assert 10 <= container.duration / 1e6 <= 20.2


def test_metrics_are_what_was_observed(home):
    rows = query(
        home,
        "select target_age_h, count(*), min(age_hours), max(age_hours), min(views) from post_metrics group by all order by 1",
    )
    ages = {age: (count, low, high) for age, count, low, high, _ in rows}
    assert ages[1][0] == 6
    assert all(age <= low and high < age + 1 for age, (_, low, high) in ages.items())
    assert all(views > 0 for *_, views in rows)


def test_the_second_day_was_planned_with_what_the_first_one_taught(home):
    versions = query(
        home,
        f"""
        select s.day, s.policy_version, m.posts
        from read_parquet('{home}/lake/strategy/**/*.parquet') s
        left join read_parquet('{home}/lake/reward_model/**/*.parquet') m on m.version_id = s.policy_version
        order by s.day
        """,
    )
    assert versions[0][1] is None
    assert versions[1][1] is not None
    assert versions[1][2] == 3


def test_every_mart_has_rows(home):
    for mart in (
        "posts",
        "post_metrics",
        "post_performance",
        "archetype_performance",
        "kpi_daily",
        "funnel_daily",
    ):
        assert query(home, f"select count(*) > 0 from {mart}") == [(True,)], mart


def test_the_report_stands_alone(home):
    report = next((home / "reports").rglob("*.html")).read_text()
    assert report.count("data:image/svg+xml") >= 2
    assert not re.search(r"""(src|srcset)=["']?https?:|url\(["']?https?:|<link[^>]+href|@import""", report)


def test_a_past_days_decision_stays_whatever_came_later(home):
    def decided() -> list[tuple]:
        models = f"read_parquet('{home}/lake/reward_model/**/*.parquet')"
        return duckdb.sql(f"select day, version_id, posts, weights from {models} order by day").fetchall()

    before = decided()
    produce(home, "2026-01-05")
    assert decided() == before


def test_again_changes_nothing_that_is_live_and_renders_nothing(home):
    before = (live_media(home), ledger(home), media_files(home))
    summary = produce(home, "2026-01-05", days=2)
    assert (live_media(home), media_files(home)) == (before[0], before[2])
    assert [(r["post_id"], r["media_id"], r["updated_at"]) for r in ledger(home)] == [
        (r["post_id"], r["media_id"], r["updated_at"]) for r in before[1]
    ]
    assert sum(day["published"] for day in summary["days"]) == 6


def test_status_tells_what_is_there(home):
    done = call(home, "status")
    assert done.returncode == 0
    assert "6 published" in done.stdout

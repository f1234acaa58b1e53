"""Measuring what was published to the local sandbox, over HTTP."""

from datetime import timedelta
from pathlib import Path

import httpx

from content_pipeline.metrics.insights import collect, collect_account, due_pulls, next_pull_at
from content_pipeline.posts.instagram.client import InstagramClient
from content_pipeline.sandbox.running import running_sandbox, sandbox_clock
from content_pipeline_tests.posts.rows import SLOT, account, at
from content_pipeline_tests.posts.studio import Studio
from content_pipeline_tests.sandbox.videos import make_video


def test_posts_are_measured_as_they_age_and_a_deleted_one_is_a_dead_letter(tmp_path: Path):
    reel = make_video(tmp_path / "film.mp4").read_bytes()
    clock = sandbox_clock(tmp_path / "home")
    with running_sandbox(tmp_path / "home") as url:
        studio = Studio(tmp_path, url, reel, clock.advance_to, patience_s=10)
        studio.plan(0, 1)
        studio.publish(0)
        studio.publish(60)
        posts = studio.ledger.publications("demo")
        already: set[tuple[str, int]] = set()
        views = {post.post_id: 0 for post in posts}
        assert next_pull_at(posts, already, SLOT + timedelta(minutes=59)) == SLOT + timedelta(hours=1)
        for hours in (2, 8, 80):
            now = clock.advance_to(SLOT + timedelta(hours=hours))
            rows, letters = collect(
                studio.client, account(), due_pulls(posts, already, now), now, at(hours * 60)
            )
            assert (len(rows), letters) == (2, [])
            for row in rows:
                assert row.missing == []
                assert row.views >= max(row.reach, views[row.post_id])
                assert row.total_watch_ms > 0
                views[row.post_id] = row.views
            already |= {(row.post_id, row.target_age_h) for row in rows}
        assert {age for _, age in already} == {1, 6, 72}

        deleted = httpx.delete(f"{url}/v25.0/{posts[0].media_id}", headers={"Authorization": "Bearer t"})
        assert deleted.json() == {"success": True}
        now = clock.advance_to(SLOT + timedelta(hours=200))
        rows, letters = collect(studio.client, account(), due_pulls(posts, already, now), now, at(0))
        assert [row.post_id for row in rows] == [posts[1].post_id]
        assert [letter.position for letter in letters] == [f"{posts[0].post_id} at 168 h"]

        with InstagramClient(url, "t") as client:
            figures = collect_account(client, account(), now, at(0))
        assert (figures.media_count, figures.missing) == (1, [])
        assert figures.followers > 0
        studio.close()

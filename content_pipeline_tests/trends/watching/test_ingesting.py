"""The asset of signals: polls that have landed, readings by hand, sources that fail, rows and files that cannot be read."""

from datetime import timedelta

import dagster as dg
import pytest

from content_pipeline.partitions import register_partitions
from content_pipeline.storage.dead_letters import DeadLetters
from content_pipeline.trends.assets import POLLS_TAG, trend_signals
from content_pipeline.trends.sources.rss import RssSource
from content_pipeline.trends.sources.youtube import YouTubeSource
from content_pipeline.trends.watching.health import SourceHealth
from content_pipeline.trends.watching.ingesting import KEPT_DAYS
from content_pipeline_tests.trends.helpers import DAY, NOON
from content_pipeline_tests.trends.server import Answer, serving
from content_pipeline_tests.trends.watching.helpers import path_of, shows
from content_pipeline_tests.trends.watching.studio import on_air, open_studio

HN = path_of("hn")
KEY = f"{DAY}|hn"
DOWN = Answer(status=404)
FEED = b"<rss><channel><title>t</title><item><guid>1</guid><title>A story</title></item></channel></rss>"


@pytest.fixture
def studio(tmp_path):
    with open_studio(tmp_path) as studio:
        yield studio


def test_a_run_by_hand_asks_the_source_and_takes_what_has_landed_with_it(studio):
    with on_air(studio, {HN: [shows(10), shows(30)]}):
        studio.tick()
        studio.room.pass_minutes(5)
        assert studio.materialize(KEY).success
        assert not studio.tick().run_requests
    assert studio.room.numbers("hn") == [10, 30]


def test_a_run_by_hand_is_told_everything_by_a_server_that_knows_what_was_polled(studio):
    def story(asked):
        return (
            Answer(status=304) if "if-none-match" in asked.headers else Answer(FEED, headers={"ETag": '"1"'})
        )

    with serving(story) as server:
        studio.configs = [RssSource(type="rss", name="news", url=f"{server.url}/feed")]
        studio.tick_and_run()
        studio.room.pass_minutes(10)
        assert studio.materialize(f"{DAY}|news").success
    [signal] = studio.room.signals("news")
    assert len(signal.observations) == 2


def test_a_source_that_fails_in_a_run_by_hand_does_not_lose_what_had_landed(studio):
    with on_air(studio, {HN: [shows(10), DOWN]}):
        studio.tick()
        result = studio.materialize(KEY)
    assert not result.success
    assert studio.room.numbers("hn") == [10]
    assert SourceHealth(studio.room.database).all()[0].failures_in_a_row == 1
    assert studio.room.landing.unread() == []


def test_one_failing_source_in_a_run_over_several_loses_no_rows_of_the_others(studio):
    with on_air(studio, {HN: DOWN, path_of("a"): shows(1), path_of("z"): shows(2)}, "a", "hn", "z"):
        result = studio.materialize(f"{DAY}|a", last=f"{DAY}|z")
    assert not result.success
    [failure] = [e.step_failure_data.user_failure_data for e in result.all_events if e.is_step_failure]
    assert failure.description.startswith("source 'hn': ")
    assert "what to do about hn" in failure.metadata
    assert (studio.room.numbers("a"), studio.room.numbers("z")) == ([1], [2])
    assert not studio.room.lake.exists("trend_signals", {"source": "hn", "day": str(DAY)})
    made = studio.instance.get_materialized_partitions(trend_signals.key)
    assert made == {f"{DAY}|a", f"{DAY}|z"}


def test_a_source_that_is_gone_from_the_file_fails_a_run_over_several_and_loses_no_rows_of_the_others(studio):
    with on_air(studio, {path_of("a"): shows(1), path_of("z"): shows(2)}, "a", "gone", "z"):
        register_partitions(studio.instance, [], ["a", "gone", "z"])
        studio.configs = [config for config in studio.configs if config.name != "gone"]
        result = studio.materialize(f"{DAY}|a", last=f"{DAY}|z")
    [failure] = [e.step_failure_data.user_failure_data for e in result.all_events if e.is_step_failure]
    assert "source 'gone' is not in the sources file" in failure.description
    assert (studio.room.numbers("a"), studio.room.numbers("z")) == ([1], [2])


def test_a_source_that_is_off_fails_a_run_by_hand_and_is_no_failure_of_its_health(studio, monkeypatch):
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    studio.configs = [YouTubeSource(type="youtube", name="videos", api_key_env="NO_SUCH_KEY")]
    assert not studio.tick().run_requests
    result = studio.materialize(f"{DAY}|videos")
    [failure] = [e.step_failure_data.user_failure_data for e in result.all_events if e.is_step_failure]
    assert failure.description == "source 'videos': off: NO_SUCH_KEY is not set"
    assert SourceHealth(studio.room.database).all() == []


def test_the_check_warns_of_stale_sources(studio):
    with on_air(studio, {HN: shows()}):
        assert studio.tick_and_run() == 1
        for _ in range(3):
            SourceHealth(studio.room.database).failed("hn", "down", NOON)
        result = studio.materialize(KEY, tags={POLLS_TAG: "x"})
    [evaluation] = result.get_asset_check_evaluations()
    assert (evaluation.passed, evaluation.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert "down" in evaluation.metadata["sources"].value


def test_what_is_broken_of_a_landed_poll_is_a_dead_letter_and_the_rest_goes_on(studio):
    with on_air(studio, {HN: [shows(10), shows(20)]}):
        studio.tick()
        studio.room.pass_minutes(10)
        [request] = studio.tick().run_requests
    first, _ = studio.room.landing.unread()
    [file] = studio.room.folder.rglob(first.name)
    file.write_bytes(file.read_bytes()[:-9])
    assert studio.run(request).success
    assert studio.room.numbers("hn") == [20]
    [kept] = DeadLetters(studio.room.database).waiting()
    assert kept.letter.position == first.name
    assert "broken" in kept.letter.reason


def test_rows_that_cannot_be_read_go_to_the_dead_letters(studio):
    with on_air(
        studio, {HN: Answer({"hits": [{"objectID": "1", "title": ""}, {"objectID": "2", "title": "B"}]})}
    ):
        assert studio.tick_and_run() == 1
    assert [signal.title for signal in studio.room.signals("hn")] == ["B"]
    assert [kept.letter.reason for kept in DeadLetters(studio.room.database).waiting("hn")] == ["no title"]


def test_read_polls_of_long_ago_are_pruned(studio):
    with on_air(studio, {HN: [shows(n) for n in range(10)]}):
        for _ in range(KEPT_DAYS + 2):
            assert studio.tick_and_run() == 1
            studio.room.pass_minutes(24 * 60)
    kept = {path.parent.name for path in studio.room.folder.rglob("*.jsonl.gz")}
    assert kept == {f"day={DAY + timedelta(days=n)}" for n in range(1, KEPT_DAYS + 2)}

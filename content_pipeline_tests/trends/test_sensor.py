"""The sensor: polls what is due, asks once for what is new, again (bounded) after a failure, and loses nothing on the way.

Runs are real ones in this process; every tick is that of a process that has just started.
"""

from datetime import timedelta

import dagster as dg
import pytest

from content_pipeline.alerts import Alerts
from content_pipeline.storage.lake import Lake
from content_pipeline.trends import sensors
from content_pipeline.trends.sensors import MAX_ATTEMPTS
from content_pipeline_tests.trends.helpers import DAY, NOON
from content_pipeline_tests.trends.server import Answer
from content_pipeline_tests.trends.watching.helpers import path_of, shows, stories
from content_pipeline_tests.trends.watching.studio import on_air, open_studio

HN = path_of("hn")
KEY = f"{DAY}|hn"
DOWN = Answer(status=404)


@pytest.fixture
def studio(tmp_path):
    with open_studio(tmp_path) as studio:
        yield studio


def test_it_polls_and_asks_once_for_a_run_of_what_is_new(studio):
    with on_air(studio, {HN: [shows(10), shows(10), shows(11)]}) as server:
        [request] = studio.tick().run_requests
        assert request.partition_key == KEY
        assert studio.instance.get_dynamic_partitions("source") == ["hn"]
        assert studio.run(request).success
        assert studio.room.numbers("hn") == [10]
        assert not studio.tick().run_requests

        studio.room.pass_minutes(10)
        assert not studio.tick().run_requests
        studio.room.pass_minutes(10)
        [again] = studio.tick().run_requests
        assert again.run_key != request.run_key
        assert len(server.asked) == 3  # the runs have asked nobody


def test_many_polls_of_a_day_merge_into_one_partition_with_a_growing_history(studio):
    with on_air(studio, {HN: [shows(n) for n in (10, 20, 20, 15, 40)]}):
        asked = []
        for _ in range(5):
            asked.append(studio.tick_and_run())
            studio.room.pass_minutes(10)
    assert asked == [1, 1, 0, 1, 1]
    assert studio.room.numbers("hn") == [10, 20, 15, 40]
    [signal] = studio.room.signals("hn")
    assert [seen.observed_at - NOON for seen in signal.observations] == [
        timedelta(minutes=m) for m in (0, 10, 30, 40)
    ]
    assert (signal.observed_at, signal.engagement) == (NOON + timedelta(minutes=40), 40)


def test_polls_that_no_run_came_for_are_merged_by_the_next_one(studio):
    with on_air(studio, {HN: [shows(10), shows(20), shows(30)]}):
        for _ in range(3):
            [request] = studio.tick().run_requests
            studio.room.pass_minutes(10)
        assert studio.run(request).success
    assert studio.room.numbers("hn") == [10, 20, 30]
    assert not studio.tick().run_requests


def test_a_failed_run_is_asked_for_again_and_not_for_ever(studio):
    keys = []
    with on_air(studio, {HN: shows(10)}):
        for _ in range(MAX_ATTEMPTS + 2):
            for request in studio.tick().run_requests or []:
                keys.append(request.run_key)
                studio.leave(request, dg.DagsterRunStatus.FAILURE)
    assert len(keys) == len(set(keys)) == MAX_ATTEMPTS
    assert len(studio.room.landing.unread()) == 1


def test_a_canceled_run_is_asked_for_again(studio):
    with on_air(studio, {HN: shows(10)}):
        [first] = studio.tick().run_requests
        studio.leave(first, dg.DagsterRunStatus.CANCELED)
        [second] = studio.tick().run_requests
    assert first.run_key != second.run_key


def test_a_run_under_way_is_not_asked_for_twice_also_when_more_comes(studio):
    with on_air(studio, {HN: [shows(10), shows(20)]}):
        [request] = studio.tick().run_requests
        studio.leave(request, dg.DagsterRunStatus.STARTED)
        assert not studio.tick().run_requests
        studio.room.pass_minutes(10)
        assert not studio.tick().run_requests
    assert len(studio.room.landing.unread()) == 2


def test_polls_whose_runs_failed_are_asked_for_again_an_hour_later(studio, monkeypatch):
    with on_air(studio, {HN: shows(10)}):
        for _ in range(MAX_ATTEMPTS):
            [request] = studio.tick().run_requests
            studio.leave(request, dg.DagsterRunStatus.FAILURE)
        assert not studio.tick().run_requests
        monkeypatch.setattr(sensors, "ATTEMPTS_WITHIN", timedelta(0))  # the hour is over
        [again] = studio.tick().run_requests
        assert again.run_key != request.run_key
        assert studio.run(again).success
    assert studio.room.numbers("hn") == [10]


def test_yesterdays_polls_are_still_asked_for_after_midnight(studio):
    with on_air(studio, {HN: [shows(10), shows(20)]}):
        [request] = studio.tick().run_requests
        studio.leave(request, dg.DagsterRunStatus.FAILURE)
        studio.room.pass_minutes(24 * 60)
        requests = studio.tick().run_requests
        assert [r.partition_key for r in requests] == [KEY, f"{DAY + timedelta(days=1)}|hn"]
        assert all(studio.run(r).success for r in requests)
    assert studio.room.numbers("hn") == [10]
    assert studio.room.numbers("hn", DAY + timedelta(days=1)) == [20]


def test_a_run_that_dies_before_its_partition_is_written_loses_no_poll(studio, monkeypatch):
    def die(*_):
        raise OSError(28, "No space left on device")

    with on_air(studio, {HN: shows(10)}):
        [request] = studio.tick().run_requests
        with monkeypatch.context() as broken:
            broken.setattr(Lake, "write", die)
            assert not studio.run(request).success
        [again] = studio.tick().run_requests
        assert studio.run(again).success
    assert studio.room.numbers("hn") == [10]


def test_a_run_that_dies_after_its_partition_was_written_doubles_nothing(studio, monkeypatch):
    def die(*_):
        raise OSError(28, "No space left on device")

    with on_air(studio, {HN: shows(10)}):
        [request] = studio.tick().run_requests
        with monkeypatch.context() as broken:
            broken.setattr(type(studio.room.landing), "mark_read", die)
            assert not studio.run(request).success
        assert studio.tick_and_run() == 1
    assert studio.room.numbers("hn") == [10]


def test_one_failing_source_does_not_stop_the_tick(studio):
    with on_air(studio, {HN: DOWN, path_of("a"): shows(), path_of("b"): shows()}, "a", "hn", "b"):
        requests = studio.tick().run_requests
    assert [request.partition_key for request in requests] == [f"{DAY}|a", f"{DAY}|b"]


def test_a_tick_in_which_all_fail_says_why(studio):
    with on_air(studio, {HN: DOWN}):
        result = studio.tick()
    assert not result.run_requests
    assert "status 404" in result.skip_reason.skip_message


def test_three_failures_are_one_alert_and_one_evaluation_and_so_is_recovery(studio):
    with on_air(studio, {HN: [DOWN, DOWN, DOWN, DOWN, shows(), shows()]}):
        evaluations, alerts = [], []
        for _ in range(6):
            evaluations.append([(e.check_name, e.passed) for e in studio.tick().asset_events])
            alerts.append(len(Alerts(studio.room.database).opened()))
            studio.room.pass_minutes(10)
    stale, fine = [("sources_are_fresh", False)], [("sources_are_fresh", True)]
    assert evaluations == [[], [], stale, [], fine, []]
    assert alerts == [0, 0, 1, 1, 0, 0]


def test_a_source_that_is_gone_from_the_file_is_neither_asked_for_nor_stale(studio):
    with on_air(studio, {HN: [shows(), DOWN, DOWN, DOWN]}):
        for _ in range(4):
            studio.tick()
            studio.room.pass_minutes(10)
        assert len(Alerts(studio.room.database).opened()) == 1
        studio.configs = [stories("http://127.0.0.1:9", "other")]
        assert not studio.tick().run_requests
    assert Alerts(studio.room.database).opened() == []
    assert len(studio.room.landing.unread()) == 1

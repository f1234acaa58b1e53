"""Health of sources: three failures in a row are one alert, a success ends it, sources that are gone leave none behind."""

from concurrent.futures import ThreadPoolExecutor

from content_pipeline.alerts import Alerts
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.trends.watching.health import Health, SourceHealth
from content_pipeline_tests.trends.helpers import NOON


def test_three_failures_in_a_row_make_a_source_stale_and_open_one_alert(database):
    health = SourceHealth(database)
    assert [health.failed("news", f"error {n}", NOON) for n in range(5)] == [False, False, True, False, False]
    assert health.all() == [Health("news", None, 5, "error 4")]
    [alert] = Alerts(database).opened()
    assert alert.message == "source news is stale: it failed 3 times in a row, last because error 2"


def test_a_success_ends_it_once(database):
    health = SourceHealth(database)
    for _ in range(3):
        health.failed("news", "error", NOON)
    assert [health.succeeded("news", NOON), health.succeeded("news", NOON)] == [True, False]
    assert health.all() == [Health("news", NOON, 0, None)]
    assert Alerts(database).opened() == []


def test_failures_that_are_not_in_a_row_are_no_alert(database):
    health = SourceHealth(database)
    for _ in range(4):
        health.failed("news", "error", NOON)
        health.failed("news", "error", NOON)
        assert not health.succeeded("news", NOON)
    assert Alerts(database).opened() == []


def test_only_sources_that_can_be_asked_count_as_stale(database):
    health = SourceHealth(database)
    for name in ("gone", "news", "off"):
        for _ in range(3):
            health.failed(name, "error", NOON)
    assert [found.source for found in health.stale(["news", "fine"])] == ["news"]
    health.retire(["news", "fine"], NOON)
    assert [alert.subject for alert in Alerts(database).opened()] == ["news"]


def test_failures_that_come_at_once_are_all_counted(url, database):
    other = OperationsDatabase(url)
    books = [SourceHealth(database), SourceHealth(other)]
    with ThreadPoolExecutor(6) as pool:
        turned = list(pool.map(lambda n: books[n % 2].failed("news", "error", NOON), range(12)))
    other.dispose()
    assert turned.count(True) == 1
    [found] = books[0].all()
    assert found.failures_in_a_row == 12

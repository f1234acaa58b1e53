"""Alerts: opened once and cleared once, sent once and once more when over, also when several processes are at it."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from content_pipeline.alerts import SENDING_LEASE, Alerts
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline_tests.trends.server import Answer, serving

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
STALE = ("stale_source", "news", "source news is stale: it failed 3 times", NOON)


@pytest.fixture
def local(tmp_path):
    database = OperationsDatabase(f"sqlite:///{tmp_path / 'operations.db'}")
    yield database
    database.dispose()


def address(server, path="hook"):
    return server.url.replace("http://", "json://user:hunter2@") + f"/{path}"


def sent(server):
    return [asked.body.decode() for asked in server.asked]


def test_an_alert_is_open_once_until_it_is_cleared(database):
    alerts = Alerts(database)
    assert [alerts.open(*STALE), alerts.open(*STALE)] == [True, False]
    assert alerts.open("stale_source", "other", "m", NOON)
    assert [alert.subject for alert in alerts.opened("stale_source")] == ["news", "other"]
    assert alerts.opened("another kind") == []
    assert [alerts.clear("stale_source", "news", NOON), alerts.clear("stale_source", "news", NOON)] == [
        True,
        False,
    ]
    assert [alert.subject for alert in alerts.opened()] == ["other"]
    assert alerts.open(*STALE)


def test_processes_that_open_at_once_open_one(url, database):
    other = OperationsDatabase(url)
    books = [Alerts(database), Alerts(other)]
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(lambda n: books[n % 2].open(*STALE), range(16)))
        cleared = list(pool.map(lambda n: books[n % 2].clear("stale_source", "news", NOON), range(16)))
    other.dispose()
    assert (opened.count(True), cleared.count(True)) == (1, 1)


def test_an_alert_is_sent_once_and_its_end_once(local):
    with serving(Answer()) as server:
        alerts = Alerts(local, SecretStr(address(server)))
        alerts.open(*STALE)
        assert [alerts.deliver() for _ in range(3)] == [1, 0, 0]
        alerts.clear("stale_source", "news", NOON + timedelta(hours=1))
        assert [alerts.deliver() for _ in range(3)] == [1, 0, 0]
        first, last = sent(server)
    assert "source news is stale" in first
    assert '"failure"' in first
    assert "over since 2026-01-05 13:00 UTC: source news is stale" in last
    assert '"success"' in last


def test_many_alerts_are_one_message(local):
    with serving(Answer()) as server:
        alerts = Alerts(local, SecretStr(address(server)))
        for n in range(20):
            alerts.open("stale_source", f"s{n}", f"source s{n} is stale", NOON)
        assert alerts.deliver() == 20
        [body] = sent(server)
    assert all(f"source s{n} is stale" in body for n in range(20))


def test_a_delivery_that_fails_is_tried_again(local):
    with serving([Answer(status=500), Answer(dropped=True), Answer()]) as server:
        alerts = Alerts(local, SecretStr(address(server)))
        alerts.open(*STALE)
        assert [alert.told for alert in alerts.opened()] == [False]
        assert [alerts.deliver() for _ in range(4)] == [0, 0, 1, 0]
        assert [alert.told for alert in alerts.opened()] == [True]
        assert len(server.asked) == 3


def test_what_was_over_before_anybody_was_told_is_told_whole(local):
    with serving([Answer(status=500), Answer()]) as server:
        alerts = Alerts(local, SecretStr(address(server)))
        alerts.open(*STALE)
        alerts.deliver()
        alerts.clear("stale_source", "news", NOON)
        assert alerts.deliver() == 2
        assert sent(server)[-1].count("source news is stale") == 2


def test_one_dead_channel_does_not_make_the_others_repeat_it(local, caplog):
    with serving(lambda asked: Answer(status=500 if asked.path == "/dead" else 200)) as server:
        alerts = Alerts(local, SecretStr(f"{address(server, 'dead')},{address(server)}"))
        alerts.open(*STALE)
        assert [alerts.deliver(), alerts.deliver()] == [1, 0]
        assert sorted(server.paths) == ["/dead", "/hook"]
    assert "an alert did not get out by" in caplog.text


def test_no_secret_of_an_address_is_logged(local, caplog):
    caplog.set_level(logging.DEBUG)
    with serving(Answer(status=500)) as server:
        alerts = Alerts(local, SecretStr(f"{address(server)},nonsense://hunter2@x,hunter2"))
        alerts.open(*STALE)
        alerts.deliver()
        assert server.asked
    assert "CONTENT_PIPELINE_ALERT_URLS" in caplog.text
    assert "hunter2" not in caplog.text
    assert "hunter2" not in repr(alerts.__dict__)


def test_without_addresses_the_log_tells_it_and_nothing_is_kept_back(local, caplog):
    alerts = Alerts(local)
    alerts.open(*STALE)
    assert "source news is stale" in caplog.text
    assert alerts.deliver() == 1
    assert Alerts(local, SecretStr("json://127.0.0.1:9")).deliver() == 0


def test_what_a_process_began_to_send_and_never_finished_is_sent_by_another(local):
    wall = [NOON]
    with serving(Answer()) as server:
        alerts = Alerts(local, SecretStr(address(server)), machine_now=lambda: wall[0])
        alerts.open(*STALE)
        assert len(alerts._claim()) == 1
        assert alerts.deliver() == 0
        wall[0] += SENDING_LEASE + timedelta(seconds=1)
        assert alerts.deliver() == 1
        assert len(server.asked) == 1


def test_processes_that_send_at_once_send_it_once(url, database):
    other = OperationsDatabase(url)
    with serving(Answer(after_s=0.05)) as server:
        urls = SecretStr(address(server))
        Alerts(database).open(*STALE)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda n: Alerts((database, other)[n % 2], urls).deliver(), range(4)))
        assert len(server.asked) == 1
    other.dispose()

"""Polls: who is due is asked and nobody else, what changed is landed before it is remembered, and no source holds up another."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from content_pipeline.storage.landing import Landing
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.trends.sources.google_trends import GoogleTrendsSource
from content_pipeline.trends.sources.rss import RssSource
from content_pipeline.trends.sources.youtube import YouTubeSource
from content_pipeline.trends.watching.health import SourceHealth
from content_pipeline.trends.watching.poll_states import LEASE, PollStates
from content_pipeline.trends.watching.polling import EARLY
from content_pipeline.trends.watching.reading import from_line
from content_pipeline_tests.trends.helpers import DAY, NOON, table_source, write_csv
from content_pipeline_tests.trends.server import Answer, serving
from content_pipeline_tests.trends.watching.helpers import WALL, Newsroom, kinds, path_of, shows, stories

HN = path_of("hn")
RSS = b"<rss><channel><title>t</title><item><guid>1</guid><title>A story</title></item></channel></rss>"


@pytest.fixture
def database(tmp_path):
    """Give a database on SQLite: what PostgreSQL does differently has its own test below."""
    database = OperationsDatabase(f"sqlite:///{tmp_path / 'operations.db'}")
    yield database
    database.dispose()


@pytest.fixture
def room(tmp_path, database):
    return Newsroom(tmp_path, database)


def test_what_a_poll_shows_is_landed_with_the_pipelines_day_and_time(room):
    with serving({HN: shows(10)}) as server:
        assert kinds(room.watch(stories(server.url)).poll_due()) == {"hn": "landed"}
    [poll] = room.landing.unread()
    assert (poll.source, poll.day) == ("hn", DAY)
    [item] = map(from_line, room.landing.lines(poll))
    assert (item.external_id, item.title, item.observations[0].score) == ("1", "A story", 10)
    assert datetime.fromisoformat(item.observations[0].observed_at) == NOON


def test_a_source_is_asked_at_its_own_cadence(room):
    with serving({HN: shows(), path_of("slow"): shows()}) as server:
        watch = room.watch(
            stories(server.url, every_minutes=5), stories(server.url, "slow", every_minutes=15)
        )
        asked = []
        for _ in range(31):
            watch.poll_due()
            room.pass_minutes(1)
        asked = [server.paths.count(path) for path in (HN, path_of("slow"))]
    assert asked == [7, 3]


def test_the_cadence_survives_a_restart(room):
    with serving({HN: shows()}) as server:
        for minutes in (0, 4, 4, 4):
            room.pass_minutes(minutes)
            room.watch(stories(server.url)).poll_due()
        assert server.paths == [HN, HN]


def test_a_standing_clock_does_not_stop_the_polls(room):
    with serving({HN: [shows(1), shows(2)]}) as server:
        watch = room.watch(stories(server.url))
        for _ in range(2):
            watch.poll_due()
            room.wall += timedelta(minutes=10)
        assert len(room.landing.unread()) == 2


def test_an_unchanged_poll_lands_nothing_and_a_changed_one_does(room):
    with serving({HN: [shows(10), shows(10), shows(11), shows(11), shows(10)]}) as server:
        found = []
        for _ in range(5):
            found += room.watch(stories(server.url)).poll_due()
            room.pass_minutes(10)
    assert [outcome.kind for outcome in found] == ["landed", "unchanged", "landed", "unchanged", "landed"]
    assert len(room.landing.unread()) == 3


def test_a_server_that_knows_the_page_is_asked_only_for_what_changed(room):
    def feed(asked):
        same = asked.headers.get("if-none-match") == '"1"'
        return Answer(status=304) if same else Answer(RSS, headers={"ETag": '"1"'})

    with serving(feed) as server:
        source = RssSource(type="rss", name="news", url=f"{server.url}/feed")
        found = []
        for _ in range(3):
            found += room.watch(source).poll_due()
            room.pass_minutes(10)
        assert [outcome.kind for outcome in found] == ["landed", "unchanged", "unchanged"]
        assert [asked.headers.get("if-none-match") for asked in server.asked] == [None, '"1"', '"1"']
    [health] = SourceHealth(room.database).all()
    assert health.last_success_at == NOON + timedelta(minutes=20)


def test_a_new_day_asks_without_validators_because_its_partition_is_empty(room):
    with serving(Answer(RSS, headers={"ETag": '"1"'})) as server:
        source = GoogleTrendsSource(type="google_trends", name="searches", url=f"{server.url}/feed")
        for _ in range(2):
            room.watch(source).poll_due()
            room.now += timedelta(days=1)
            room.wall += timedelta(days=1)
        assert [asked.headers.get("if-none-match") for asked in server.asked] == [None, None]
    assert [poll.day for poll in room.landing.unread()] == [DAY, DAY + timedelta(days=1)]


def test_a_crash_between_landing_and_remembering_loses_nothing_and_doubles_nothing(room, monkeypatch):
    def crash(*_):
        raise KeyboardInterrupt

    with serving({HN: [shows(10), shows(10), shows(11)]}) as server:
        with monkeypatch.context() as broken:
            broken.setattr(PollStates, "keep", crash)
            with pytest.raises(KeyboardInterrupt):
                room.watch(stories(server.url)).poll_due()
        assert len(room.landing.unread()) == 1
        assert room.watch(stories(server.url)).poll_due() == []
        room.pass_minutes(LEASE.total_seconds() / 60)
        assert kinds(room.watch(stories(server.url)).poll_due()) == {"hn": "unchanged"}
        room.pass_minutes(10)
        assert kinds(room.watch(stories(server.url)).poll_due()) == {"hn": "landed"}
    assert len(room.landing.unread()) == 2


def test_a_poll_that_cannot_be_landed_is_a_failure_and_is_landed_later(room, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    with serving({HN: shows(10)}) as server:
        with monkeypatch.context() as broken:
            broken.setattr(Landing, "land", full)
            [outcome] = room.watch(stories(server.url)).poll_due()
        assert (outcome.kind, outcome.detail) == (
            "failed",
            "what it showed cannot be landed: No space left on device",
        )
        room.pass_minutes(10)
        assert kinds(room.watch(stories(server.url)).poll_due()) == {"hn": "landed"}


def test_a_failing_source_does_not_stop_the_others(room):
    routes = {path_of(name): shows() for name in "abc"} | {HN: Answer(status=404)}
    with serving(routes) as server:
        names = ("a", "hn", "b", "c")
        found = room.watch(*(stories(server.url, name) for name in names)).poll_due()
    assert kinds(found) == {"hn": "failed", "a": "landed", "b": "landed", "c": "landed"}
    assert {h.source: h.failures_in_a_row for h in SourceHealth(room.database).all()} == {
        "a": 0,
        "b": 0,
        "c": 0,
        "hn": 1,
    }


def test_a_fault_of_an_adapter_is_a_failure_that_tells_no_secret(room, monkeypatch):
    class Broken:
        def read(self, day):
            raise RuntimeError("token=hunter2")

    with serving({HN: shows()}) as server:
        watch = room.watch(stories(server.url), stories(server.url, "odd"))
        monkeypatch.setitem(watch.sources._adapters, "odd", Broken())
        found = watch.poll_due()
    assert kinds(found) == {"hn": "landed", "odd": "failed"}
    [detail] = [outcome.detail for outcome in found if outcome.source == "odd"]
    assert "RuntimeError at test_polling.py:" in detail
    assert "hunter2" not in detail


def test_a_source_that_hangs_does_not_hold_up_the_others(room):
    with serving({HN: Answer(after_s=30), path_of("quick"): shows()}) as server:
        watch = room.watch(stories(server.url), stories(server.url, "quick"), seconds=1.0)
        found = watch.poll_due()
        assert kinds(found) == {"hn": "failed", "quick": "landed"}
        assert "no end after" in next(o.detail for o in found if o.source == "hn")

        # It may still be at work: nobody asks it a second time meanwhile.
        room.pass_minutes(1)
        assert watch.poll_due() == []
        assert server.paths.count(HN) == 1


def test_one_that_nobody_had_time_to_ask_is_no_failure_and_is_asked_first_next_time(room):
    names = [f"s{n}" for n in range(10)]
    with serving({path_of(name): Answer(after_s=30) for name in names}) as server:
        configs = [stories(server.url, name) for name in names]
        first = room.watch(*configs, seconds=1.0).poll_due()
        assert len(first) == 8
        second = room.watch(*configs, seconds=1.0).poll_due()
    assert {o.source for o in first} | {o.source for o in second} == set(names)
    assert len(second) == 2


def test_a_rate_limited_source_is_left_alone_until_then(room):
    limited = Answer(status=429, headers={"Retry-After": "1800"})
    with serving({HN: [limited, shows()]}) as server:
        assert kinds(room.watch(stories(server.url)).poll_due()) == {"hn": "failed"}
        for _ in range(29):
            room.pass_minutes(1)
            assert room.watch(stories(server.url)).poll_due() == []
        room.pass_minutes(1)
        assert kinds(room.watch(stories(server.url)).poll_due()) == {"hn": "landed"}
        assert server.paths == [HN, HN]


def test_a_source_without_its_secret_is_off_which_is_no_failure(room, monkeypatch):
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    source = YouTubeSource(type="youtube", name="videos", api_key_env="NO_SUCH_KEY")
    [outcome] = room.watch(source).poll_due()
    assert (outcome.kind, outcome.detail) == ("off", "off: NO_SUCH_KEY is not set")
    assert SourceHealth(room.database).all() == []
    assert PollStates(room.database).all() == {}


def test_a_source_that_shows_nothing_lands_nothing(room, tmp_path):
    source = table_source(write_csv(tmp_path / "t.csv", [["1", "A", "2026-01-01T10:00", "5"]]))
    assert kinds(room.watch(source).poll_due()) == {"t": "unchanged"}
    assert room.landing.unread() == []


def test_a_poll_over_midnight_is_asked_again_for_the_new_day(room):
    def story(_):
        room.now = max(room.now, NOON + timedelta(hours=12))
        return shows()

    room.now = NOON + timedelta(hours=12) - timedelta(seconds=1)
    with serving({HN: story}) as server:
        watch = room.watch(stories(server.url))
        assert kinds(watch.poll_due()) == {"hn": "unchanged"}
        assert kinds(watch.poll_due()) == {"hn": "landed"}
    assert [poll.day for poll in room.landing.unread()] == [DAY + timedelta(days=1)]


def test_of_two_processes_that_poll_at_once_one_asks(url):
    databases = [OperationsDatabase(url), OperationsDatabase(url)]
    states = [PollStates(database) for database in databases]
    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(lambda n: states[n % 2].claim("hn", WALL), range(8)))
    assert [claim is not None for claim in claims].count(True) == 1
    states[0].put_off("hn", WALL + timedelta(minutes=10) - EARLY)
    assert states[1].claim("hn", WALL + timedelta(minutes=9)) is None
    assert states[1].claim("hn", WALL + timedelta(minutes=10)) is not None
    for database in databases:
        database.dispose()

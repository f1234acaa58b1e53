"""The commands about watching: what a person is shown, on a terminal and as JSON, and what goes wrong in one line."""

import json
import sys
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
import yaml

from content_pipeline.alerts import Alerts
from content_pipeline.cli import main
from content_pipeline.sandbox.running import sandbox_clock
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.landing import Landing
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline.trends import normalize
from content_pipeline.trends.records import SafetyFlag, Trend, TrendSignal
from content_pipeline.trends.watching.budgets import StoredBudget
from content_pipeline.trends.watching.health import SourceHealth
from content_pipeline.trends.watching.poll_states import PollStates
from content_pipeline_tests.examples import trend
from content_pipeline_tests.trends.server import Answer, serving
from content_pipeline_tests.trends.watching.helpers import path_of, stories

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
TABLE = "id,title,day\n1,Short,2026-01-05\n2,A title that is rather long,2026-01-05\n3,,2026-01-05\n"


class Desk:
    """A home with its command line."""

    def __init__(self, home, monkeypatch, capfd):
        self.home = home
        self._monkeypatch = monkeypatch
        self._capfd = capfd
        sandbox_clock(home).advance_to(NOW)
        self.database = OperationsDatabase(f"sqlite:///{home / 'operations.db'}")
        monkeypatch.setenv("CONTENT_PIPELINE_HOME", str(home))

    def watches(self, *entries):
        file = self.home / "sources.yaml"
        file.write_text(yaml.safe_dump({"sources": list(entries)}))
        self._monkeypatch.setenv("CONTENT_PIPELINE_SOURCES", str(file))

    def call(self, *words):
        self._monkeypatch.setattr(sys, "argv", ["content-pipeline", *words])
        self._capfd.readouterr()
        code = 0
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
        out, err = self._capfd.readouterr()
        return SimpleNamespace(code=code, out=out, err=err)

    def json(self, *words):
        done = self.call(*words, "--json")
        assert done.code == 0, done.err
        return json.loads(done.out)


@pytest.fixture
def desk(tmp_path, monkeypatch, capfd):
    desk = Desk(tmp_path, monkeypatch, capfd)
    yield desk
    desk.database.dispose()


def entry(url, name="hn"):
    return stories(url, name).model_dump(mode="json")


def table(desk):
    (desk.home / "items.csv").write_text(TABLE)
    columns = {"external_id": "id", "title": "title"}
    return {
        "name": "items",
        "type": "table",
        "path": "items.csv",
        "partition_column": "day",
        "columns": columns,
    }


def test_sources_tells_how_each_fares_without_asking_any(desk, monkeypatch):
    monkeypatch.setenv("IG_TOKEN", "hunter2")
    tags = {
        "name": "tags",
        "type": "instagram_hashtags",
        "ig_user_id": "178414",
        "access_token_env": "IG_TOKEN",
        "hashtags": ["a"],
    }
    off = {"name": "videos", "type": "youtube", "api_key_env": "NO_SUCH_KEY"}
    dead = "http://127.0.0.1:9"
    desk.watches(entry(dead, "fine"), entry(dead, "weak"), entry(dead, "gone"), tags, off)
    health, budget = SourceHealth(desk.database), StoredBudget(desk.database, lambda: NOW)
    health.succeeded("fine", NOW.replace(hour=9))
    health.failed("weak", "status 500", NOW)
    for _ in range(3):
        health.failed("gone", "[red]status 404[/red]", NOW)
    for tag in ("a", "b", "c", "d"):
        budget.spend("instagram_hashtags:178414", tag, limit=30, days=7)
    PollStates(desk.database).claim("fine", datetime.now(UTC))

    found = {line["name"]: line for line in desk.json("sources")}
    assert {name: line["state"] for name, line in found.items()} == {
        "fine": "ok",
        "weak": "failing",
        "gone": "stale",
        "tags": "never asked",
        "videos": "off",
    }
    assert found["fine"]["age_s"] == 3 * 3600
    assert found["fine"]["next_poll_at"] is not None
    assert found["tags"]["budgets"] == [
        {"budget": "instagram_hashtags:178414", "spent": 4, "limit": 30, "days": 7}
    ]
    shown = desk.call("sources").out
    for text in (
        "4 of 30 hashtags in 7 days",
        "STALE (3 in a row)",
        "failing (1 in a row)",
        "off: NO_SUCH_KEY is not set",
        "never asked",
        "[red]status 404[/red]",
        "2026-01-05 09:00",
        "3 h",
    ):
        assert text in shown
    assert "hunter2" not in shown


def test_sources_works_where_nothing_was_set_up(desk):
    assert [line["name"] for line in desk.json("sources")] == ["sandbox"]


def test_check_shows_what_a_source_shows_and_changes_nothing(desk):
    hits = [
        {"objectID": "1", "title": "A [bold]story[/bold]", "points": 3, "created_at_i": 1767600000},
        {"objectID": "2", "title": "", "points": 3},
    ]
    with serving({path_of("hn"): Answer({"hits": hits})}) as server:
        desk.watches(entry(server.url))
        done = desk.call("sources", "check", "hn")
        again = desk.json("sources", "check", "hn")
    assert done.code == 0
    for text in (
        "1 items of 2026-01-05",
        "1 refused",
        "A [bold]story[/bold]",
        "newest published 2026-01-05 08:00",
        "no title",
    ):
        assert text in done.out
    assert (again["items"], again["titles"]) == (1, ["A [bold]story[/bold]"])
    assert SourceHealth(desk.database).all() == []
    assert PollStates(desk.database).all() == {}
    assert Landing(str(desk.home / "lake")).unread() == []


def test_check_says_what_failed_why_and_what_to_do(desk):
    with serving({path_of("hn"): Answer(status=404)}) as server:
        desk.watches(entry(server.url), {"name": "videos", "type": "youtube", "api_key_env": "NO_SUCH_KEY"})
        gone, off = desk.call("sources", "check", "hn"), desk.call("sources", "check", "videos")
        told = desk.call("sources", "check", "hn", "--json")
    assert (gone.code, off.code, told.code) == (1, 1, 1)
    assert "status 404" in gone.out
    assert "what to do: check the address in the sources file" in gone.out
    assert "off: NO_SUCH_KEY is not set" in off.out
    assert "put the secret into the environment as NO_SUCH_KEY" in off.out
    assert json.loads(told.out)["advice"] == "check the address in the sources file"


def test_check_asks_the_sandbox_too(desk):
    assert desk.json("sources", "check", "sandbox")["items"] > 0


def test_a_wrong_name_is_one_clear_line(desk):
    desk.watches(table(desk))
    done = desk.call("sources", "check", "itmes")
    assert done.code == 2
    assert "source 'itmes' is not in the sources file, did you mean 'items'?" in done.err
    assert "Traceback" not in done.err


def refuse(desk, monkeypatch):
    """Read the table with code that refuses a long title."""
    desk.watches(table(desk))
    from content_pipeline.definitions import build_defs
    from content_pipeline.instance import Runner, open_instance
    from content_pipeline.partitions import partition_key
    from content_pipeline.settings import load_settings

    settings = load_settings()
    with monkeypatch.context() as older, open_instance(settings) as instance:
        older.setattr(normalize, "MAX_TITLE", 10)
        runner = Runner(instance, build_defs(settings))
        runner.register({}, {"items": None})
        runner.run("ingest_trends", partition_key(source="items", day="2026-01-05"))


def titles(desk):
    dims = {"source": "items", "day": "2026-01-05"}
    return sorted(s.title for s in Lake(str(desk.home / "lake")).read("trend_signals", TrendSignal, dims))


def test_dead_letters_are_listed_and_tried_again_with_todays_code(desk, monkeypatch):
    refuse(desk, monkeypatch)
    assert titles(desk) == ["Short"]
    waiting = {letter["reason"]: letter["id"] for letter in desk.json("dead-letters", "list")}
    assert waiting.keys() == {"title too long", "no title"}
    shown = desk.call("dead-letters", "list", "--source", "items").out
    assert all(text in shown for text in ("title too long", "line 3", "2026-01-05", "yes"))
    assert len(desk.json("dead-letters", "list", "--limit", "1")) == 1
    assert desk.json("dead-letters", "list", "--source", "other") == []

    done = desk.json("dead-letters", "replay")
    assert done == {"resolved": [waiting["title too long"]], "stay": {waiting["no title"]: "no title"}}
    assert titles(desk) == ["A title that is rather long", "Short"]
    assert [letter["reason"] for letter in desk.json("dead-letters", "list")] == ["no title"]
    assert Landing(str(desk.home / "lake")).unread() == []
    assert desk.json("status")["dead_letters"] == {"items": 1}

    again = desk.call("dead-letters", "replay", "--source", "items")
    assert "0 resolved, 1 stay" in again.out
    assert titles(desk) == ["A title that is rather long", "Short"]


def test_a_replay_that_dies_is_made_good_by_the_next_run(desk, monkeypatch):
    refuse(desk, monkeypatch)

    def die(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(Lake, "write", die)
        done = desk.call("dead-letters", "replay")
    assert "0 resolved, 2 stay" in done.out
    assert titles(desk) == ["Short"]
    assert len(desk.json("dead-letters", "replay")["resolved"]) == 1
    assert titles(desk) == ["A title that is rather long", "Short"]


def test_an_unknown_letter_is_one_clear_line(desk):
    done = desk.call("dead-letters", "replay", "--id", "dead_0")
    assert done.code == 2
    assert "no dead letter 'dead_0' waits" in done.err


def test_alerts_are_listed(desk):
    assert "no alert is open" in desk.call("alerts").out
    Alerts(desk.database).open("stale_source", "news", "source news is [b]stale[/b]", NOW)
    assert "source news is [b]stale[/b]" in desk.call("alerts").out
    assert [alert["subject"] for alert in desk.json("alerts")] == ["news"]


def test_help_lists_the_commands(desk):
    shown = desk.call("--help").out
    assert all(name in shown for name in ("sources", "dead-letters", "alerts"))
    assert "check" in desk.call("sources", "--help").out


def test_a_days_trends_are_told_with_their_reasons(desk):
    Lake(str(desk.home / "lake")).write(
        "trends",
        {"day": "2026-01-05"},
        Trend,
        [
            trend("Focus apps [/s] [video]", 1, day=NOW.date(), reasons=["it is gaining pace"]),
            trend("A crash", 0, day=NOW.date(), safety=[SafetyFlag(flag="tragedy", words=["crash"])]),
        ],
    )
    told = desk.call("trends").out
    assert told.index("A crash") < told.index("Focus apps [/s] [video]")
    assert "it is gaining pace" in told
    for_account = desk.json("trends", "--date", "2026-01-05", "--account", "demo")
    assert [t["title"] for t in for_account] == ["Focus apps [/s] [video]"]


def test_a_day_without_trends_says_what_to_do(desk):
    done = desk.call("trends", "--date", "2026-01-04")
    assert done.code == 1
    assert "2026-01-04 has no trends: no day was scored yet; run `content-pipeline produce`" in done.err
    assert desk.call("trends", "--date", "4 January").code == 2
    assert "unknown account '[/x]'" in desk.call("trends", "--account", "[/x]").err

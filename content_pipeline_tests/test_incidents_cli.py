"""The commands about incidents, from opening to closing, against the local sandbox; and what `status` then says."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from content_pipeline.alerts import Alerts
from content_pipeline.cli import app
from content_pipeline.metrics.records import PostMetrics
from content_pipeline.posts.intents import ledger_rows
from content_pipeline.posts.ledger import Ledger
from content_pipeline.posts.records import Post
from content_pipeline.renders.records import Render
from content_pipeline.review.approvals import Approvals
from content_pipeline.review.incidents import Incidents
from content_pipeline.review.records import Review
from content_pipeline.sandbox.running import running_sandbox
from content_pipeline.scripts.records import Script
from content_pipeline.settings import ConfigError
from content_pipeline.storage.lake import Lake
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline_tests.examples import demo_folder
from content_pipeline_tests.posts.rows import DAY, at
from content_pipeline_tests.posts.test_intents import render, review, script
from content_pipeline_tests.posts.test_sandbox import Sandbox
from content_pipeline_tests.sandbox.videos import make_video
from content_pipeline_tests.trends.server import Answer, serving

DIMS = {"account": "demo", "day": str(DAY)}


def sev1(post: str, summary: str) -> tuple[str, ...]:
    """Return the words of the command that opens a sev1 incident about a post."""
    return ("incident", "open", "--post", post, "--severity", "sev1", "--by", "Ada", "--summary", summary)


@pytest.fixture(scope="module")
def reel(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return make_video(tmp_path_factory.mktemp("reel") / "reel.mp4").read_bytes()


@pytest.fixture
def home(tmp_path: Path, reel: bytes, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a home with one live post and one that waits, and the lake's rows about them."""
    home = tmp_path / "run"
    monkeypatch.setenv("CONTENT_PIPELINE_HOME", str(home))
    monkeypatch.setenv("CONTENT_PIPELINE_ACCOUNTS", str(demo_folder(tmp_path / "accounts")))
    home.mkdir()
    with running_sandbox(home) as url:
        studio = Sandbox(home, url, reel)
        studio.plan(0, 1)
        studio.publish(0)
        lake = Lake(str(home / "lake"))
        words = "A caption about the one walk after lunch that everybody in our office has been talking about lately"
        scripts = [script(0, caption_long=words), script(1, slot=1)]
        lake.write("scripts", DIMS, Script, scripts)
        lake.write("reviews", DIMS, Review, [review(s) for s in scripts])
        lake.write(
            "renders",
            DIMS,
            Render,
            [render(s).model_copy(update={"render_id": f"render_{n}"}) for n, s in enumerate(scripts)],
        )
        lake.write("posts", DIMS, Post, ledger_rows(studio.ledger, _account(), DAY, at()))
        lake.write("post_metrics", DIMS, PostMetrics, [_metrics(studio.post().post_id, n) for n in (1, 2)])
        yield home
        studio.close()
        studio.admin.close()


def _account():
    from content_pipeline_tests.examples import demo

    return demo()


def _metrics(post_id: str, hours: int) -> PostMetrics:
    numbers = dict.fromkeys(
        (
            "reach",
            "likes",
            "comments",
            "saves",
            "shares",
            "total_interactions",
            "avg_watch_ms",
            "total_watch_ms",
        ),
        1,
    )
    return PostMetrics(
        snapshot_id=f"s{hours}",
        account="demo",
        day=DAY,
        post_id=post_id,
        media_id="m",
        observed_at=at(60 * hours).created_at,
        age_hours=hours,
        target_age_h=hours,
        views=100 * hours,
        missing=[],
        **numbers,
        **at().fields(),
    )


def run(*words: str) -> str:
    done = CliRunner().invoke(app, list(words))
    if done.exception is not None:
        raise done.exception
    return done.output


def ledger_of(home: Path) -> dict[str, str]:
    with OperationsDatabase(f"sqlite:///{home / 'operations.db'}") as database:
        return {post.slot_id: post.post_id for post in Ledger(database).publications("demo")}


def test_an_incident_from_opening_to_closing(home: Path, monkeypatch: pytest.MonkeyPatch):
    post = ledger_of(home)["slot_0"]
    opening = sev1(post, "[bad] it names a child")
    with serving(Answer()) as server:
        monkeypatch.setenv("CONTENT_PIPELINE_ALERT_URLS", server.url.replace("http://", "json://") + "/hook")
        shown = run(*opening)
        run(*opening)
        [told] = [asked.body.decode() for asked in server.asked]
    monkeypatch.delenv("CONTENT_PIPELINE_ALERT_URLS")
    assert "it names a child" in told
    assert "[bad] it names a child" in shown
    [incident] = json.loads(run("incident", "list", "--json"))
    assert {step["step"]: step["state"] for step in incident["steps"]} == {
        "take_down": "done",
        "notify": "done",
    }
    timeline = json.loads(run("incident", "show", incident["id"], "--json"))["timeline"]
    assert [event["event"] for event in timeline] == ["opened", "taken_down", "notified"]
    kept = json.loads(run("incident", "show", incident["id"], "--snapshot"))
    assert (kept["post"]["state"], kept["post"]["post_id"]) == ("published", post)
    assert [row["script_id"] for row in kept["script"]] == ["script_0"]
    assert [row["render_id"] for row in kept["render"]] == ["render_0"]
    assert [row["views"] for row in kept["metrics"]] == [200]
    assert (len(kept["review"]), kept["events"][0]["event"]) == (1, "planned")
    rows = {row.slot_id: row for row in Lake(str(home / "lake")).read("posts", Post, DIMS)}
    assert {slot: row.state for slot, row in rows.items()} == {"slot_0": "taken_down", "slot_1": "planned"}
    assert "the queue is paused" in run("status")
    run("incident", "note", incident["id"], "called the client", "--by", "Bo")
    closed = run("incident", "close", incident["id"], "--by", "Ada", "--resolution", "source removed")
    assert "closed: source removed" in closed
    assert run("incident", "list").strip() == "no incident is open"
    assert incident["id"] in run("incident", "list", "--all")
    assert "paused" not in run("status")
    with OperationsDatabase(f"sqlite:///{home / 'operations.db'}") as database:
        assert Alerts(database).opened("incident") == []
        now = at(60).created_at
        assert Incidents(database).look_alikes(now).nearest(kept["script"][0]["caption_long"]) == (
            incident["id"],
            1.0,
        )


def test_killed_after_the_book_was_written_the_same_command_goes_on(
    home: Path, monkeypatch: pytest.MonkeyPatch
):
    post = ledger_of(home)["slot_0"]
    opening = sev1(post, "bad")
    for step in ("contain", "_notify"):
        owner = (
            "content_pipeline.incidents.Response._notify"
            if step == "_notify"
            else "content_pipeline.posts.containment.Containment.contain"
        )

        def die(*_: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(owner, die)
            assert CliRunner().invoke(app, list(opening)).exit_code != 0
        assert "the queue is paused" in run("status")
    shown = json.loads(run(*opening, "--json"))
    assert [event["event"] for event in shown["timeline"]] == ["opened", "taken_down", "notify_failed"]
    assert shown["timeline"][-1]["detail"]["why"] == "CONTENT_PIPELINE_ALERT_URLS names none"
    assert len(json.loads(run("incident", "list", "--json"))) == 1


def test_a_waiting_post_is_rejected_and_approving_it_again_is_said(home: Path):
    post = ledger_of(home)["slot_1"]
    shown = run(
        "incident", "open", "--post", post, "--severity", "sev2", "--by", "Ada", "--summary", "a stolen tune"
    )
    assert "rejected" in shown
    with OperationsDatabase(f"sqlite:///{home / 'operations.db'}") as database:
        assert Approvals(database).rejected(["hash_1"]) == {"hash_1"}
    assert "awaiting_approval: rejected by Ada" in run("status")


def test_what_could_not_be_asked_for_without_a_token_publishing_goes_on_with(
    home: Path, monkeypatch: pytest.MonkeyPatch
):
    def no_token(*_: object) -> None:
        raise ConfigError("the account demo has no token")

    opening = ("--post", ledger_of(home)["slot_0"], "--severity", "sev1", "--by", "Ada", "--summary", "bad")
    with monkeypatch.context() as patched:
        patched.setattr("content_pipeline.resources.platform_of", no_token)
        assert "no token" in run("incident", "open", *opening)
    with OperationsDatabase(f"sqlite:///{home / 'operations.db'}") as database:
        assert Ledger(database).due_days("demo", at(3).created_at) == [DAY]


def test_a_post_that_was_deleted_by_hand_is_taken_down_in_the_books(home: Path):
    post = ledger_of(home)["slot_0"]
    with running_sandbox(home) as url:
        fault = {"at": "delete", "kind": "error", "error": {"code": 10}}
        httpx.post(f"{url}/sandbox/faults", json=fault).raise_for_status()
    opened = json.loads(run(*sev1(post, "bad"), "--json"))
    assert opened["timeline"][1]["event"] == "take_down_failed"
    with pytest.raises(ConfigError, match="may still be live"):
        run("incident", "close", opened["id"], "--by", "Ada", "--resolution", "done")
    run("incident", "note", opened["id"], "deleted in the app", "--by", "Ada", "--done", "take_down")
    [row] = [row for row in Lake(str(home / "lake")).read("posts", Post, DIMS) if row.slot_id == "slot_0"]
    assert (row.state, row.reason) == ("taken_down", f"taken down: incident {opened['id']}")
    run("incident", "close", opened["id"], "--by", "Ada", "--resolution", "False alarm")
    assert json.loads(run("incident", "list", "--all", "--json"))[0]["false_alarm"] is True


def test_what_became_worse_is_told_again_and_its_alerts_end_with_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
):
    post = ledger_of(home)["slot_0"]
    said = ("--by", "Ada", "--summary", "a slip", "--json")
    with serving(Answer()) as server:
        monkeypatch.setenv("CONTENT_PIPELINE_ALERT_URLS", server.url.replace("http://", "json://") + "/hook")
        for severity in ("sev3", "sev3", "sev2"):
            shown = json.loads(run("incident", "open", "--post", post, "--severity", severity, *said))
        told = [asked.body.decode() for asked in server.asked]
        assert [
            severity for body in told for severity in ("sev2", "sev3") if f"{severity} incident" in body
        ] == [
            "sev3",
            "sev2",
        ]
        run("incident", "close", shown["id"], "--by", "Ada", "--resolution", "mended")
    with OperationsDatabase(f"sqlite:///{home / 'operations.db'}") as database:
        assert Alerts(database).opened("incident") == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ("open", "--post", "post_x", "--severity", "sev1", "--by", "A", "--summary", "s"),
            "no post 'post_x'",
        ),
        (
            ("open", "--post", "x.com/p/x", "--severity", "sev1", "--by", "A", "--summary", "s"),
            "no post 'x.com/p/x'",
        ),
        (("note", "incident_x", "text", "--by", "A" * 121), "more than 120 characters"),
        (("list", "--account", "dmo"), "unknown account 'dmo'"),
        (("show", "incident_x"), "no incident 'incident_x'"),
        (("note", "incident_x", "text", "--by", "A"), "no incident 'incident_x'"),
        (("close", "incident_x", "--by", "A", "--resolution", "r"), "no incident 'incident_x'"),
    ],
)
def test_wrong_words_end_in_a_line_that_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], told: str
):
    monkeypatch.setenv("CONTENT_PIPELINE_HOME", str(tmp_path))
    with pytest.raises(ConfigError, match=told):
        run("incident", *words)


@pytest.mark.parametrize("name", ["media_id", "permalink", "shared", "in_the_profile"])
def test_a_post_is_found_by_its_address_too(home: Path, name: str):
    with OperationsDatabase(f"sqlite:///{home / 'operations.db'}") as database:
        post = Ledger(database).publications("demo")[0]
    words = {
        "media_id": post.media_id,
        "permalink": post.permalink,
        "shared": f"{post.permalink.rstrip('/')}?igsh=1",
        "in_the_profile": f"instagram.com/demo/p/{post.permalink.rstrip('/').rpartition('/')[2]}",
    }
    opening = (
        "incident",
        "open",
        "--post",
        words[name],
        "--severity",
        "sev3",
        "--by",
        "Ada",
        "--summary",
        "a slip",
    )
    assert post.post_id in run(*opening)

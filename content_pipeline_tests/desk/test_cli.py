"""The desk's commands: who may use it, when it refuses to start, and the real process over a socket."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from content_pipeline import desk_cli
from content_pipeline.cli import app
from content_pipeline.desk.users import Users
from content_pipeline.settings import ConfigError
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline_tests.desk.serving import PASSWORD, SECRET, Visitor, migrated
from content_pipeline_tests.examples import demo_folder


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the home of the commands, with an empty operations database."""
    migrated(tmp_path / "home" / "operations.db")
    monkeypatch.setenv("CONTENT_PIPELINE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CONTENT_PIPELINE_ACCOUNTS", str(demo_folder(tmp_path / "accounts")))
    return tmp_path / "home"


def run(*arguments: str, typed: str | None = None) -> str:
    result = CliRunner().invoke(app, arguments, input=typed, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def add(name: str = "ana", *roles: str) -> str:
    options = [option for role in roles for option in ("--role", role)]
    return run("desk-user", "add", name, *options, "--password-stdin", typed=f"{PASSWORD}\n")


def refusal(*arguments: str) -> str:
    with pytest.raises(ConfigError) as error:
        CliRunner().invoke(app, arguments, catch_exceptions=False)
    return str(error.value)


def users() -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(run("desk-user", "list", "--json"))
    return found


def test_users_are_added_changed_and_listed() -> None:
    assert "nobody yet" in run("desk-user", "list")
    assert "ana added: editorial, rights" in add("ana", "rights", "editorial")
    assert "bo added: looks only" in add("bo")
    run("desk-user", "set-roles", "bo", "--role", "legal")
    run("desk-user", "disable", "ana")
    assert [(user["name"], user["roles"], bool(user["disabled_at"])) for user in users()] == [
        ("ana", ["editorial", "rights"], True),
        ("bo", ["legal"], False),
    ]
    run("desk-user", "enable", "ana")
    run("desk-user", "set-roles", "bo")
    assert [(user["roles"], user["disabled_at"]) for user in users()] == [
        (["editorial", "rights"], None),
        ([], None),
    ]
    assert "looks only" in run("desk-user", "list")


def test_a_password_is_typed_twice_and_unseen(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add()
    typed = iter(["otter-plum-vivid-8", "otter-plum-vivid-9", "otter-plum-vivid-8", "otter-plum-vivid-8"])
    monkeypatch.setattr("getpass.getpass", lambda _: next(typed))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    with pytest.raises(ConfigError, match="differ, so nothing was changed"):
        desk_cli.set_password("ana")
    desk_cli.set_password("ana")
    with OperationsDatabase(f"sqlite:///{home / 'operations.db'}") as database:
        assert not Users(database).check("ana", PASSWORD)
        assert Users(database).check("ana", "otter-plum-vivid-8")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["desk-user", "add", "bo"], "--password-stdin"),
        (["desk-user", "disable", "anna"], "did you mean 'ana'"),
        (["desk-user", "set-roles", "ana", "--role", "editor"], "did you mean 'editorial'"),
        (["desk"], "openssl rand -hex 32"),
        (["desk", "--host", "0.0.0.0"], "--behind-proxy"),
        (["desk", "--behind-proxy", "proxy.example"], "name it like 127.0.0.1"),
        (["desk", "--behind-proxy", "0.0.0.0/0"], "everybody could claim any address"),
        (["desk", "--behind-proxy", "*"], "name it like 127.0.0.1"),
    ],
)
def test_what_is_missing_or_wrong_is_told_in_one_line(arguments: list[str], told: str) -> None:
    add()
    message = refusal(*arguments)
    assert told in message
    assert "\n" not in message


def test_it_does_not_start_with_a_short_secret_without_users_or_on_a_taken_port(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CONTENT_PIPELINE_DESK_SECRET", "too-short")
    assert "too-short" not in refusal("desk")
    monkeypatch.setenv("CONTENT_PIPELINE_DESK_SECRET", SECRET.get_secret_value())
    assert "desk-user add NAME" in refusal("desk")
    add()
    run("desk-user", "disable", "ana")
    assert "desk-user add NAME" in refusal("desk")
    run("desk-user", "enable", "ana")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert "choose another --port" in refusal("desk", "--port", str(taken.getsockname()[1]))


def test_the_secret_is_masked_among_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTENT_PIPELINE_DESK_SECRET", SECRET.get_secret_value())
    shown = run("config")
    assert "CONTENT_PIPELINE_DESK_SECRET=**********" in shown
    assert SECRET.get_secret_value() not in shown


@pytest.fixture
def command(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Path]]:
    """Start ``content-pipeline desk`` as a process; give its address and the file of what it says."""
    monkeypatch.setenv("CONTENT_PIPELINE_DESK_SECRET", SECRET.get_secret_value())
    add()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    said = tmp_path / "said"
    command = [
        sys.executable,
        "-c",
        "from content_pipeline.cli import main; main()",
        "desk",
        "--port",
        str(port),
    ]
    with said.open("w") as sink:
        process = subprocess.Popen(command, stdout=sink, stderr=sink, env=os.environ)
    deadline = time.monotonic() + 30
    while "startup complete" not in said.read_text():
        assert process.poll() is None, said.read_text()
        assert time.monotonic() < deadline, said.read_text()
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}", said
    process.send_signal(signal.SIGINT)
    assert process.wait(20) is not None


def test_the_command_serves_and_logs_without_secrets(command: tuple[str, Path]) -> None:
    address, said = command
    with Visitor(address) as visitor:
        assert visitor.log_in(next="/?token=abc").status_code == 303
        cookie = visitor.cookies["desk"]
        visitor.get("/?token=abc", headers={"X-Forwarded-For": "6.6.6.6"})
        assert "server" not in visitor.get("/login").headers
    text = said.read_text()
    assert f"review desk on {address}" in text
    assert "127.0.0.1 POST /login 303" in text
    assert "6.6.6.6" not in text
    for secret in [PASSWORD, SECRET.get_secret_value(), cookie, "token=abc"]:
        assert secret not in text

"""`produce` killed (SIGKILL) at any moment and called again ends in the same posts, each live once."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from content_pipeline_tests.examples import demo_folder
from content_pipeline_tests.loop.produce import command, environment, ledger, live_media, produce

WORDS = ("produce", "--date", "2026-01-05", "--days", "1", "--account", "demo", "--json")


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the demo account with two posts a day: enough to be killed between them."""
    return demo_folder(tmp_path_factory.mktemp("accounts"), posts_per_day=2)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, accounts: Path) -> Path:
    home = tmp_path_factory.mktemp("undisturbed")
    produce(home, "2026-01-05", accounts=accounts)
    return home


def _outcome(home: Path) -> list[tuple]:
    media = sorted((m["caption"], m["timestamp"], m["video_sha256"]) for m in live_media(home))
    posts = [(r["post_id"], r["script_id"], r["render_id"], r["state"]) for r in ledger(home)]
    return [*media, *posts]


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["media/", "publish_requested", "lake/post_metrics/"])
def test_killed_and_called_again_ends_the_same(
    tmp_path: Path, undisturbed: Path, accounts: Path, moment: str
):
    if (
        moment != "media/"
    ):  # what is rendered already is not rendered again, and rendering takes most of the time
        shutil.copytree(undisturbed / "media", tmp_path / "media")
    process = subprocess.Popen(
        command(*WORDS),
        env=environment(tmp_path, accounts=accounts),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_until(lambda: _reached(tmp_path, moment), process)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    produce(tmp_path, "2026-01-05", accounts=accounts)
    assert _outcome(tmp_path) == _outcome(undisturbed)
    assert {r["state"] for r in ledger(tmp_path)} == {"published"}


def _reached(home: Path, moment: str) -> bool:
    if moment.endswith("/"):
        return (home / moment).exists() and any(
            path.is_file() for path in (home / moment).rglob("*") if ".tmp" not in path.name
        )
    if not (home / "operations.db").exists():
        return False
    try:
        rows = ledger(home)
    except Exception:
        return False
    if moment == "published":
        return any(row["state"] == "published" for row in rows)
    return any((row["step"] or "").startswith(moment) for row in rows)


def _wait_until(reached, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + 120
    while not reached() and process.poll() is None:
        assert time.monotonic() < deadline, "the moment never came"
        time.sleep(0.002)

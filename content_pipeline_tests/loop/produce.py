"""Runs the command line as an operator would, in a process of its own, with a home of its own."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from content_pipeline_tests.examples import demo_folder

TIMEOUT_S = 240
QUICK = demo_folder(Path(tempfile.mkdtemp(prefix="accounts-")))


def environment(home: Path, **settings: object) -> dict[str, str]:
    given = {"accounts": QUICK} | settings
    own = {f"CONTENT_PIPELINE_{name.upper()}": str(value) for name, value in given.items()}
    return (
        {k: v for k, v in os.environ.items() if not k.startswith("CONTENT_PIPELINE_")}
        | own
        | {"CONTENT_PIPELINE_HOME": str(home)}
    )


def command(*words: object) -> list[str]:
    return [sys.executable, "-c", "from content_pipeline.cli import main; main()", *map(str, words)]


def call(home: Path, *words: object, **settings: object) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end."""
    return subprocess.run(
        command(*words),
        env=environment(home, **settings),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )


def produce(
    home: Path, date: str, days: int = 1, account: str = "demo", **settings: object
) -> dict[str, Any]:
    """Produce days and return the JSON summary."""
    done = call(home, "produce", "--date", date, "--days", days, "--account", account, "--json", **settings)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def live_media(home: Path) -> list[dict[str, Any]]:
    """Return what is live in the sandbox, as the sandbox itself knows it."""
    import httpx

    from content_pipeline.sandbox.running import running_sandbox

    with running_sandbox(home, seed=7) as url:
        media: list[dict[str, Any]] = httpx.get(f"{url}/sandbox/media", timeout=10).json()["media"]
    return media


def ledger(home: Path) -> list[dict[str, Any]]:
    """Return the publications of the operations database."""
    engine = create_engine(f"sqlite:///{home / 'operations.db'}")
    with engine.connect() as connection:
        rows = [
            dict(row._mapping)
            for row in connection.execute(text("select * from publications order by slot_at"))
        ]
    engine.dispose()
    return rows


def media_files(home: Path) -> set[str]:
    """Return the files of the media store."""
    return {str(path.relative_to(home)) for path in (home / "media").rglob("*") if path.is_file()}

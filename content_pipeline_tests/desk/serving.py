"""A desk over empty stores that runs under uvicorn on a free port, and a browser-like client that fills in its forms."""

import re
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import httpx
from argon2 import PasswordHasher
from pydantic import SecretStr
from starlette.applications import Starlette

from content_pipeline.desk.app import create_app
from content_pipeline.desk.running import _listening, server
from content_pipeline.desk.users import Users
from content_pipeline.desk.web import Desk
from content_pipeline.settings import load_settings
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline_tests.examples import START, demo_folder

SECRET = SecretStr("kx7Qw3vB9mZr5Tn1Ly8Hd4Gs6Pf2Jc0A")
PASSWORD = "plum-otter-vivid-7"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Makes hashes that are weak on purpose: tests need many of them."""


@dataclass
class Machine:
    """The machine's clock, which tests move."""

    moment: datetime = field(default_factory=lambda: datetime(2026, 3, 1, 9, tzinfo=UTC))

    def now(self) -> datetime:
        return self.moment

    def wait(self, **time: float) -> None:
        self.moment += timedelta(**time)


def new_app(
    folder: Path, url: str | None = None, machine: Machine | None = None, **options: bool
) -> Starlette:
    """Return a desk of the account demo with its home in ``folder``; the pipeline's clock stands at ``examples.START``."""
    url = url or migrated(folder / "operations.db")
    settings = load_settings(
        home=folder / "home", accounts=demo_folder(folder / "accounts"), database_url=url
    )
    machine = machine or Machine(datetime.now(UTC))
    app = create_app(settings, SECRET, lambda: START, now=machine.now, **options)
    desk = app.state.desk
    app.state.desk = replace(desk, users=Users(desk.operations, QUICK, machine.now))
    return app


def migrated(file: Path) -> str:
    """Make ``file`` an empty operations database with all tables, and return its URL."""
    file.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(_empty_database(), file)
    return f"sqlite:///{file}"


@cache
def _empty_database() -> Path:
    file = Path(tempfile.mkdtemp(prefix="content-pipeline-desk-")) / "empty.db"
    OperationsDatabase(f"sqlite:///{file}").dispose()
    return file


def add_user(desk: Desk, name: str = "ana", *roles: str) -> None:
    """Add a user whose password is ``PASSWORD``."""
    desk.users.add(name, PASSWORD, roles)


@contextmanager
def serving(app: Starlette, proxy: str | None = None) -> Iterator[str]:
    """Run a desk as its command does, in a thread, as long as the block lasts, and give its address."""
    listener = _listening("127.0.0.1", 0)
    runner = server(app, proxy)
    thread = threading.Thread(target=runner.run, args=([listener],), daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not runner.started:
        assert thread.is_alive(), "the desk did not start"
        assert time.monotonic() < deadline, "the desk took more than 10 s to start"
        time.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        runner.should_exit = True
        thread.join(10)
        listener.close()


class Visitor(httpx.Client):
    """Keeps cookies like a browser and fills in forms; redirects are not followed unless asked."""

    def __init__(self, url: str, **options: object) -> None:
        super().__init__(base_url=url, **options)

    def token(self, path: str = "/login") -> str:
        """Return the CSRF token of the first form on a page."""
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', self.get(path).text)
        assert found, f"no form on {path}"
        return found[1]

    def log_in(
        self, name: str = "ana", password: str = PASSWORD, next: str = "/", **options: object
    ) -> httpx.Response:
        form = {"name": name, "password": password, "next": next, "csrf": self.token()}
        return self.post("/login", data=form, **options)

"""Fixtures of the desk's tests: one that runs, a visitor, a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette

from content_pipeline.desk.web import Desk
from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline_tests.desk.browser import chromium, complaints, tab
from content_pipeline_tests.desk.serving import Machine, Visitor, add_user, migrated, new_app, serving

__all__ = ["chromium", "complaints", "tab"]


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[OperationsDatabase]:
    """Give an empty operations database on SQLite, for what does not depend on which one it is."""
    with OperationsDatabase(migrated(tmp_path / "lite.db")) as database:
        yield database


@pytest.fixture
def machine() -> Machine:
    """Return the machine's clock of the desk, which tests move."""
    return Machine()


@pytest.fixture
def app(tmp_path: Path, machine: Machine) -> Starlette:
    """Return a desk over empty stores with the user ana, who gives editorial approvals."""
    app = new_app(tmp_path, machine=machine)
    add_user(app.state.desk, "ana", "editorial")
    return app


@pytest.fixture
def desk(app: Starlette) -> Desk:
    """Return what the pages of ``app`` work with."""
    return app.state.desk


@pytest.fixture
def address(app: Starlette) -> Iterator[str]:
    """Run ``app`` and give its address."""
    with serving(app) as address:
        yield address


@pytest.fixture
def visitor(address: str) -> Iterator[Visitor]:
    """Give a client of ``app`` that nobody has logged in."""
    with Visitor(address) as visitor:
        yield visitor

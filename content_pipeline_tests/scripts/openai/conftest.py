"""A database in a file: what the tests of one server need, and fast."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from content_pipeline.storage.operations import OperationsDatabase


@pytest.fixture
def store(tmp_path: Path) -> Iterator[OperationsDatabase]:
    with OperationsDatabase(f"sqlite:///{tmp_path / 'operations.db'}") as database:
        yield database


@pytest.fixture(autouse=True)
def _no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)

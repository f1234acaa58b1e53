"""What all tests share: no clock deadline for properties, an environment without the operator's settings, the real recorded data."""

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from content_pipeline.storage.operations import OperationsDatabase
from content_pipeline_tests.databases import database_url

# Two workers on two cores: threads of theirs that wait for one another in a loop would cost more than they bring.
os.environ["OMP_NUM_THREADS"] = "1"
# Tables are not to be wrapped, whichever test is the first to print one.
os.environ["COLUMNS"] = "300"

hypothesis.settings.register_profile("tests", deadline=None, max_examples=50)
hypothesis.settings.load_profile("tests")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("CONTENT_PIPELINE_") and name != "CONTENT_PIPELINE_REAL_DATA":
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder of real recorded data; skip where there is none."""
    folder = Path(os.environ.get("CONTENT_PIPELINE_REAL_DATA", "../shared/data")).absolute()
    if not folder.is_dir():
        pytest.skip(f"no real recorded data in {folder}: set CONTENT_PIPELINE_REAL_DATA")
    return folder


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the URL of an empty operations database, on SQLite and on PostgreSQL."""
    with database_url(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def database(url: str) -> Iterator[OperationsDatabase]:
    """Give an empty operations database, on SQLite and on PostgreSQL."""
    database = OperationsDatabase(url)
    yield database
    database.dispose()

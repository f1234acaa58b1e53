"""What all tests share: no clock deadline for properties, an environment without the operator's settings, the real recorded data."""

import os
from pathlib import Path

import hypothesis
import pytest

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

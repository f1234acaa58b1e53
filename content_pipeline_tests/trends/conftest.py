"""What the tests of trends share: retries that do not wait."""

from collections.abc import Iterator

import pytest
import stamina


@pytest.fixture(autouse=True)
def _no_waits() -> Iterator[None]:
    """Retry as often as in life, but at once."""
    with stamina.set_testing(True, attempts=10, cap=True):
        yield

"""The system's Chromium, driven by Playwright. Where there is none, tests are skipped, or fail if one is required."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# One a module, not one a session: while Playwright runs, no other test of the process can start an event loop.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Give a headless Chromium; ``CONTENT_PIPELINE_REQUIRE_BROWSER`` (any value) makes its absence a failure."""
    program = shutil.which("chromium")
    if program is None:
        told = "no chromium on this machine: `apt-get install chromium` to run the desk's browser tests"
        (pytest.fail if REQUIRED else pytest.skip)(told)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def tab(chromium: Browser) -> Iterator[Page]:
    """Give a fresh tab with cookies of its own."""
    context = chromium.new_context()
    page = context.new_page()
    page.set_default_timeout(5_000)
    yield page
    context.close()


@pytest.fixture
def complaints(tab: Page) -> list[str]:
    """Return a list that fills with what the tab's console complains about."""
    found: list[str] = []
    tab.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: found.append(str(error)))
    return found


REQUIRED = "CONTENT_PIPELINE_REQUIRE_BROWSER" in os.environ
"""Read at import: the tests' environment is cleaned of the operator's settings."""

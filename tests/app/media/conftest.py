"""Fixtures: a browser page, and the real clips, if they are on this machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import CHROMIUM_ARGUMENTS, find_chromium

REAL_MODELS = ("motif", "cinemo", "dynamicrafter", "cogvideox")


# One browser per file: a running Playwright holds this thread's event loop (see tests/browser/conftest.py).
@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """A page in headless Chromium with the colours of an sRGB screen."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=[*CHROMIUM_ARGUMENTS, "--force-color-profile=srgb"]
        )
        yield browser.new_page()
        browser.close()


@pytest.fixture(params=REAL_MODELS)
def real_clip(request: pytest.FixtureRequest, test_data: Path) -> Path:
    """The first clip of each of the four models."""
    return min((test_data / "outputs" / request.param).glob("*.mp4"))

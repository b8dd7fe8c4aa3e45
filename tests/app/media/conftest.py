"""A browser page, and the real clips, where they are there."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, sync_playwright

REAL_MODELS = ("motif", "cinemo", "dynamicrafter", "cogvideox")


# One browser a file: a running Playwright holds this thread's event loop (see tests/browser/conftest.py).
@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """A page of one headless Chromium with the colours of an sRGB screen."""
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--force-color-profile=srgb"]
            )
        except Error as error:
            pytest.skip(f"Chromium does not start here: {error.message.splitlines()[0]}")
        yield browser.new_page()
        browser.close()


@pytest.fixture(params=REAL_MODELS)
def real_clip(request: pytest.FixtureRequest, test_data: Path) -> Path:
    """The first clip of each of the four models."""
    return min((test_data / "outputs" / request.param).glob("*.mp4"))

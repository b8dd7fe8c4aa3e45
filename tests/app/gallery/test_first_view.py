"""The data that a browser loads for 320 pairs before scrolling; the controls that play a pair's clips."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Response

from app.benchmarks.images import store_images
from app.benchmarks.service import import_benchmark
from app.clock import utc_now
from app.context import AppContext
from benchmark.data import bundled_folder
from benchmark.importers.official import read_official
from tests.app.results.page_windows import chromium, sign_in, window
from tests.browser.polling import poll
from tests.cast import PAIR_IDS, Cast

pytestmark = pytest.mark.browser

MOST_BYTES = 300_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with window(browser) as page:
        yield page


def import_folder(context: AppContext, folder: Path) -> None:
    source = read_official(folder, source="for a test")
    images = store_images(source, store=context.store, sandbox=context.sandbox)
    with context.database.write() as session:
        import_benchmark(
            session, source=source, images=images, slug="large", title="Large", now=utc_now(), actor="ada"
        )


def bytes_of_first_view(page: Page, address: str) -> int:
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    assert page.locator(".tiles img").count() >= 35  # one page of the gallery
    return sum(len(answer.body()) for answer in answers)


def test_the_first_view_of_the_bundled_benchmark_is_small(
    context: AppContext, live_server: str, page: Page
) -> None:
    import_folder(context, bundled_folder())

    assert bytes_of_first_view(page, f"{live_server}/gallery/large") < MOST_BYTES


def test_the_first_view_of_the_official_benchmark_is_small(
    context: AppContext, live_server: str, page: Page, test_data: Path
) -> None:
    import_folder(context, test_data)

    size = bytes_of_first_view(page, f"{live_server}/gallery/large")

    assert size < MOST_BYTES
    assert page.get_by_text("320 pairs").is_visible()


def times(page: Page) -> list[float]:
    found: list[float] = page.evaluate(
        "[...document.querySelectorAll('video')].map((each) => each.currentTime)"
    )
    return found


def wait_until(page: Page, condition: str) -> None:
    """Wait until a condition holds for every clip; the page's security policy blocks Playwright's wait."""
    clips = "[...document.querySelectorAll('video')]"
    poll(page, lambda: page.evaluate(f"{clips}.every((each) => {condition})"))


def test_one_transport_drives_all_clips(cast: Cast, live_server: str, page: Page) -> None:
    sign_in(page, cast.context, live_server)
    page.goto(f"{live_server}/gallery/tiny/{PAIR_IDS[0]}")
    page.wait_for_load_state("networkidle")
    assert times(page) == [0, 0, 0]  # nothing moves before somebody asks for it

    for _ in range(3):
        page.get_by_role("button", name="One frame forward").click()
    wait_until(page, "!each.seeking")

    # 8 frames a second: the middle of the fourth frame.
    assert times(page) == pytest.approx([3.5 / 8] * 3, abs=0.01)
    page.get_by_role("button", name="Play all").click()
    wait_until(page, "each.currentTime > 0.6")
    page.get_by_role("button", name="Pause").click()
    wait_until(page, "each.paused")

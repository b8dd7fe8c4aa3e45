"""The jobs page in Chromium: it updates by itself, and keeps the focus and the open logs."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.app.api.conftest import client_of
from tests.app.jobs.acting import WorkerProgram, ask, worker_program
from tests.app.results.page_windows import PHONE, chromium, is_as_wide_as_its_window, sign_in, window
from tests.cast import PAIR_IDS, Cast

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with window(browser) as page:
        yield page


@pytest.fixture
def worker(cast: Cast) -> WorkerProgram:
    ask(client_of(cast.context, cast.alice))
    return worker_program(cast.context)


def test_what_happens_shows_without_a_reload(
    cast: Cast, live_server: str, page: Page, worker: WorkerProgram
) -> None:
    sign_in(page, cast.context, live_server)
    page.goto(f"{live_server}/jobs")
    expect(page.get_by_text("No worker offers this model.")).to_be_visible()

    (job,) = worker.claim()
    expect(page.get_by_text("1 being made")).to_be_visible()
    worker.finish(job)
    expect(page.get_by_text(f"1 made · {len(PAIR_IDS) - 1} waiting")).to_be_visible()


def test_an_open_log_and_the_focus_stay_through_a_refresh(
    cast: Cast, live_server: str, page: Page, worker: WorkerProgram
) -> None:
    (job, other) = worker.claim(count=2)
    worker.fail(job, log_tail="the end of a log")
    sign_in(page, cast.context, live_server)
    page.goto(f"{live_server}/jobs")
    page.get_by_text("End of the log").click()
    expect(page.get_by_text("the end of a log")).to_be_visible()

    worker.finish(other)
    expect(page.get_by_text("1 made")).to_be_visible()

    expect(page.get_by_text("the end of a log")).to_be_visible()
    expect(page.locator("summary")).to_be_focused()


def test_a_form_works_without_a_script(
    cast: Cast, live_server: str, browser: Browser, worker: WorkerProgram
) -> None:
    with window(browser, java_script_enabled=False) as page:
        sign_in(page, cast.context, live_server)
        page.goto(f"{live_server}/jobs")

        page.get_by_role("button", name="Cancel remaining jobs").click()

        expect(page.get_by_text(f"{len(PAIR_IDS)} cancelled")).to_be_visible()


def test_it_fits_a_phone(cast: Cast, live_server: str, browser: Browser, worker: WorkerProgram) -> None:
    (job,) = worker.claim()
    worker.fail(job, message="a-message-without-a-space-" * 15, log_tail="x" * 500)
    with window(browser, size=PHONE) as page:
        sign_in(page, cast.context, live_server)
        page.goto(f"{live_server}/jobs")

        assert is_as_wide_as_its_window(page)

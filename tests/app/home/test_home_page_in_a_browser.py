"""The home page in Chromium: it updates by itself, fits on a phone's screen, and copies links."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.app.results.page_windows import PHONE, chromium, is_as_wide_as_its_window, sign_in, window
from tests.cast import PAIR_IDS, Cast, Study, make_submission, small_clip, upload_clip

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with window(browser) as page:
        yield page


def test_new_clips_appear_without_a_reload(cast: Cast, live_server: str, page: Page) -> None:
    public_id = make_submission(cast.context, cast.alice, model="seine", pair_ids=(), final=False)
    sign_in(page, cast.context, live_server)
    expect(page.get_by_text("0 of 6 clips")).to_be_visible()

    for pair_id in PAIR_IDS[:2]:
        upload_clip(cast.context, cast.alice, public_id, pair_id, small_clip(shade=90))

    expect(page.get_by_text("2 of 6 clips")).to_be_visible()


def test_links_are_made_and_marked_for_copying(
    cast: Cast, study: Study, live_server: str, page: Page
) -> None:
    sign_in(page, cast.context, live_server)
    page.get_by_label("Invitation links").fill("2")
    page.get_by_role("button", name="Create links").click()

    expect(page.get_by_role("heading", name="2 new links")).to_be_visible()
    expect(page.locator("[data-module=copy][data-mounted]")).to_be_visible()
    page.get_by_role("button", name="Copy all").click()
    selected = page.evaluate("getSelection().toString() || document.activeElement.value")
    assert selected.count("/invite/") == 2


def test_a_study_is_paused_and_closed_by_keyboard(
    cast: Cast, study: Study, live_server: str, page: Page
) -> None:
    sign_in(page, cast.context, live_server)
    page.get_by_role("button", name="Pause").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Resume")).to_be_visible()

    page.get_by_role("link", name="Close").press("Enter")
    page.get_by_role("button", name="Close with 0 of 60 votes").press("Enter")

    expect(page.get_by_text("closed", exact=True)).to_be_visible()


def test_every_page_fits_a_phone(cast: Cast, study: Study, live_server: str, browser: Browser) -> None:
    with window(browser, size=PHONE, color_scheme="dark") as page:
        sign_in(page, cast.context, live_server)
        for address in (
            "/",
            "/studies/motif-study/results",
            "/studies/motif-study/close",
            "/gallery/tiny",
            f"/gallery/tiny/{PAIR_IDS[0]}",
        ):
            page.goto(live_server + address)
            assert is_as_wide_as_its_window(page), address

"""The report button in Chromium: its status during the build, the download, and a refusal."""

import zipfile
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Route, expect

from app.results.report import writer
from tests.app.results.page_voters import fill_panels
from tests.app.results.page_windows import chromium, sign_in, window
from tests.browser.polling import poll
from tests.cast import Cast

pytestmark = pytest.mark.browser

RESULTS = "/studies/motif-study/results"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def results(cast: Cast, live_server: str) -> str:
    fill_panels(cast.open_study(), people=1)
    return live_server + RESULTS


def test_the_page_says_that_it_is_being_made_and_hands_it_over_once(
    cast: Cast, live_server: str, results: str, browser: Browser
) -> None:
    asked: list[Route] = []
    with window(browser) as page:
        sign_in(page, cast.context, live_server)
        page.goto(results)
        page.route("**/report.zip", lambda route: asked.append(route))
        said, link = page.get_by_role("status"), page.get_by_role("link", name="Report ZIP")
        bar = page.get_by_role("progressbar", name="motif-study.zip")

        link.click()
        expect(said).to_contain_text("Building the report")
        with writer.building("motif-study") as step:
            step()
            expect(bar).to_have_attribute("value", "1")
        link.click()
        with page.expect_download() as download:
            poll(page, lambda: asked)[0].continue_()

        expect(said).to_contain_text("The report was downloaded.")
        expect(bar).to_have_count(0)
        assert len(asked) == 1
        assert download.value.suggested_filename == "motif-study.zip"
        assert "motif-study/README.md" in zipfile.ZipFile(download.value.path()).namelist()


def test_the_page_shows_the_servers_message_of_a_refusal(
    cast: Cast, live_server: str, results: str, browser: Browser
) -> None:
    page = browser.new_page()
    sign_in(page, cast.context, live_server)
    page.goto(results)

    with writer.building("other-study"):
        page.get_by_role("link", name="Report ZIP").click()
        expect(page.get_by_role("status")).to_contain_text("Another report is being built")

    assert page.url == results
    page.close()


def test_a_click_soon_after_a_refusal_shows_one_progress_bar(
    cast: Cast, live_server: str, results: str, browser: Browser
) -> None:
    held: list[Route] = []
    page = browser.new_page()
    page.clock.install(time=0)
    sign_in(page, cast.context, live_server)
    page.goto(results)
    page.clock.pause_at(60_000)  # the page never asks for the progress a second time
    link = page.get_by_role("link", name="Report ZIP")
    with writer.building("other-study"):
        link.click()
        expect(page.get_by_role("status")).to_contain_text("Another report is being built")
    page.route("**/report.zip", lambda route: held.append(route))

    link.click()

    poll(page, lambda: held)
    assert page.get_by_role("progressbar", name="motif-study.zip").count() == 1
    page.close()


def test_without_a_script_the_link_is_the_file(
    cast: Cast, live_server: str, results: str, browser: Browser
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, cast.context, live_server)
    page.goto(results)

    expect(page.get_by_role("status")).to_contain_text("Building the report takes a few seconds")
    with page.expect_download() as download:
        page.get_by_role("link", name="Report ZIP").click()
    assert download.value.suggested_filename == "motif-study.zip"
    context.close()

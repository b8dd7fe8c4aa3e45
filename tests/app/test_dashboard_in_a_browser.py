"""The dashboard in Chromium: new votes appear without a reload, and the focus does not move."""

import pytest
from playwright.sync_api import expect

from tests.acting import assign, vote
from tests.app.api.conftest import client_of
from tests.app.results.page_windows import PHONE, chromium, is_as_wide_as_its_window, sign_in, window
from tests.cast import Cast, enter

LAPTOP = {"width": 1366, "height": 650}

pytestmark = pytest.mark.browser


def test_the_top_of_the_page_links_to_the_flags(cast: Cast, live_server: str) -> None:
    study = cast.open_study(votes_per_comparison=1)
    with chromium() as browser, window(browser, size=LAPTOP) as page:
        sign_in(page, cast.context, live_server, name="alice")
        page.goto(f"{live_server}/studies/{study.slug}/dashboard")
        expect(page.locator("[data-url$='/flags']")).to_contain_text("No annotator has a flag.")
        summary = page.locator("#flag-summary")
        expect(summary).to_be_empty()
        voter = enter(client_of(cast.context), study)
        for _ in range(12):
            vote(voter, assign(voter, study)["token"])

        page.reload()

        link = summary.get_by_role("link", name="1 flagged annotator")
        expect(link).to_be_in_viewport()
        link.click()
        expect(page.get_by_role("table", name="Annotators with flags")).to_be_in_viewport()


def test_the_page_follows_the_votes_and_keeps_the_focus(cast: Cast, live_server: str) -> None:
    study = cast.open_study(others=["cinemo"])
    voter = enter(client_of(cast.context), study)
    vote(voter, assign(voter, study)["token"])
    with chromium() as browser, window(browser, size=PHONE) as page:
        sign_in(page, cast.context, live_server, name="alice")
        page.clock.install()
        page.get_by_role("link", name="Dashboard").click()
        page.locator("[data-url$='/live'][data-mounted]").wait_for()
        expect(page.get_by_role("region", name="Now")).to_contain_text("1 of 30")
        expect(page.locator("[data-url$='/flags']")).to_contain_text("A flag is a hint")
        link = page.get_by_role("table", name="Active annotators").get_by_role("link")
        link.focus()

        vote(voter, assign(voter, study)["token"])
        page.clock.run_for(5000)

        expect(page.get_by_role("region", name="Now")).to_contain_text("2 of 30")
        expect(link).to_be_focused()
        assert is_as_wide_as_its_window(page)

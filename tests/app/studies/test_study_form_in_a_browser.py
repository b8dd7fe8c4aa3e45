"""The form of a new study in Chromium: the estimate follows the fields, and the form creates a draft."""

import pytest
from playwright.sync_api import expect

from app.tables.studies import Study as StudyRow
from tests.app.results.page_windows import PHONE, chromium, is_as_wide_as_its_window, sign_in, window
from tests.cast import Cast

pytestmark = pytest.mark.browser


def test_the_estimate_follows_the_fields_and_the_draft_is_saved(cast: Cast, live_server: str) -> None:
    with chromium() as browser, window(browser) as page:
        sign_in(page, cast.context, live_server, name="alice")
        page.get_by_role("link", name="New study").click()
        page.locator("form[data-mounted]").wait_for()
        estimate = page.get_by_role("complementary")
        expect(estimate).to_contain_text("Choose at least two models")

        for model in ("motif", "cinemo", "dynamicrafter"):
            page.get_by_role("checkbox", name=model).check()
        page.get_by_label("Each with each").check()
        expect(estimate).to_contain_text("3 matchups, 18 comparisons, 5 votes for each")
        page.get_by_label("Votes per comparison").fill("3")
        page.get_by_label("Name").fill("Every model against every other")
        expect(estimate).to_contain_text("18 comparisons, 3 votes for each")
        page.get_by_role("button", name="Save draft").click()

        page.wait_for_url("**/open")
        page.get_by_role("link", name="Keep it a draft").click()
        expect(page.locator(".study")).to_contain_text("Every model against every other")
    with cast.context.database.read() as session:
        assert session.query(StudyRow).one().votes_per_comparison == 3


def test_a_phone_without_a_script_keeps_wrong_values_and_names_the_field(
    cast: Cast, live_server: str
) -> None:
    with chromium() as browser:
        context = browser.new_context(viewport=PHONE, java_script_enabled=False)  # type: ignore[arg-type]
        page = context.new_page()
        sign_in(page, cast.context, live_server, name="alice")
        page.goto(f"{live_server}/studies/new")
        assert is_as_wide_as_its_window(page)
        page.get_by_label("Name").fill("Even panel")
        page.get_by_role("checkbox", name="motif").check()
        page.get_by_label("Votes per comparison").fill("4")
        page.get_by_role("button", name="Save draft").click()

        expect(page.get_by_label("Votes per comparison")).to_have_attribute("aria-invalid", "true")
        expect(page.get_by_role("alert")).to_have_text("Correct the marked fields.")
        expect(page.get_by_label("Name")).to_have_value("Even panel")
        assert is_as_wide_as_its_window(page)
        context.close()

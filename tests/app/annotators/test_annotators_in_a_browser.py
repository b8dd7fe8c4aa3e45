"""The annotators' pages in Chromium: they fit on a phone's screen, and work without JavaScript."""

import pytest

from benchmark.protocol import VoteStatus
from tests.app.annotators.people import FIRST, People
from tests.app.results.page_windows import PHONE, chromium, is_as_wide_as_its_window, sign_in
from tests.cast import Cast

pytestmark = pytest.mark.browser


def test_an_annotator_is_excluded_on_a_phone_without_javascript(cast: Cast, live_server: str) -> None:
    people = People(cast, cast.open_study(others=["cinemo"], votes_per_comparison=3))
    people.comes(votes=4)
    with chromium() as browser:
        context = browser.new_context(viewport=PHONE, java_script_enabled=False)  # type: ignore[arg-type]
        page = context.new_page()
        sign_in(page, cast.context, live_server)
        page.goto(f"{live_server}/studies/motif-study/annotators")
        page.get_by_role("link", name=FIRST).click()
        page.get_by_label("Reason").fill("a test account")
        page.get_by_role("button", name="Exclude").click()
        page.get_by_text("ada excluded 4 votes.").wait_for()

        assert people.statuses(FIRST) == [VoteStatus.EXCLUDED] * 4
        context.close()


@pytest.mark.parametrize("address", ["annotators", f"annotators/{FIRST}"])
def test_a_page_is_no_wider_than_a_phone(cast: Cast, live_server: str, address: str) -> None:
    people = People(cast, cast.open_study(others=["cinemo"], votes_per_comparison=3))
    people.comes(votes=4)
    people.exclude(FIRST, "averylongwordwithoutanyspace" * 10)
    with chromium() as browser:
        page = browser.new_context(viewport=PHONE).new_page()  # type: ignore[arg-type]
        sign_in(page, cast.context, live_server)
        page.goto(f"{live_server}/studies/motif-study/{address}")

        assert is_as_wide_as_its_window(page)

"""Names of the maximum length in Chromium: no page of a study is wider than the narrowest phone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.app.results.page_voters import fill_panels
from tests.app.results.page_windows import chromium, is_as_wide_as_its_window, sign_in, window
from tests.cast import PAIR_IDS, Cast, make_submission

pytestmark = pytest.mark.browser

MODEL, LABEL = "m" * 64, "l" * 64
NARROWEST = {"width": 320, "height": 640}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def test_every_page_of_a_study_fits_the_narrowest_phone(
    cast: Cast, live_server: str, browser: Browser
) -> None:
    cast.submission_ids[MODEL] = make_submission(cast.context, cast.alice, model=MODEL, label=LABEL, shade=5)
    study = cast.open_study(others=[MODEL, "cinemo"], votes_per_comparison=1)
    fill_panels(study, people=1)

    with window(browser, size=NARROWEST) as page:
        sign_in(page, cast.context, live_server)
        for address in (
            "/",
            "/studies/motif-study/results",
            "/studies/motif-study/results/1",
            "/studies/motif-study/leaderboard",
            "/studies/motif-study/scenarios/kite",
            f"/studies/motif-study/pairs/{PAIR_IDS[0]}",
            "/studies/motif-study/annotators",
            f"/gallery/tiny/{PAIR_IDS[0]}",
        ):
            answer = page.goto(live_server + address)
            assert answer is not None
            assert answer.status == 200, address
            assert is_as_wide_as_its_window(page), address

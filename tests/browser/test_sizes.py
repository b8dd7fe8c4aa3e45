"""The display size of clips: at least the file's size if there is space, with all controls visible."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, FloatRect, Locator

from tests.browser.voting_page import VotingPage, accept_invitation
from tests.cast import Cast, Study, make_submission

SOURCE = 320


@pytest.fixture(scope="module")
def study(cast: Cast) -> Study:
    """A study of clips of 320 x 320 pixels."""
    for number, model in enumerate(("large-a", "large-b")):
        cast.submission_ids[model] = make_submission(
            cast.context, cast.alice, model=model, shade=number, width=SOURCE, height=SOURCE
        )
    return cast.open_study("sizes", others=["large-b"], reference=cast.submission_ids["large-a"])


@pytest.fixture
def voting_page(study: Study, open_voting_page: Callable[..., VotingPage]) -> VotingPage:
    voting_page = open_voting_page(study, reduced_motion="reduce")
    voting_page.wait_until_open()
    return voting_page


@pytest.fixture(scope="module")
def unchanged_page(study: Study, chromium: Browser, live_server: str) -> Iterator[VotingPage]:
    """A voting page for all tests that change only the size of the window."""
    with chromium.new_context(reduced_motion="reduce") as context:
        voting_page = accept_invitation(context.new_page(), live_server, study)
        voting_page.wait_until_open()
        yield voting_page


@pytest.mark.parametrize(
    "window", [(1920, 1080), (1440, 900), (1366, 650), (1280, 720), (1024, 768), (900, 700)]
)
def test_no_clip_is_smaller_than_its_file_while_there_is_room(
    unchanged_page: VotingPage, window: tuple[int, int]
) -> None:
    resize(unchanged_page, window)

    for video in unchanged_page.page.locator("video").all():
        assert box(video)["width"] >= SOURCE
    assert unchanged_page.page.evaluate("() => document.documentElement.scrollWidth") == window[0]
    assert bottom(unchanged_page.submit) <= window[1]


# A laptop, a landscape phone, and 1440x900, 1366x650 and 1024x768 zoomed to 200 %.
@pytest.mark.parametrize("window", [(1366, 650), (1024, 768), (844, 390), (720, 450), (683, 325), (512, 384)])
def test_clips_choice_and_submit_are_visible_together(
    unchanged_page: VotingPage, window: tuple[int, int]
) -> None:
    resize(unchanged_page, window)

    submit = box(unchanged_page.submit)
    assert submit["y"] + submit["height"] <= window[1]
    for side in "AB":
        clip = box(unchanged_page.page.get_by_label(f"Clip {side}").locator("video"))
        assert clip["y"] >= 0
        assert clip["width"] >= 110
        assert bottom(unchanged_page.side(side)) <= submit["y"]
    assert unchanged_page.page.evaluate("() => document.documentElement.scrollWidth") == window[0]


@pytest.mark.parametrize("width", [320, 390, 480, 560])
def test_the_longest_text_of_submit_fits_a_phone(voting_page: VotingPage, width: int) -> None:
    resize(voting_page, (width, 844))
    voting_page.press("a")
    voting_page.wait_for_submit("Select at least one reason")

    assert voting_page.page.evaluate("() => document.documentElement.scrollWidth") == width
    for name in ("Undo", "Skip"):
        button = box(voting_page.page.get_by_role("button", name=name).first)
        assert button["x"] >= 0
        assert button["x"] + button["width"] <= width


@pytest.mark.parametrize("window", [(844, 390), (720, 450)])
def test_a_low_window_shows_the_reasons_too(unchanged_page: VotingPage, window: tuple[int, int]) -> None:
    resize(unchanged_page, window)

    for name in ("Image alignment", "Text alignment", "Object motion", "Overall quality"):
        assert bottom(unchanged_page.reason(name)) <= box(unchanged_page.submit)["y"]


def test_the_size_can_be_a_whole_number_of_screen_pixels_per_pixel(voting_page: VotingPage) -> None:
    resize(voting_page, (1920, 1080))
    video, size = voting_page.page.locator("video").first, voting_page.page.locator("[data-part=size] span")
    fitted = box(video)["width"]
    widths = []
    for text in ("Size: 1×", "Size: 2×"):
        voting_page.press("z")
        assert size.inner_text() == text
        widths.append(box(video)["width"])

    assert widths == [SOURCE, 2 * SOURCE]

    voting_page.press("z")
    assert (size.inner_text(), box(video)["width"]) == ("Size: fit", fitted)


def test_a_size_that_no_longer_fits_is_fitted(voting_page: VotingPage) -> None:
    resize(voting_page, (1920, 1080))
    voting_page.press("z", "z")
    resize(voting_page, (1366, 650))

    voting_page.page.locator("[data-part=size] span", has_text="Size: fit").wait_for()
    assert SOURCE <= box(voting_page.page.locator("video").first)["width"] < 2 * SOURCE


def resize(voting_page: VotingPage, window: tuple[int, int]) -> None:
    voting_page.page.set_viewport_size({"width": window[0], "height": window[1]})


def box(locator: Locator) -> FloatRect:
    found = locator.bounding_box()
    assert found is not None
    return found


def bottom(locator: Locator) -> float:
    found = box(locator)
    return found["y"] + found["height"]

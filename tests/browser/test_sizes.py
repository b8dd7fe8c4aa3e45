"""The size of the clips: at least that of their files while there is room, all controls in one view."""

from collections.abc import Callable

import pytest
from playwright.sync_api import FloatRect, Locator

from tests.browser.booth import Booth
from tests.cast import Cast, Study, make_submission

SOURCE = 320


@pytest.fixture
def booth(cast: Cast, open_study: Callable[..., Study], sit_down: Callable[..., Booth]) -> Booth:
    """An annotator before clips of 320 x 320 pixels."""
    for number, model in enumerate(("large-a", "large-b")):
        if model not in cast.submission_ids:
            cast.submission_ids[model] = make_submission(
                cast.context, cast.alice, model=model, shade=number, width=SOURCE, height=SOURCE
            )
    reference = cast.submission_ids["large-a"]
    study = open_study(others=["large-b"], reference=reference)
    booth = sit_down(study, reduced_motion="reduce")
    booth.wait_until_open()
    return booth


@pytest.mark.parametrize(
    "window", [(1920, 1080), (1440, 900), (1366, 650), (1280, 720), (1024, 768), (900, 700)]
)
def test_no_clip_is_smaller_than_its_file_while_there_is_room(booth: Booth, window: tuple[int, int]) -> None:
    resize(booth, window)

    for video in booth.page.locator("video").all():
        assert box(video)["width"] >= SOURCE
    assert booth.page.evaluate("() => document.documentElement.scrollWidth") == window[0]
    assert bottom(booth.submit) <= window[1]


# A laptop, a landscape phone, and 1440x900, 1366x650 and 1024x768 zoomed to 200 %.
@pytest.mark.parametrize("window", [(1366, 650), (1024, 768), (844, 390), (720, 450), (683, 325), (512, 384)])
def test_clips_choice_and_submit_are_visible_together(booth: Booth, window: tuple[int, int]) -> None:
    resize(booth, window)

    submit = box(booth.submit)
    assert submit["y"] + submit["height"] <= window[1]
    for side in "AB":
        clip = box(booth.page.get_by_label(f"Clip {side}").locator("video"))
        assert clip["y"] >= 0
        assert clip["width"] >= 110
        assert bottom(booth.side(side)) <= submit["y"]
    assert booth.page.evaluate("() => document.documentElement.scrollWidth") == window[0]


@pytest.mark.parametrize("width", [320, 390, 480, 560])
def test_the_longest_text_of_submit_fits_a_phone(booth: Booth, width: int) -> None:
    resize(booth, (width, 844))
    booth.press("a")
    booth.wait_for_submit("Select at least one reason")

    assert booth.page.evaluate("() => document.documentElement.scrollWidth") == width
    for name in ("Undo", "Skip"):
        button = box(booth.page.get_by_role("button", name=name).first)
        assert button["x"] >= 0
        assert button["x"] + button["width"] <= width


@pytest.mark.parametrize("window", [(844, 390), (720, 450)])
def test_a_low_window_shows_the_reasons_too(booth: Booth, window: tuple[int, int]) -> None:
    resize(booth, window)

    for name in ("Image alignment", "Text alignment", "Object motion", "Overall quality"):
        assert bottom(booth.reason(name)) <= box(booth.submit)["y"]


def test_the_size_can_be_a_whole_number_of_screen_pixels_per_pixel(booth: Booth) -> None:
    resize(booth, (1920, 1080))
    video, size = booth.page.locator("video").first, booth.page.locator("[data-part=size] span")
    fitted = box(video)["width"]
    widths = []
    for text in ("Size: 1×", "Size: 2×"):
        booth.press("z")
        assert size.inner_text() == text
        widths.append(box(video)["width"])

    assert widths == [SOURCE, 2 * SOURCE]

    booth.press("z")
    assert (size.inner_text(), box(video)["width"]) == ("Size: fit", fitted)


def test_a_size_that_no_longer_fits_is_fitted(booth: Booth) -> None:
    resize(booth, (1920, 1080))
    booth.press("z", "z")
    resize(booth, (1366, 650))

    booth.page.locator("[data-part=size] span", has_text="Size: fit").wait_for()
    assert SOURCE <= box(booth.page.locator("video").first)["width"] < 2 * SOURCE


def resize(booth: Booth, window: tuple[int, int]) -> None:
    booth.page.set_viewport_size({"width": window[0], "height": window[1]})


def box(locator: Locator) -> FloatRect:
    found = locator.bounding_box()
    assert found is not None
    return found


def bottom(locator: Locator) -> float:
    found = box(locator)
    return found["y"] + found["height"]

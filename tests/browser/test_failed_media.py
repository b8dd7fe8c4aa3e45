"""An image or a clip that does not load: the page names it and loads it again on request."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.booth import PATIENCE_MS, Booth


def vote_without(booth: Booth, *files: str) -> None:
    """Vote on the first pair while these files of the next pair cannot be loaded."""
    for file in files:
        booth.page.route(f"**/media/*/{file}", lambda route: route.abort())
    booth.page.reload()
    booth.page.locator(".submit span", has_text="Retry loading").wait_for(timeout=PATIENCE_MS)


def test_a_missing_image_is_named_and_no_other_image_is_shown(booth: Booth) -> None:
    booth.page.route("**/media/*/image", lambda route: route.abort())
    token = booth.token
    # The next pair was loaded ahead: forget it, so that it is loaded without its image.
    booth.page.reload()
    booth.wait_for_submit("Retry loading the image")

    assert booth.token == token
    assert booth.page.locator("[data-media=image]").is_hidden()
    alerts = booth.page.get_by_role("alert")
    assert [alert.inner_text().split("\n")[0] for alert in alerts.all()] == ["The image did not load."]
    assert all(video.is_visible() for video in booth.page.locator("video").all())


def test_the_previous_image_never_stands_beside_the_next_text(booth: Booth) -> None:
    booth.page.wait_for_load_state("networkidle")  # the next pair is loaded
    first = booth.page.locator("[data-media=image]").get_attribute("src")
    booth.page.route("**/media/*/image", lambda route: route.abort())
    token = booth.token
    # Two pairs on: the first of them is loaded already.
    for _ in range(2):
        booth.press("a", "2", "Enter")
        other = f"[data-part=vote-form] [name=token]:not([value='{token}'])"
        booth.page.locator(other).wait_for(state="attached", timeout=PATIENCE_MS)
        token = booth.token
        shown = re.compile("Choose A or B|Retry loading the image")
        booth.page.locator(".submit span", has_text=shown).wait_for(timeout=PATIENCE_MS)
    booth.wait_for_submit("Retry loading the image")

    assert booth.page.locator("[data-media=image]").is_hidden()
    assert booth.page.locator("[data-media=image]").get_attribute("src") != first


@pytest.mark.parametrize(("file", "letter"), [("left", "A"), ("right", "B")])
def test_a_missing_clip_does_not_hide_behind_its_poster(booth: Booth, file: str, letter: str) -> None:
    vote_without(booth, file)
    clip = booth.page.get_by_role("article", name=f"Clip {letter}")

    assert booth.missing == f"Retry loading clip {letter}"
    assert clip.locator("video").is_hidden()
    expect(clip.get_by_role("alert")).to_contain_text(f"Clip {letter} did not load.")
    assert booth.page.locator("video:visible").count() == 1
    assert booth.page.locator("[data-media=image]").is_visible()


def test_retry_loads_only_what_is_missing_and_opens_the_choice(booth: Booth) -> None:
    vote_without(booth, "right", "image")
    assert booth.missing == "Retry loading the image and clip B"
    for file in ("right", "image"):
        booth.page.unroute(f"**/media/*/{file}")
    asked: list[str] = []
    booth.page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))

    booth.page.get_by_role("article", name="Clip B").get_by_role("button", name="Retry").click()
    booth.wait_until_open()

    # The next pair may be on its way already; of this one the left clip was kept.
    assert sorted(asked[:2]) == ["image", "right"]
    assert booth.page.get_by_role("alert").count() == 0
    assert booth.page.locator("video:visible").count() == 2


def test_a_pair_that_does_not_load_can_be_skipped(booth: Booth) -> None:
    token = booth.token
    vote_without(booth, "left")
    booth.page.unroute("**/media/*/left")

    booth.press("x", "1")
    booth.wait_for_next(token)

    assert booth.votes() == []

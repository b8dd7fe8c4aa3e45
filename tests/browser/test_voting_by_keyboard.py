"""Voting with the keyboard alone: single keys, Tab, and the two living together."""

from benchmark.protocol import Justification
from tests.browser.booth import Booth


def test_a_whole_vote_by_single_keys(booth: Booth) -> None:
    token = booth.token
    booth.press("b", "1", "4", "Enter")
    booth.wait_for_next(token)

    (vote,) = booth.votes()
    assert vote.choice == "right"
    assert vote.justifications == {Justification.IMAGE_ALIGNMENT, Justification.OVERALL_QUALITY}


def test_a_whole_vote_by_tab_and_space(booth: Booth) -> None:
    token = booth.token
    booth.press("Tab")  # Help
    booth.press("Tab", "Space")  # the choice
    for _ in range(20):
        booth.press("Tab")
        if booth.page.locator("[name=justifications]:focus").count():
            break
    booth.press("Space", "Enter")
    booth.wait_for_next(token)

    (vote,) = booth.votes()
    assert (vote.choice, vote.justifications) == ("left", {Justification.IMAGE_ALIGNMENT})


def test_every_shown_key_belongs_to_the_control_that_shows_it(booth: Booth) -> None:
    signs = {"ArrowLeft": "←", "ArrowRight": "→"}
    carriers = booth.page.locator("[aria-keyshortcuts]")
    for control in carriers.all():
        key = control.get_attribute("aria-keyshortcuts") or ""
        cap = control.locator("xpath=(self::*|parent::label)//kbd").first.text_content()
        assert cap == signs.get(key, key)


def test_the_arrow_keys_step_both_clips_to_the_middle_of_a_frame(booth: Booth) -> None:
    booth.press("Space")
    booth.page.locator("[data-part=scrub]").fill("2")
    booth.press("ArrowRight")
    booth.press("ArrowRight")
    booth.press("ArrowLeft")

    assert booth.frame == "4 / 8"
    times = [video.evaluate("video => video.currentTime") for video in booth.page.locator("video").all()]
    assert times == [3.5 / 8, 3.5 / 8]


def test_after_a_click_the_keys_stay_with_the_page(booth: Booth) -> None:
    booth.side("A").click()
    booth.press("Space")
    was = booth.frame
    booth.press("ArrowRight")

    assert booth.chosen == "left"
    assert booth.frame != was or was == "8 / 8"


def test_a_control_reached_with_tab_keeps_its_own_keys(booth: Booth) -> None:
    booth.page.locator("[data-opens=help]").focus()
    booth.press("Tab", "Tab", "Shift+Tab", "Space")
    booth.press("ArrowRight")

    assert booth.chosen == "right"


def test_single_keys_can_be_switched_off_for_good(booth: Booth) -> None:
    booth.press("?")
    booth.page.get_by_label("Single-key shortcuts").uncheck()
    booth.press("Escape")
    booth.press("a")
    assert booth.chosen is None

    booth.page.reload()
    booth.wait_until_open()
    booth.press("a")
    assert booth.chosen is None
    assert (
        booth.page.locator("[data-part=play] kbd").evaluate("cap => getComputedStyle(cap).visibility")
        == "hidden"
    )


def test_a_dialog_takes_the_keys_while_it_is_open(booth: Booth) -> None:
    booth.press("?", "a", "Escape")

    assert booth.chosen is None
    assert not booth.page.locator("dialog[open]").count()


def test_speed_and_loop_turn_by_key(booth: Booth) -> None:
    labels = []
    for _ in range(4):
        booth.press("s")
        labels.append(booth.page.locator("[data-part=speed] span").inner_text())
    booth.press("l")

    assert labels == ["½× speed", "¼× speed", "2× speed", "1× speed"]
    assert booth.page.locator("[data-part=loop] span").inner_text() == "Loop off"


def test_full_screen_is_left_by_choosing(booth: Booth) -> None:
    booth.press("f")
    booth.page.locator(".stage[data-full]").wait_for()
    booth.press("a")

    booth.page.locator(".stage:not([data-full])").wait_for()
    assert booth.chosen == "left"

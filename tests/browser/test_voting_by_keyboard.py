"""Voting with only the keyboard: single keys, Tab, and combinations of single keys and Tab."""

from benchmark.protocol import Justification
from tests.browser.voting_page import VotingPage


def test_a_whole_vote_by_single_keys(voting_page: VotingPage) -> None:
    token = voting_page.token
    voting_page.press("b", "1", "4", "Enter")
    voting_page.wait_for_next(token)

    (vote,) = voting_page.votes()
    assert vote.choice == "right"
    assert vote.justifications == {Justification.IMAGE_ALIGNMENT, Justification.OVERALL_QUALITY}


def test_a_whole_vote_by_tab_and_space(voting_page: VotingPage) -> None:
    token = voting_page.token
    voting_page.press("Tab")  # Help
    voting_page.press("Tab", "Space")  # the choice
    for _ in range(20):
        voting_page.press("Tab")
        if voting_page.page.locator("[name=justifications]:focus").count():
            break
    voting_page.press("Space", "Enter")
    voting_page.wait_for_next(token)

    (vote,) = voting_page.votes()
    assert (vote.choice, vote.justifications) == ("left", {Justification.IMAGE_ALIGNMENT})


def test_every_shown_key_belongs_to_the_control_that_shows_it(voting_page: VotingPage) -> None:
    signs = {"ArrowLeft": "←", "ArrowRight": "→"}
    carriers = voting_page.page.locator("[aria-keyshortcuts]")
    for control in carriers.all():
        key = control.get_attribute("aria-keyshortcuts") or ""
        cap = control.locator("xpath=(self::*|parent::label)//kbd").first.text_content()
        assert cap == signs.get(key, key)


def test_the_arrow_keys_step_both_clips_to_the_middle_of_a_frame(voting_page: VotingPage) -> None:
    voting_page.press("Space")
    voting_page.page.locator("[data-part=scrub]").fill("2")
    voting_page.press("ArrowRight")
    voting_page.press("ArrowRight")
    voting_page.press("ArrowLeft")

    assert voting_page.frame == "4 / 8"
    times = [
        video.evaluate("video => video.currentTime") for video in voting_page.page.locator("video").all()
    ]
    assert times == [3.5 / 8, 3.5 / 8]


def test_after_a_click_the_keys_stay_with_the_page(voting_page: VotingPage) -> None:
    voting_page.side("A").click()
    voting_page.press("Space")
    was = voting_page.frame
    voting_page.press("ArrowRight")

    assert voting_page.chosen == "left"
    assert voting_page.frame != was or was == "8 / 8"


def test_a_control_reached_with_tab_keeps_its_own_keys(voting_page: VotingPage) -> None:
    voting_page.page.locator("[data-opens=help]").focus()
    voting_page.press("Tab", "Tab", "Shift+Tab", "Space")
    voting_page.press("ArrowRight")

    assert voting_page.chosen == "right"


def test_single_keys_can_be_switched_off_for_good(voting_page: VotingPage) -> None:
    voting_page.press("?")
    voting_page.page.get_by_label("Single-key shortcuts").uncheck()
    voting_page.press("Escape")
    voting_page.press("a")
    assert voting_page.chosen is None

    voting_page.page.reload()
    voting_page.wait_until_open()
    voting_page.press("a")
    assert voting_page.chosen is None
    assert (
        voting_page.page.locator("[data-part=play] kbd").evaluate("cap => getComputedStyle(cap).visibility")
        == "hidden"
    )


def test_a_dialog_takes_the_keys_while_it_is_open(voting_page: VotingPage) -> None:
    voting_page.press("?", "a", "Escape")

    assert voting_page.chosen is None
    assert not voting_page.page.locator("dialog[open]").count()


def test_speed_and_loop_turn_by_key(voting_page: VotingPage) -> None:
    labels = []
    for _ in range(4):
        voting_page.press("s")
        labels.append(voting_page.page.locator("[data-part=speed] span").inner_text())
    voting_page.press("l")

    assert labels == ["½× speed", "¼× speed", "2× speed", "1× speed"]
    assert voting_page.page.locator("[data-part=loop] span").inner_text() == "Loop off"


def test_full_screen_is_left_by_choosing(voting_page: VotingPage) -> None:
    voting_page.press("f")
    voting_page.page.locator(".stage[data-full]").wait_for()
    voting_page.press("a")

    voting_page.page.locator(".stage:not([data-full])").wait_for()
    assert voting_page.chosen == "left"

"""Taking the last vote back, and giving a pair back without one."""

from collections.abc import Callable

from app.tables.voting import AssignmentStatus
from benchmark.protocol import Justification, SkipReason
from tests.browser.booth import Booth
from tests.cast import Study


def test_undo_brings_the_pair_back_with_its_former_answer(booth: Booth) -> None:
    prompt = booth.prompt
    first = booth.vote("B", "Object motion")
    second = booth.token
    booth.press("u")
    booth.wait_for_next(second)

    assert booth.token not in (first, second)
    assert booth.prompt == prompt
    assert (booth.chosen, booth.ticked) == ("right", ["object_motion"])
    assert booth.notice.inner_text().startswith("Undone.")
    assert booth.notice.get_attribute("data-shown") is not None


def test_a_corrected_vote_takes_the_place_of_the_first(booth: Booth) -> None:
    booth.vote("B", "Object motion")
    second = booth.token
    booth.press("u")
    booth.wait_for_next(second)
    undone = booth.token
    booth.press("a", "1", "Enter")
    booth.wait_for_next(undone)

    assert booth.token == second
    assert [vote.choice for vote in booth.votes()] == ["right", "left"]
    assert booth.votes()[1].justifications == {Justification.IMAGE_ALIGNMENT, Justification.OBJECT_MOTION}


def test_only_the_last_vote_can_be_undone_once(booth: Booth) -> None:
    undo = booth.page.get_by_role("button", name="Undo last")
    assert undo.is_disabled()
    booth.vote()
    assert undo.is_enabled()
    second = booth.token
    undo.click()
    booth.wait_for_next(second)

    assert undo.is_disabled()


def test_undo_works_from_the_thanks_page(sit_down: Callable[..., Booth], study: Study) -> None:
    booth = sit_down(study)
    booth.wait_until_open()
    for _ in range(int(booth.position.split(" of ")[1]) - 1):
        booth.vote()
    booth.press("a", "2", "Enter")
    booth.page.get_by_role("button", name="Change my last vote").click()
    booth.wait_until_open()

    assert (booth.chosen, booth.ticked) == ("left", ["text_alignment"])


def test_a_skip_names_its_reason_and_casts_no_vote(booth: Booth) -> None:
    token = booth.token
    booth.page.get_by_role("button", name="Skip").click()
    booth.page.get_by_role("button", name="I do not understand the text").click()
    booth.wait_for_next(token)

    skipped = booth.assignment(token)
    assert (skipped.status, skipped.skip_reason) == (AssignmentStatus.SKIPPED, SkipReason.PROMPT_UNCLEAR)
    assert booth.votes() == []


def test_a_skip_by_key_and_a_change_of_mind(booth: Booth) -> None:
    token = booth.token
    booth.press("x", "Escape")
    assert booth.token == token
    booth.press("x", "Enter")  # the way back has the focus, not a reason
    assert booth.token == token
    booth.press("x", "4")
    booth.wait_for_next(token)

    assert booth.assignment(token).status is AssignmentStatus.SKIPPED

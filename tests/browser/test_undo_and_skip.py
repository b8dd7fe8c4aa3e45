"""Undo of the last vote, and skipping a pair without a vote."""

from collections.abc import Callable

from app.tables.voting import AssignmentStatus
from benchmark.protocol import Justification, SkipReason
from tests.browser.voting_page import VotingPage
from tests.cast import Study


def test_undo_brings_the_pair_back_with_its_former_answer(voting_page: VotingPage) -> None:
    prompt = voting_page.prompt
    first = voting_page.vote("B", "Object motion")
    second = voting_page.token
    voting_page.press("u")
    voting_page.wait_for_next(second)

    assert voting_page.token not in (first, second)
    assert voting_page.prompt == prompt
    assert (voting_page.chosen, voting_page.ticked) == ("right", ["object_motion"])
    assert voting_page.notice.inner_text().startswith("Undone.")
    assert voting_page.notice.get_attribute("data-shown") is not None


def test_a_corrected_vote_replaces_the_first_vote(voting_page: VotingPage) -> None:
    voting_page.vote("B", "Object motion")
    second = voting_page.token
    voting_page.press("u")
    voting_page.wait_for_next(second)
    undone = voting_page.token
    voting_page.press("a", "1", "Enter")
    voting_page.wait_for_next(undone)

    assert voting_page.token == second
    assert [vote.choice for vote in voting_page.votes()] == ["right", "left"]
    assert voting_page.votes()[1].justifications == {
        Justification.IMAGE_ALIGNMENT,
        Justification.OBJECT_MOTION,
    }


def test_only_the_last_vote_can_be_undone_once(voting_page: VotingPage) -> None:
    undo = voting_page.page.get_by_role("button", name="Undo last")
    assert undo.is_disabled()
    voting_page.vote()
    assert undo.is_enabled()
    second = voting_page.token
    undo.click()
    voting_page.wait_for_next(second)

    assert undo.is_disabled()


def test_undo_works_from_the_thanks_page(open_voting_page: Callable[..., VotingPage], study: Study) -> None:
    voting_page = open_voting_page(study)
    voting_page.wait_until_open()
    for _ in range(int(voting_page.position.split(" of ")[1]) - 1):
        voting_page.vote()
    voting_page.press("a", "2", "Enter")
    voting_page.page.get_by_role("button", name="Change my last vote").click()
    voting_page.wait_until_open()

    assert (voting_page.chosen, voting_page.ticked) == ("left", ["text_alignment"])


def test_a_skip_names_its_reason_and_casts_no_vote(voting_page: VotingPage) -> None:
    token = voting_page.token
    voting_page.page.get_by_role("button", name="Skip").click()
    voting_page.page.get_by_role("button", name="I do not understand the text").click()
    voting_page.wait_for_next(token)

    skipped = voting_page.assignment(token)
    assert (skipped.status, skipped.skip_reason) == (AssignmentStatus.SKIPPED, SkipReason.PROMPT_UNCLEAR)
    assert voting_page.votes() == []


def test_a_skip_by_key_and_a_change_of_mind(voting_page: VotingPage) -> None:
    token = voting_page.token
    voting_page.press("x", "Escape")
    assert voting_page.token == token
    voting_page.press("x", "Enter")  # the way back has the focus, not a reason
    assert voting_page.token == token
    voting_page.press("x", "4")
    voting_page.wait_for_next(token)

    assert voting_page.assignment(token).status is AssignmentStatus.SKIPPED

"""Voting with a mouse: messages of Submit, stored votes, and controls that do not move."""

from benchmark.protocol import Justification
from tests.browser.polling import poll
from tests.browser.voting_page import VotingPage

STEADY = (".choose", ".tiles label", ".submit", "[data-part=play]", ".clip video", "[data-media=image]")


def test_a_vote_is_kept_with_its_side_and_reasons(voting_page: VotingPage) -> None:
    token = voting_page.token

    voting_page.side("B").click()
    voting_page.reason("Text alignment").click()
    voting_page.reason("Object motion").click()
    voting_page.submit.click()
    voting_page.wait_for_next(token)

    (vote,) = voting_page.votes()
    assert (vote.token, vote.choice) == (token, "right")
    assert vote.justifications == {Justification.TEXT_ALIGNMENT, Justification.OBJECT_MOTION}


def test_submit_says_what_is_missing(voting_page: VotingPage) -> None:
    said = [voting_page.missing]
    voting_page.side("A").click()
    said.append(voting_page.missing)
    voting_page.reason("Image alignment").click()
    said.append(voting_page.missing)

    assert said == ["Choose A or B", "Select at least one reason", "Submit"]


def test_submitting_too_early_sends_nothing_and_says_why(voting_page: VotingPage) -> None:
    voting_page.side("A").click()
    voting_page.submit.click(force=True)  # it looks disabled and still answers

    assert voting_page.notice.inner_text() == "Select at least one reason"
    assert voting_page.votes() == []


def test_the_reasons_ask_about_the_chosen_side(voting_page: VotingPage) -> None:
    legend = voting_page.page.locator(".why legend b")

    asked = [legend.inner_text()]
    for side in "AB":
        voting_page.side(side).click()
        asked.append(legend.inner_text())

    assert asked == ["Why is it better?", "Why is A better?", "Why is B better?"]


def test_nothing_moves_while_answering(voting_page: VotingPage) -> None:
    before = _places(voting_page)
    voting_page.side("A").click()
    voting_page.reason("Overall quality").click()

    assert _places(voting_page) == before


def test_the_page_counts_on_and_is_fresh_for_the_next_comparison(voting_page: VotingPage) -> None:
    counts = [voting_page.position]
    voting_page.vote()
    counts.append(voting_page.position)

    assert [count.split(" of ")[0] for count in counts] == ["1", "2"]
    assert (voting_page.chosen, voting_page.ticked) == (None, [])


def test_the_times_are_measured(voting_page: VotingPage) -> None:
    voting_page.page.wait_for_timeout(400)
    voting_page.vote()

    (vote,) = voting_page.votes()
    assert vote.decision_ms is not None
    assert vote.decision_ms >= 400
    assert vote.left_watched_ms is not None
    assert 100 <= vote.left_watched_ms <= vote.decision_ms


def test_the_last_vote_opens_the_last_page(voting_page: VotingPage) -> None:
    total = int(voting_page.position.split(" of ")[1])
    for _ in range(total - 1):
        voting_page.vote()
    voting_page.side("A").click()
    voting_page.reason("Text alignment").click()
    voting_page.submit.click()

    voting_page.page.get_by_role("heading", name="All done. Thank you.").wait_for()
    assert len(voting_page.votes()) == total


def test_the_next_comparison_loads_while_the_first_is_looked_at(voting_page: VotingPage) -> None:
    # Counted from before the reload: the clip ahead may arrive before this test comes to wait for it.
    loaded: list[str] = []
    voting_page.page.on(
        "response", lambda answer: loaded.append(answer.url) if answer.url.endswith("/right") else None
    )
    voting_page.page.reload()
    voting_page.wait_until_open()

    poll(voting_page.page, lambda: [url for url in loaded if voting_page.token not in url])

    assert any(voting_page.token in url for url in loaded)


def _places(voting_page: VotingPage) -> list[object]:
    return [part.bounding_box() for name in STEADY for part in voting_page.page.locator(name).all()]

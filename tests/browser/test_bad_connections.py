"""Lost connections, lost responses, two tabs, a paused study: no vote is lost or counted twice."""

from playwright.sync_api import Route, expect
from sqlalchemy import select

from app.tables.studies import Study as StudyRow
from benchmark.protocol import StudyStatus
from tests.browser.voting_page import VotingPage


def test_an_answer_given_offline_is_kept_and_sent_later(voting_page: VotingPage) -> None:
    token = voting_page.token
    voting_page.page.context.set_offline(True)
    voting_page.press("a", "2", "Enter")
    voting_page.wait_for_submit("Not saved yet: try again now")
    assert "Your answer is kept" in voting_page.notice.inner_text()
    assert voting_page.chosen == "left"

    voting_page.page.context.set_offline(False)
    voting_page.wait_for_next(token)

    assert [vote.token for vote in voting_page.votes()] == [token]


def test_a_vote_brings_the_next_pair_and_a_lost_connection_holds_up_only_the_pair_after_a_skip(
    voting_page: VotingPage,
) -> None:
    token = voting_page.token
    voting_page.page.route("**/assignments", lambda route: route.abort())
    voting_page.page.reload()
    voting_page.wait_until_open()
    voting_page.press("a", "2", "Enter")
    voting_page.wait_for_next(token)
    assert [vote.token for vote in voting_page.votes()] == [token]

    voting_page.wait_until_open()
    skipped = voting_page.token
    voting_page.press("x", "4")
    voting_page.wait_for_submit("No connection: try again now")
    voting_page.page.unroute("**/assignments")
    voting_page.submit.click()

    voting_page.wait_for_next(skipped)


def test_a_vote_whose_answer_got_lost_counts_once(voting_page: VotingPage) -> None:
    token = voting_page.token
    sent = []

    def lose_the_first_answer(route: Route) -> None:
        sent.append(route.request.post_data)
        if len(sent) == 1:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    voting_page.page.route("**/vote", lose_the_first_answer)
    voting_page.press("b", "3", "Enter")
    voting_page.wait_for_next(token)

    assert [vote.choice for vote in voting_page.votes()] == ["right"]
    assert len(sent) == 2
    assert sent[0] == sent[1]


def test_an_impatient_person_does_not_vote_twice(voting_page: VotingPage) -> None:
    token = voting_page.token
    voting_page.side("A").click()
    voting_page.reason("Text alignment").click()
    voting_page.submit.dblclick()
    voting_page.wait_for_next(token)

    assert [vote.token for vote in voting_page.votes()] == [token]


def test_a_half_given_answer_survives_a_reload(voting_page: VotingPage) -> None:
    voting_page.press("b", "2", "3")
    voting_page.page.reload()
    voting_page.wait_until_open()

    assert (voting_page.chosen, voting_page.ticked) == ("right", ["text_alignment", "object_motion"])


def test_a_different_answer_in_a_second_tab_shows_a_message_and_continues(voting_page: VotingPage) -> None:
    token = voting_page.token
    other = VotingPage(voting_page.page.context.new_page(), voting_page.study)
    other.page.goto(voting_page.page.url)
    other.wait_until_open()
    assert other.token == token
    voting_page.vote("A")

    other.press("b", "1", "Enter")
    other.wait_for_next(token)

    assert [(vote.token, vote.choice) for vote in voting_page.votes()] == [(token, "left")]
    assert other.notice.inner_text().startswith("You already voted on that pair")
    assert other.notice.is_visible()


def test_the_page_says_that_the_study_is_paused(voting_page: VotingPage) -> None:
    with voting_page.study.context.database.write() as session:
        row = session.execute(select(StudyRow).where(StudyRow.slug == voting_page.study.slug)).scalar_one()
        row.status = StudyStatus.PAUSED
    voting_page.press("a", "1", "Enter")

    voting_page.page.get_by_role("heading", name="This study is paused.").wait_for()
    assert voting_page.votes() == []


def test_after_leaving_the_study_nobody_votes_on(voting_page: VotingPage) -> None:
    voting_page.vote()
    voting_page.press("?")
    voting_page.page.get_by_role("link", name="Leave this study").click()
    voting_page.page.get_by_role("button", name="Leave and withdraw my votes").click()
    voting_page.page.get_by_role("heading", name="You have left the study.").wait_for()

    assert "1" in voting_page.page.locator(".letter p b").inner_text()
    answer = voting_page.page.goto(voting_page.page.url.replace("/withdraw", "/vote"))
    assert answer is not None
    assert answer.status == 401


def test_clips_that_take_long_are_said_to_be_in_preparation(voting_page: VotingPage) -> None:
    held: list[Route] = []
    voting_page.page.route("**/media/*/left", lambda route: held.append(route))
    voting_page.page.reload()

    expect(voting_page.notice).to_contain_text("Preparing the clips of this pair.")
    for route in held:
        route.continue_()
    voting_page.wait_until_open()

    expect(voting_page.notice).not_to_have_attribute("data-shown", "")

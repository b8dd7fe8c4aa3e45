"""Lost connections, lost answers, two tabs, a study that pauses: no vote is lost and none is doubled."""

from playwright.sync_api import Route, expect
from sqlalchemy import select

from app.tables.studies import Study as StudyRow
from benchmark.protocol import StudyStatus
from tests.browser.booth import Booth


def test_an_answer_given_offline_is_kept_and_sent_later(booth: Booth) -> None:
    token = booth.token
    booth.page.context.set_offline(True)
    booth.press("a", "2", "Enter")
    booth.wait_for_submit("Not saved yet: try again now")
    assert "Your answer is kept" in booth.notice.inner_text()
    assert booth.chosen == "left"

    booth.page.context.set_offline(False)
    booth.wait_for_next(token)

    assert [vote.token for vote in booth.votes()] == [token]


def test_a_vote_brings_the_next_pair_and_a_lost_connection_holds_up_only_the_pair_after_a_skip(
    booth: Booth,
) -> None:
    token = booth.token
    booth.page.route("**/assignments", lambda route: route.abort())
    booth.page.reload()
    booth.wait_until_open()
    booth.press("a", "2", "Enter")
    booth.wait_for_next(token)
    assert [vote.token for vote in booth.votes()] == [token]

    booth.wait_until_open()
    skipped = booth.token
    booth.press("x", "4")
    booth.wait_for_submit("No connection: try again now")
    booth.page.unroute("**/assignments")
    booth.submit.click()

    booth.wait_for_next(skipped)


def test_a_vote_whose_answer_got_lost_counts_once(booth: Booth) -> None:
    token = booth.token
    sent = []

    def lose_the_first_answer(route: Route) -> None:
        sent.append(route.request.post_data)
        if len(sent) == 1:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    booth.page.route("**/vote", lose_the_first_answer)
    booth.press("b", "3", "Enter")
    booth.wait_for_next(token)

    assert [vote.choice for vote in booth.votes()] == ["right"]
    assert len(sent) == 2
    assert sent[0] == sent[1]


def test_an_impatient_person_does_not_vote_twice(booth: Booth) -> None:
    token = booth.token
    booth.side("A").click()
    booth.reason("Text alignment").click()
    booth.submit.dblclick()
    booth.wait_for_next(token)

    assert [vote.token for vote in booth.votes()] == [token]


def test_a_half_given_answer_survives_a_reload(booth: Booth) -> None:
    booth.press("b", "2", "3")
    booth.page.reload()
    booth.wait_until_open()

    assert (booth.chosen, booth.ticked) == ("right", ["text_alignment", "object_motion"])


def test_another_answer_in_a_second_tab_leads_on_with_a_word(booth: Booth) -> None:
    token = booth.token
    other = Booth(booth.page.context.new_page(), booth.study)
    other.page.goto(booth.page.url)
    other.wait_until_open()
    assert other.token == token
    booth.vote("A")

    other.press("b", "1", "Enter")
    other.wait_for_next(token)

    assert [(vote.token, vote.choice) for vote in booth.votes()] == [(token, "left")]
    assert other.notice.inner_text().startswith("You already voted on that pair")
    assert other.notice.is_visible()


def test_a_paused_study_says_so_calmly(booth: Booth) -> None:
    with booth.study.context.database.write() as session:
        row = session.execute(select(StudyRow).where(StudyRow.slug == booth.study.slug)).scalar_one()
        row.status = StudyStatus.PAUSED
    booth.press("a", "1", "Enter")

    booth.page.get_by_role("heading", name="This study is paused.").wait_for()
    assert booth.votes() == []


def test_after_leaving_the_study_nobody_votes_on(booth: Booth) -> None:
    booth.vote()
    booth.press("?")
    booth.page.get_by_role("link", name="Leave this study").click()
    booth.page.get_by_role("button", name="Leave and withdraw my votes").click()
    booth.page.get_by_role("heading", name="You have left the study.").wait_for()

    assert "1" in booth.page.locator(".letter p b").inner_text()
    answer = booth.page.goto(booth.page.url.replace("/withdraw", "/vote"))
    assert answer is not None
    assert answer.status == 401


def test_clips_that_take_long_are_said_to_be_in_preparation(booth: Booth) -> None:
    held: list[Route] = []
    booth.page.route("**/media/*/left", lambda route: held.append(route))
    booth.page.reload()

    expect(booth.notice).to_contain_text("Preparing the clips of this pair.")
    for route in held:
        route.continue_()
    booth.wait_until_open()

    expect(booth.notice).not_to_have_attribute("data-shown", "")

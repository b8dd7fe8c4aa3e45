"""A complete study with phases in a browser, with and without JavaScript."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from app.clock import utc_now
from app.platforms.service import set_platform
from app.tables.studies import Study as StudyRow
from app.tables.voting import Assignment
from benchmark.protocol import Side, WatchGate
from benchmark.wire.phases import Phases
from benchmark.wire.platforms import Platform
from tests.app.phases.conftest import PLATFORM, WHOLE_WAY, choice_of
from tests.app.voting.test_gold import with_gold
from tests.browser.polling import poll
from tests.browser.quiz_playback import wait_for_playback
from tests.browser.voting_page import VotingPage
from tests.cast import Cast, Study


@pytest.fixture(scope="module")
def phased(cast: Cast) -> Study:
    study = with_gold(cast).open_study("walk", **WHOLE_WAY)
    with cast.context.database.write() as session:
        row = session.scalars(select(StudyRow).where(StudyRow.slug == study.slug)).one()
        set_platform(session, study=row, platform=PLATFORM, principal=cast.alice.principal, now=utc_now())
    return study


def answer_quiz(page: Page, study: Study, side: Side) -> None:
    token = page.locator("[name=token]").input_value()
    page.get_by_text("B is better" if choice_of(study, token, side) == "right" else "A is better").click()
    page.get_by_role("button", name="Answer").click()


def fits(page: Page) -> bool:
    """Return whether the page needs no horizontal scrolling, even in a window of 320 pixels."""
    size = page.viewport_size
    assert size is not None
    page.set_viewport_size({"width": 320, "height": 568})
    over: int = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    page.set_viewport_size(size)
    return over <= 0


def finish(page: Page) -> None:
    page.get_by_label("Laptop").check()
    page.get_by_label("Your age?").fill("42")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Thank you. You are finished.")).to_be_visible()
    expect(page.get_by_label("Completion code", exact=True)).to_have_value("C0MPLETE")


def test_a_complete_study_with_javascript(
    new_context: Callable[..., BrowserContext], live_server: str, phased: Study
) -> None:
    page = new_context(viewport={"width": 1366, "height": 650}).new_page()
    page.goto(f"{live_server}/invite/{phased.invite()[0]}")
    agree = page.get_by_role("button", name="Tick 2 boxes to continue")
    expect(agree).to_have_attribute("aria-disabled", "true")
    page.get_by_label("I am 18 years old or older.").check()
    expect(page.get_by_role("button", name="Tick 1 more box to continue")).to_be_visible()
    page.get_by_label("I agree to take part.").check()
    assert fits(page)
    page.get_by_role("button", name="Continue").click()

    expect(page.get_by_role("heading", name="How to compare two clips")).to_be_visible()
    page.get_by_role("button", name="Play both").first.click()
    expect(page.get_by_role("button", name="Pause").first).to_be_visible()
    assert fits(page)
    page.get_by_role("button", name="Continue: Practice").click()

    assert fits(page)
    token = page.locator("[name=token]").input_value()
    page.get_by_role("button", name="Play both").click()
    reported = wait_for_playback(page, phased, token, ("left", "complete"), ("right", "complete"))
    assert reported[:2] == [("left", "play"), ("right", "play")]
    answer_quiz(page, phased, Side.OTHER)
    expect(page.get_by_role("heading", name="Not this time.")).to_be_visible()
    assert fits(page)
    page.get_by_role("link", name="Next").click()
    answer_quiz(page, phased, Side.REFERENCE)
    expect(page.get_by_role("heading", name="Right.")).to_be_visible()
    page.get_by_role("link", name="Next").click()

    voting_page = VotingPage(page, phased)
    token = ""
    for _ in range(2):
        voting_page.wait_for_next(token)
        token = voting_page.token
        voting_page.press("b", "3", "Enter")
    expect(page.get_by_role("heading", name="A few questions")).to_be_visible()
    assert fits(page)
    finish(page)
    assert fits(page)
    expect(page.get_by_text("You go back to the platform automatically in")).to_be_visible()
    page.get_by_role("button", name="Stay here").click()
    expect(page.get_by_text("You stay on this page.")).to_be_visible()


def focus(page: Page, selector: str) -> None:
    """Press Tab until an element that matches `selector` has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab does not reach {selector}")


def is_a_on_the_left(page: Page) -> bool:
    found: bool = page.evaluate(
        """() => {
            const [a, b] = document.querySelectorAll('video');
            return a.getBoundingClientRect().right <= b.getBoundingClientRect().left;
        }"""
    )
    return found


def test_the_whole_way_by_keyboard_at_200_percent_from_right_to_left(
    new_context: Callable[..., BrowserContext], live_server: str, phased: Study
) -> None:
    """A window of 1366 x 900 pixels at a zoom of 200 % has half as many CSS pixels."""
    page = new_context(
        viewport={"width": 683, "height": 450}, device_scale_factor=2, locale="ar", reduced_motion="reduce"
    ).new_page()
    page.goto(f"{live_server}/invite/{phased.invite()[0]}")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    for number in range(2):
        focus(page, f"[name=statements][value='{number}']")
        page.keyboard.press("Space")
    assert fits(page)
    focus(page, "button.submit")
    page.keyboard.press("Enter")

    page.wait_for_url("**/instructions")
    assert fits(page)
    focus(page, "button.submit")
    page.keyboard.press("Enter")

    page.wait_for_url("**/quiz")
    assert fits(page)
    assert is_a_on_the_left(page)
    focus(page, "[name=choice]")
    token = page.locator("[name=token]").input_value()
    page.keyboard.press("Space" if choice_of(phased, token, Side.REFERENCE) == "left" else "ArrowDown")
    focus(page, "button.submit")
    page.keyboard.press("Enter")
    page.wait_for_url("**/quiz/*")
    focus(page, "a.submit")
    page.keyboard.press("Enter")

    page.wait_for_url("**/vote", wait_until="load")
    token = ""
    for _ in range(2):
        page.locator(f"[name=token]:not([value='{token}'])").first.wait_for(state="attached")
        page.locator("[name=choice]:enabled").first.wait_for(state="attached")
        assert is_a_on_the_left(page)
        token = VotingPage(page, phased).token
        for key in ("b", "3", "Enter"):
            page.keyboard.press(key)
    page.wait_for_url("**/questionnaire")
    assert fits(page)
    focus(page, "[name=screen]")
    page.keyboard.press("Space")
    focus(page, "[name=age]")
    page.keyboard.type("42")
    focus(page, "button.submit")
    page.keyboard.press("Enter")
    page.wait_for_url("**/finish")
    expect(page.locator("#code")).to_have_value("C0MPLETE")


def test_a_complete_study_without_javascript(
    new_context: Callable[..., BrowserContext], live_server: str, phased: Study
) -> None:
    page = new_context(java_script_enabled=False, viewport={"width": 390, "height": 844}).new_page()
    page.goto(f"{live_server}/invite/{phased.invite()[0]}")
    page.get_by_label("I am 18 years old or older.").check()
    page.get_by_label("I agree to take part.").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Continue: Practice").click()
    answer_quiz(page, phased, Side.REFERENCE)
    page.get_by_role("link", name="Next").click()
    for _ in range(2):
        page.get_by_text("A is better").click()
        page.get_by_text("Object motion").click()
        page.get_by_role("button", name="Submit").click()
    finish(page)
    expect(page.get_by_role("link", name="Go back now")).to_have_attribute(
        "href", "https://pay.example.org/done?cc=C0MPLETE"
    )


def is_delivered(assignment: Assignment) -> bool:
    return None not in (assignment.left_delivered_whole_at, assignment.right_delivered_whole_at)


def test_a_quiz_with_a_watch_gate_takes_an_answer_once_the_clips_are_delivered(
    new_context: Callable[..., BrowserContext], live_server: str, cast: Cast, phased: Study
) -> None:
    gated = cast.open_study("gated", **WHOLE_WAY | {"watch_gate": WatchGate.DELIVERED})
    page = new_context(viewport={"width": 1366, "height": 650}).new_page()
    page.goto(f"{live_server}/invite/{gated.invite()[0]}")
    page.get_by_label("I am 18 years old or older.").check()
    page.get_by_label("I agree to take part.").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Continue: Practice").click()
    page.get_by_role("button", name="Play both").click()
    token = page.locator("[name=token]").input_value()
    shown = VotingPage(page, gated)
    poll(page, lambda: shown.assignment(token), until=is_delivered)

    answer_quiz(page, gated, Side.REFERENCE)

    expect(page.get_by_role("heading", name="Right.")).to_be_visible()


def test_the_page_of_a_full_study_returns_to_the_platform_by_itself(
    new_context: Callable[..., BrowserContext], live_server: str, cast: Cast
) -> None:
    study = cast.open_study("full", others=["cinemo"], phases=Phases())
    url = "https://app.prolific.com/submissions/complete?cc=FULL"
    platform = Platform.model_validate({"kind": "prolific", "full": {"code": "FULL", "url": url}})
    with cast.context.database.write() as session:
        row = session.scalars(select(StudyRow).where(StudyRow.slug == study.slug)).one()
        row.unfilled_comparisons = 0
        set_platform(session, study=row, platform=platform, principal=cast.alice.principal, now=utc_now())
    page = new_context().new_page()
    page.clock.install()
    page.route("https://app.prolific.com/**", lambda route: route.fulfill(body="returned"))

    page.goto(f"{live_server}/studies/{study.slug}/join?PROLIFIC_PID=p&STUDY_ID=s&SESSION_ID=x")
    expect(page.get_by_text("You go back to the platform automatically in 10 seconds.")).to_be_visible()
    page.clock.run_for(11_000)

    expect(page).to_have_url(url)

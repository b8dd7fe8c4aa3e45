"""Voting with HTML forms, for browsers without JavaScript."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext

from app.tables.voting import AssignmentStatus
from benchmark.protocol import Justification, WatchGate
from tests.browser.conftest import LAB_HOST
from tests.browser.voting_page import VotingPage
from tests.cast import Study


@pytest.fixture
def plain(open_voting_page: Callable[..., VotingPage], study: Study) -> VotingPage:
    return open_voting_page(study, java_script_enabled=False)


def test_a_vote_by_form(plain: VotingPage) -> None:
    token = plain.token
    plain.side("B").click()
    plain.reason("Overall quality").click()
    plain.submit.click()

    (vote,) = plain.votes()
    assert (vote.token, vote.choice) == (token, "right")
    assert vote.justifications == {Justification.OVERALL_QUALITY}
    assert plain.token != token
    assert plain.page.url.endswith("/vote")


def test_a_missing_reason_is_reported_and_the_choice_is_kept(plain: VotingPage) -> None:
    token = plain.token
    plain.side("B").click()
    plain.submit.click()

    assert "at least one reason" in plain.page.get_by_role("alert").inner_text()
    assert (plain.token, plain.chosen) == (token, "right")


def test_unwatched_clips_are_reported_and_the_answer_is_kept(
    open_voting_page: Callable[..., VotingPage], open_study: Callable[..., Study]
) -> None:
    plain = open_voting_page(open_study(watch_gate=WatchGate.DELIVERED), java_script_enabled=False)
    plain.side("A").click()
    plain.reason("Text alignment").click()
    plain.submit.click()

    assert "Watch both clips" in plain.page.get_by_role("alert").inner_text()
    assert (plain.chosen, plain.ticked) == ("left", ["text_alignment"])


def test_undo_by_form_brings_the_answer_back(plain: VotingPage) -> None:
    plain.side("A").click()
    plain.reason("Image alignment").click()
    plain.submit.click()
    plain.page.get_by_role("button", name="Undo last").click()

    assert (plain.chosen, plain.ticked) == ("left", ["image_alignment"])


def test_skip_by_form(plain: VotingPage) -> None:
    token = plain.token
    plain.page.get_by_role("button", name="A clip does not play").click()

    assert plain.assignment(token).status is AssignmentStatus.SKIPPED
    assert plain.token != token


def test_forms_work_on_plain_http_in_a_lab(
    new_context: Callable[..., BrowserContext], live_server: str, study: Study
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{live_server.replace('127.0.0.1', LAB_HOST)}/invite/{study.invite()[0]}")
    page.get_by_role("link", name="Start").click()
    plain = VotingPage(page, study)
    plain.side("A").click()
    plain.reason("Image alignment").click()
    plain.submit.click()

    assert [vote.choice for vote in plain.votes()] == ["left"]


def test_only_what_works_without_a_script_is_shown(plain: VotingPage) -> None:
    assert not plain.page.locator(".scripted:visible").count()
    assert plain.page.locator("video[controls]").count() == 2
    assert plain.page.locator(".submit:visible").count() == 1

"""The buttons of the first page: open, pause, close, invite."""

import re
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from app.main import create_app
from app.tables.people import Invitation
from app.tables.studies import Study as StudyRow
from benchmark.protocol import StudyStatus
from tests.app.results.page_voters import PAGE, signed_in
from tests.cast import Cast, Study

FORMS = ("open", "pause", "close", "invitations")


def status_of(cast: Cast) -> StudyStatus:
    with cast.context.database.read() as session:
        return session.scalars(select(StudyRow.status).where(StudyRow.slug == "motif-study")).one()


def invitations(cast: Cast) -> int:
    with cast.context.database.read() as session:
        return session.execute(select(func.count()).select_from(Invitation)).scalar_one()


def test_pausing_and_going_on(cast: Cast, study: Study) -> None:
    alice = signed_in(cast.context, cast.alice)

    assert "Resume" in alice.post("/studies/motif-study/pause").text
    assert status_of(cast) is StudyStatus.PAUSED

    alice.post("/studies/motif-study/open")
    assert status_of(cast) is StudyStatus.OPEN


def test_pausing_twice_changes_nothing(cast: Cast, study: Study) -> None:
    alice = signed_in(cast.context, cast.alice)
    alice.post("/studies/motif-study/pause")

    assert alice.post("/studies/motif-study/pause").status_code == 200
    assert status_of(cast) is StudyStatus.PAUSED


def test_closing_asks_once_more_and_says_what_it_means(cast: Cast, study: Study) -> None:
    alice = signed_in(cast.context, cast.alice)

    question = alice.get("/studies/motif-study/close").text

    assert "0 of 60 votes" in question
    assert "cannot be reopened" in question
    assert status_of(cast) is StudyStatus.OPEN
    alice.post("/studies/motif-study/close")
    assert status_of(cast) is StudyStatus.CLOSED


def test_a_closed_study_cannot_be_opened(cast: Cast, study: Study) -> None:
    alice = signed_in(cast.context, cast.alice)
    alice.post("/studies/motif-study/close")

    answer = alice.post("/studies/motif-study/open")

    assert answer.status_code == 409
    assert "<h1>" in answer.text
    assert status_of(cast) is StudyStatus.CLOSED


def test_invitation_links_are_shown_once_and_work(cast: Cast, study: Study) -> None:
    alice = signed_in(cast.context, cast.alice)

    page = alice.post("/studies/motif-study/invitations", data={"count": "3"}).text

    links = re.findall(r"/invite/[A-Za-z0-9_-]{43,}", page)
    assert len(set(links)) == 3
    assert not re.search(r"/invite/[A-Za-z0-9_-]{43,}", alice.get("/").text)
    guest = TestClient(create_app(cast.context), base_url="http://testserver", headers=PAGE)
    assert "MotiF against two" in guest.get(links[0]).text


@pytest.mark.parametrize("count", ["0", "501", "-1", "five", "", "1e9", "9" * 40])
def test_a_count_that_makes_no_sense_is_refused(cast: Cast, study: Study, count: str) -> None:
    answer = signed_in(cast.context, cast.alice).post(
        "/studies/motif-study/invitations", data={"count": count}
    )

    assert answer.status_code == 422
    assert "count" in answer.text
    assert invitations(cast) == 0


def other_researcher(cast: Cast) -> TestClient:
    return signed_in(cast.context, cast.bob)


def nobody(cast: Cast) -> TestClient:
    return TestClient(create_app(cast.context), base_url="http://testserver", headers=PAGE)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("who", "status"), [(other_researcher, 404), (nobody, 401)])
def test_others_cannot_run_alices_study(
    cast: Cast, study: Study, form: str, who: Callable[[Cast], TestClient], status: int
) -> None:
    answer = who(cast).post(f"/studies/motif-study/{form}", data={"count": "1"})

    assert answer.status_code == status
    assert status_of(cast) is StudyStatus.OPEN
    assert invitations(cast) == 0


@pytest.mark.parametrize("form", FORMS)
def test_a_form_sent_from_another_site_is_refused(cast: Cast, study: Study, form: str) -> None:
    answer = signed_in(cast.context, cast.alice).post(
        f"/studies/motif-study/{form}", data={"count": "1"}, headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert answer.status_code == 403
    assert status_of(cast) is StudyStatus.OPEN
    assert invitations(cast) == 0

"""The study forms of the home page: open, pause, close, invite."""

import re
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import func, select

from app.main import create_app
from app.tables.people import Invitation
from app.tables.studies import Study as StudyRow
from benchmark.protocol import StudyStatus
from tests.app.results.page_voters import PAGE, fill_panels, signed_in
from tests.cast import Cast, Study

FORMS = ("open", "pause", "close", "invitations")
BATCH = "a" * 43


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


def test_closing_needs_a_confirmation_that_explains_the_effect(cast: Cast, study: Study) -> None:
    alice = signed_in(cast.context, cast.alice)

    question = alice.get("/studies/motif-study/close").text

    assert "0 of 60 votes" in question
    assert "accepts no more votes" in question
    assert status_of(cast) is StudyStatus.OPEN
    alice.post("/studies/motif-study/close")
    assert status_of(cast) is StudyStatus.CLOSED


def test_closing_early_warns_of_the_missing_votes(cast: Cast, study: Study) -> None:
    fill_panels(study, people=2)
    alice = signed_in(cast.context, cast.alice)

    question = alice.get("/studies/motif-study/close").text

    assert "36 of 60 votes are missing." in question
    assert "Close with 24 of 60 votes" in question


def test_a_complete_study_closes_without_a_warning(cast: Cast, study: Study) -> None:
    fill_panels(study, people=5)

    question = signed_in(cast.context, cast.alice).get("/studies/motif-study/close").text

    assert "missing" not in question
    assert "Close the study" in question


def test_a_closed_study_cannot_be_opened(cast: Cast, study: Study) -> None:
    alice = signed_in(cast.context, cast.alice)
    alice.post("/studies/motif-study/close")

    answer = alice.post("/studies/motif-study/open")

    assert answer.status_code == 409
    assert "<h1>" in answer.text
    assert status_of(cast) is StudyStatus.CLOSED


def links_on(page: Response) -> list[str]:
    return re.findall(r"/invite/[A-Za-z0-9_-]{43,}", page.text)


def test_invitation_links_are_shown_on_their_page_only_and_work(cast: Cast, study: Study) -> None:
    alice = signed_in(cast.context, cast.alice)

    page = alice.post("/studies/motif-study/invitations", data={"count": "3", "batch": BATCH})

    links = links_on(page)
    assert len(set(links)) == 3
    assert links_on(alice.get("/")) == []
    assert "MotiF against two" in nobody(cast).get(links[0]).text


def test_a_reload_or_a_second_click_creates_no_more_links(cast: Cast, study: Study) -> None:
    alice = signed_in(cast.context, cast.alice)
    form = {"count": "3", "batch": BATCH}
    page = alice.post("/studies/motif-study/invitations", data=form)
    assert page.history[0].status_code == 303

    again = alice.get(page.url)
    clicked = alice.post("/studies/motif-study/invitations", data=form)

    assert links_on(again) == links_on(page) == links_on(clicked)
    assert invitations(cast) == 3


def test_each_form_of_the_home_page_creates_links_of_its_own(cast: Cast, study: Study) -> None:
    alice = signed_in(cast.context, cast.alice)
    batches = [re.findall(r'name="batch" value="([^"]+)"', alice.get("/").text) for _ in range(2)]
    pages = [
        alice.post("/studies/motif-study/invitations", data={"count": "2", "batch": batch})
        for (batch,) in batches
    ]

    assert len({link for page in pages for link in links_on(page)}) == 4


def test_only_the_owner_sees_the_links_again(cast: Cast, study: Study) -> None:
    page = signed_in(cast.context, cast.alice).post(
        "/studies/motif-study/invitations", data={"count": "1", "batch": BATCH}
    )

    assert other_researcher(cast).get(page.url).status_code == 404
    assert nobody(cast).get(page.url).status_code == 401
    unknown = signed_in(cast.context, cast.alice).get(f"/studies/motif-study/invitations/{'b' * 43}")
    assert unknown.status_code == 404


@pytest.mark.parametrize("count", ["0", "1001", "-1", "five", "", "1e9", "9" * 40])
def test_a_count_that_makes_no_sense_is_refused(cast: Cast, study: Study, count: str) -> None:
    answer = signed_in(cast.context, cast.alice).post(
        "/studies/motif-study/invitations", data={"count": count, "batch": BATCH}
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
    answer = who(cast).post(f"/studies/motif-study/{form}", data={"count": "1", "batch": BATCH})

    assert answer.status_code == status
    assert status_of(cast) is StudyStatus.OPEN
    assert invitations(cast) == 0


@pytest.mark.parametrize("form", FORMS)
def test_a_form_sent_from_another_site_is_refused(cast: Cast, study: Study, form: str) -> None:
    answer = signed_in(cast.context, cast.alice).post(
        f"/studies/motif-study/{form}",
        data={"count": "1", "batch": BATCH},
        headers={"Sec-Fetch-Site": "cross-site"},
    )

    assert answer.status_code == 403
    assert status_of(cast) is StudyStatus.OPEN
    assert invitations(cast) == 0

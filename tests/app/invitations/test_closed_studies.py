"""Invitations to studies that accept no votes: the page states the reason and has no Start button."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from app.tables.people import Annotator
from app.tables.studies import Study as StudyRow
from benchmark.protocol import StudyStatus
from tests.cast import Cast, Study


def set_status(study: Study, status: StudyStatus) -> None:
    with study.context.database.write() as session:
        session.execute(select(StudyRow).where(StudyRow.slug == study.slug)).scalar_one().status = status


def annotators(cast: Cast) -> int:
    with cast.context.database.read() as session:
        return session.execute(select(func.count()).select_from(Annotator)).scalar_one()


@pytest.mark.parametrize(
    ("status", "title"),
    [
        (StudyStatus.DRAFT, "This study has not started yet."),
        (StudyStatus.PAUSED, "This study is paused."),
        (StudyStatus.CLOSED, "This study is closed."),
    ],
)
def test_a_study_that_is_not_open_offers_no_start(
    client: TestClient, study: Study, status: StudyStatus, title: str
) -> None:
    (token,) = study.invite()
    set_status(study, status)

    page = client.get(f"/invite/{token}")

    assert page.status_code == 200
    assert title in page.text
    assert "Start" not in page.text
    assert "You must choose one" not in page.text


def test_the_link_of_a_paused_study_works_once_it_goes_on(client: TestClient, study: Study) -> None:
    (token,) = study.invite()
    set_status(study, StudyStatus.PAUSED)
    client.get(f"/invite/{token}")
    set_status(study, StudyStatus.OPEN)

    page = client.get(f"/invite/{token}")

    assert "Start" in page.text
    assert client.get("/studies/motif-study/vote").status_code == 200


def test_an_unused_link_to_a_closed_study_makes_no_annotator(
    client: TestClient, cast: Cast, study: Study
) -> None:
    (token,) = study.invite()
    set_status(study, StudyStatus.CLOSED)

    client.get(f"/invite/{token}")

    assert annotators(cast) == 0


def test_whoever_voted_may_still_leave_a_closed_study(client: TestClient, cast: Cast, study: Study) -> None:
    (token,) = study.invite()
    client.get(f"/invite/{token}")
    set_status(study, StudyStatus.CLOSED)

    assert "This study is closed." in client.get(f"/invite/{token}").text
    assert annotators(cast) == 1
    assert client.get("/studies/motif-study/withdraw").status_code == 200


def test_a_study_closed_early_claims_no_full_panels(client: TestClient, study: Study) -> None:
    (token,) = study.invite()
    client.get(f"/invite/{token}")
    set_status(study, StudyStatus.CLOSED)

    page = client.get("/studies/motif-study/vote").text

    assert "This study is closed." in page
    assert "It accepts no more votes." in page
    assert "all the votes" not in page


def test_the_welcome_page_says_how_many_pairs_and_how_long(client: TestClient, study: Study) -> None:
    (token,) = study.invite()

    page = client.get(f"/invite/{token}").text

    assert "Up to 12 pairs, about 5 minutes." in page
    assert "You must choose one. If unsure, choose the one you like slightly more." in page
    assert "What we store" in page

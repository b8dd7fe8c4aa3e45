"""Pilot and preview invitations: votes from these invitations never count."""

import csv
import io

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.context import AppContext
from app.main import create_app
from app.results.live.recount import recount
from app.tables.studies import Comparison
from app.tables.studies import Study as StudyRow
from tests.acting import assign, refused, vote
from tests.cast import Cast, Study, enter


def links(client: TestClient, cast: Cast, study: Study, kind: str) -> str:
    answer = client.post(
        f"/api/v1/studies/{study.slug}/invitations",
        json={"count": 1, "kind": kind},
        headers=cast.alice.headers,
    )
    assert answer.status_code == 201, answer.text
    link: str = answer.json()["links"][0]
    return "/invite/" + link.rsplit("/", 1)[1]


def counted(context: AppContext) -> tuple[int, int]:
    """Return the number of taken slots and the number of counted votes over all comparisons."""
    with context.database.read() as session:
        assert recount(session, session.execute(select(StudyRow)).scalar_one()) == []
        rows = session.scalars(select(Comparison)).all()
        votes = sum(row.votes_reference + row.votes_other for row in rows)
        return sum(row.slots_taken for row in rows), votes


@pytest.mark.parametrize("kind", ["pilot", "preview"])
def test_such_a_vote_is_stored_and_counts_nowhere(
    client: TestClient, cast: Cast, study: Study, kind: str
) -> None:
    client.get(links(client, cast, study, kind))

    assert vote(client, assign(client, study)["token"]).status_code == 201

    assert counted(cast.context) == (0, 0)
    export = client.get(f"/api/v1/studies/{study.slug}/exports/votes.csv", headers=cast.alice.headers)
    rows = list(csv.DictReader(io.StringIO(export.text)))
    assert [(row["annotator"], row["status"]) for row in rows] == [(f"{kind}-001", "pilot")]


def test_a_participant_afterwards_counts_and_is_numbered_from_one(
    client: TestClient, cast: Cast, study: Study
) -> None:
    client.get(links(client, cast, study, "pilot"))
    vote(client, assign(client, study)["token"])

    with TestClient(create_app(cast.context), base_url="http://testserver") as other:
        enter(other, study)
        vote(other, assign(other, study)["token"])

    assert counted(cast.context) == (1, 1)
    export = client.get(f"/api/v1/studies/{study.slug}/exports/votes.csv", headers=cast.alice.headers)
    named = {row["annotator"]: row["status"] for row in csv.DictReader(io.StringIO(export.text))}
    assert named == {"pilot-001": "pilot", "annotator-001": "valid"}


def test_the_owner_previews_a_study_and_the_page_says_so(
    client: TestClient, cast: Cast, study: Study
) -> None:
    answer = client.post(f"/studies/{study.slug}/preview", headers=cast.alice.headers)
    assert answer.status_code == 200, answer.text

    page = client.get(f"/studies/{study.slug}/vote")

    assert "Preview: your votes do not count." in page.text


def test_a_participant_reads_nothing_about_previews(client: TestClient, study: Study) -> None:
    enter(client, study)

    assert "Preview" not in client.get(f"/studies/{study.slug}/vote").text


def test_nobody_else_can_preview_it(client: TestClient, cast: Cast, study: Study) -> None:
    answer = client.post(f"/studies/{study.slug}/preview", headers=cast.charlie.headers)

    assert answer.status_code == 404


@pytest.mark.parametrize("kind", ["judge", "imported", "owner"])
def test_annotators_of_other_kinds_get_no_invitations(
    client: TestClient, cast: Cast, study: Study, kind: str
) -> None:
    answer = client.post(
        f"/api/v1/studies/{study.slug}/invitations",
        json={"count": 1, "kind": kind},
        headers=cast.alice.headers,
    )

    refused(answer, 422, "invalid_field")


def test_an_unknown_kind_is_refused_with_the_kinds_in_plain_text(
    client: TestClient, cast: Cast, study: Study
) -> None:
    answer = client.post(
        f"/api/v1/studies/{study.slug}/invitations",
        json={"count": 1, "kind": "friend"},
        headers=cast.alice.headers,
    )

    assert answer.status_code == 422
    assert answer.json()["message"] == "kind: Input should be 'participant', 'pilot' or 'preview'"

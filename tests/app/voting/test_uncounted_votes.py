"""Votes of pilots, previews, repeats and quizzes are stored and exported, but count in no score."""

import csv
import io

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.clock import utc_now
from app.context import AppContext
from app.results.live.recount import recount
from app.security.tokens import new_token
from app.tables.studies import Comparison
from app.tables.studies import Study as StudyRow
from app.tables.voting import Assignment, AssignmentStatus
from benchmark.protocol import AnnotatorKind, AssignmentPurpose, Side
from tests.acting import assign, refused, vote
from tests.app.api.conftest import client_of
from tests.cast import Cast, Study, enter

API = "/api/v1"


def enter_as(client: TestClient, alice: TestClient, study: Study, kind: AnnotatorKind) -> TestClient:
    invited = alice.post(f"{API}/studies/{study.slug}/invitations", json={"count": 1, "kind": kind})
    secret = invited.json()["links"][0].rpartition("/")[2]
    assert client.get(f"/invite/{secret}").status_code == 200
    return client


def exported(client: TestClient, study: Study) -> list[dict[str, str]]:
    answer = client.get(f"{API}/studies/{study.slug}/exports/votes.csv")
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


def problems(context: AppContext) -> list[str]:
    with context.database.read() as session:
        return recount(session, session.scalars(select(StudyRow)).one())


def slots(context: AppContext) -> list[int]:
    with context.database.read() as session:
        return list(session.scalars(select(Comparison.slots_taken).order_by(Comparison.id)))


def show_again(context: AppContext, token: str, purpose: AssignmentPurpose) -> str:
    """Lease the comparison of a vote again for another purpose, as a study with repeats does."""
    now = utc_now()
    with context.database.write() as session:
        first = session.scalars(select(Assignment).where(Assignment.token == token)).one()
        again = Assignment(
            token=new_token(),
            study_id=first.study_id,
            comparison_id=first.comparison_id,
            pair_id=first.pair_id,
            annotator_id=first.annotator_id,
            purpose=purpose,
            takes_slot=False,
            position=first.position + 1,
            left_side=Side.OTHER,
            status=AssignmentStatus.OPEN,
            created_at=now,
            expires_at=now.replace(year=now.year + 1),
        )
        session.add(again)
        return again.token


@pytest.mark.parametrize("kind", [AnnotatorKind.PILOT, AnnotatorKind.PREVIEW])
def test_a_pilot_votes_and_nothing_is_counted(
    context: AppContext, cast: Cast, client: TestClient, kind: AnnotatorKind
) -> None:
    study = cast.open_study(others=["cinemo"], votes_per_comparison=1)
    alice = client_of(context, cast.alice)
    enter_as(client, alice, study, kind)

    card = assign(client, study)
    assert slots(context) == [0] * 6
    first = vote(client, card["token"])
    undone = client.post(f"{API}/assignments/{card['token']}/undo")
    second = vote(client, undone.json()["token"], "right")

    assert [each.status_code for each in (first, undone, second)] == [201, 200, 201]
    rows = exported(alice, study)
    assert [(row["annotator"], row["status"]) for row in rows] == [
        (f"{kind}-001", "superseded"),
        (f"{kind}-001", "pilot"),
    ]
    progress = alice.get(f"{API}/studies/{study.slug}").json()
    assert (progress["votes"], progress["annotators"]) == (0, 0)
    assert (slots(context), problems(context)) == ([0] * 6, [])


@pytest.mark.parametrize("kind", ["judge", "imported", "owner"])
def test_an_invitation_lets_in_people_only(context: AppContext, cast: Cast, kind: str) -> None:
    study = cast.open_study(others=["cinemo"])

    answer = client_of(context, cast.alice).post(
        f"{API}/studies/{study.slug}/invitations", json={"count": 1, "kind": kind}
    )

    refused(answer, 422, "invalid_field")


def test_a_participant_votes_where_a_pilot_holds_a_lease(
    context: AppContext, cast: Cast, client: TestClient
) -> None:
    study = cast.open_study(others=["cinemo"], votes_per_comparison=1)
    pilot = enter_as(client_of(context), client_of(context, cast.alice), study, AnnotatorKind.PILOT)
    held = assign(pilot, study)

    # Six comparisons want one vote each, and a participant gets all of them.
    participant = enter(client, study)
    for _ in range(6):
        assert vote(participant, assign(participant, study)["token"]).status_code == 201

    assert vote(pilot, held["token"]).status_code == 201
    assert (slots(context), problems(context)) == ([1] * 6, [])


@pytest.mark.parametrize("purpose", [AssignmentPurpose.REPEAT, AssignmentPurpose.QUIZ])
def test_a_comparison_shown_again_counts_once(
    context: AppContext, cast: Cast, client: TestClient, purpose: AssignmentPurpose
) -> None:
    study = cast.open_study(others=["cinemo"])
    annotator = enter(client, study)
    token = assign(annotator, study)["token"]
    assert vote(annotator, token).status_code == 201
    before = slots(context)

    again = show_again(context, token, purpose)
    assert vote(annotator, again, "right").status_code == 201

    rows = exported(client_of(context, cast.alice), study)
    assert [row["status"] for row in rows] == ["valid", purpose.value]
    assert (slots(context), problems(context)) == (before, [])


def test_what_is_shown_again_is_skipped_without_freeing_a_slot(
    context: AppContext, cast: Cast, client: TestClient
) -> None:
    study = cast.open_study(others=["cinemo"])
    annotator = enter(client, study)
    token = assign(annotator, study)["token"]
    assert vote(annotator, token).status_code == 201
    before = slots(context)
    again = show_again(context, token, AssignmentPurpose.REPEAT)

    skipped = annotator.post(f"{API}/assignments/{again}/skip", json={"reason": "prompt_unclear"})

    assert skipped.status_code == 204
    assert (slots(context), problems(context)) == (before, [])

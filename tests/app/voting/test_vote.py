"""A vote over HTTP, as the voting page sends it."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from app.clock import utc_now
from app.context import AppContext
from app.main import create_app
from app.results.live.recount import recount
from app.tables.studies import Comparison
from app.tables.studies import Study as StudyRow
from app.tables.voting import Assignment, Vote
from benchmark.protocol import StudyStatus, WatchGate
from tests.acting import ask, assign, refused, vote
from tests.cast import Cast, Study, enter


@pytest.fixture
def annotator(client: TestClient, study: Study) -> TestClient:
    return enter(client, study)


def end_lease(context: AppContext, token: str) -> None:
    with context.database.write() as session:
        session.execute(
            update(Assignment)
            .where(Assignment.token == token)
            .values(expires_at=utc_now() - timedelta(seconds=1))
        )


def count(context: AppContext) -> tuple[int, int]:
    """Return the numbers of taken slots and of counted votes; check both numbers with a recount."""
    with context.database.read() as session:
        study = session.execute(select(StudyRow)).scalar_one()
        assert recount(session, study) == []
        rows = session.scalars(select(Comparison)).all()
        return sum(row.slots_taken for row in rows), sum(
            row.votes_reference + row.votes_other for row in rows
        )


def test_the_same_vote_sent_again_gets_the_same_answer_and_counts_once(
    annotator: TestClient, study: Study, context: AppContext
) -> None:
    token = assign(annotator, study)["token"]

    first, again = vote(annotator, token), vote(annotator, token)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.content == again.content
    assert count(context) == (1, 1)


@pytest.mark.parametrize(
    ("choice", "reasons"), [("right", ("object_motion",)), ("left", ("text_alignment",))]
)
def test_another_answer_to_the_same_assignment_is_refused(
    annotator: TestClient, study: Study, choice: str, reasons: tuple[str, ...]
) -> None:
    token = assign(annotator, study)["token"]
    vote(annotator, token)

    refused(vote(annotator, token, choice, reasons), 409, "already_voted")


def test_the_vote_is_stored_as_the_side_and_the_submission_it_stood_for(
    annotator: TestClient, study: Study, context: AppContext
) -> None:
    token = assign(annotator, study)["token"]
    vote(annotator, token, "left", ("image_alignment", "overall_quality"))

    with context.database.read() as session:
        kept = session.execute(select(Vote)).scalar_one()
        shown = session.execute(select(Assignment).where(Assignment.token == token)).scalar_one()
        assert kept.chosen_side is shown.left_side
        assert (kept.image_alignment, kept.text_alignment) == (True, False)
        assert (kept.object_motion, kept.overall_quality) == (False, True)


def test_a_vote_without_a_required_reason_is_refused(annotator: TestClient, study: Study) -> None:
    refused(vote(annotator, assign(annotator, study)["token"], reasons=()), 422, "justification_missing")


def test_a_vote_without_a_reason_counts_where_the_study_allows_it(client: TestClient, cast: Cast) -> None:
    free = cast.open_study("free", require_justification=False)
    token = assign(enter(client, free), free)["token"]

    assert vote(client, token, reasons=()).status_code == 201


def test_a_vote_before_both_clips_were_served_is_refused(client: TestClient, cast: Cast) -> None:
    gated = cast.open_study("gated", watch_gate=WatchGate.DELIVERED)
    card = assign(enter(client, gated), gated)
    length = len(client.get(card["left_url"]).content)
    client.get(card["right_url"], headers={"Range": f"bytes=0-{length - 2}"})

    refused(vote(client, card["token"]), 409, "clips_not_delivered")
    client.get(card["right_url"], headers={"Range": f"bytes={length - 1}-"})

    assert vote(client, card["token"]).status_code == 201


def test_the_last_byte_alone_does_not_open_the_gate(client: TestClient, cast: Cast) -> None:
    gated = cast.open_study("gated", watch_gate=WatchGate.DELIVERED)
    card = assign(enter(client, gated), gated)
    client.get(card["left_url"])
    client.get(card["right_url"], headers={"Range": "bytes=-1"})

    refused(vote(client, card["token"]), 409, "clips_not_delivered")


def test_another_annotators_assignment_does_not_exist(
    annotator: TestClient, study: Study, context: AppContext
) -> None:
    token = assign(annotator, study)["token"]
    with TestClient(create_app(context)) as somebody_else:
        enter(somebody_else, study)

        refused(vote(somebody_else, token), 404, "not_found")
        assert somebody_else.get(f"/media/{token}/left").status_code == 404


def test_a_browser_without_an_invitation_gets_nothing(client: TestClient, study: Study) -> None:
    refused(ask(client, study), 401, "not_invited")


def test_a_late_vote_counts_while_its_slot_is_free(
    annotator: TestClient, study: Study, context: AppContext
) -> None:
    token = assign(annotator, study)["token"]
    end_lease(context, token)

    assert vote(annotator, token).status_code == 201
    assert count(context) == (1, 1)


def test_a_late_vote_is_refused_once_its_slot_went_to_another_annotator(
    client: TestClient, cast: Cast
) -> None:
    narrow = cast.open_study("narrow", votes_per_comparison=1, others=["cinemo"])
    token = assign(enter(client, narrow), narrow)["token"]
    end_lease(cast.context, token)
    with TestClient(create_app(cast.context)) as bold:
        enter(bold, narrow)
        while (answer := ask(bold, narrow)).status_code == 200:
            assert vote(bold, answer.json()["token"]).status_code == 201

    refused(vote(client, token), 409, "lease_expired")
    assert count(cast.context) == (6, 6)


@pytest.mark.parametrize("status", [StudyStatus.PAUSED, StudyStatus.CLOSED])
def test_a_study_that_is_not_open_takes_no_votes(
    annotator: TestClient, study: Study, context: AppContext, status: StudyStatus
) -> None:
    token = assign(annotator, study)["token"]
    with context.database.write() as session:
        session.execute(update(StudyRow).values(status=status))

    refused(vote(annotator, token), 409, "study_not_open")
    refused(ask(annotator, study), 409, "study_not_open")


def test_a_skipped_comparison_frees_its_slot_and_does_not_come_back(
    annotator: TestClient, study: Study, context: AppContext
) -> None:
    card = assign(annotator, study)
    skip = {"reason": "clip_does_not_play"}

    answers = [annotator.post(f"/api/v1/assignments/{card['token']}/skip", json=skip) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [204, 204]
    assert count(context) == (0, 0)
    refused(vote(annotator, card["token"]), 409, "already_skipped")
    seen = 0
    while (answer := ask(annotator, study)).status_code == 200:
        vote(annotator, answer.json()["token"])
        seen += 1
    assert seen == 11


def test_renewing_extends_the_lease_and_brings_back_a_lost_one(
    annotator: TestClient, study: Study, context: AppContext
) -> None:
    token = assign(annotator, study)["token"]
    end_lease(context, token)

    answer = annotator.post(f"/api/v1/assignments/{token}/renew")

    assert answer.status_code == 200
    assert assign(annotator, study)["token"] == token
    assert count(context) == (1, 0)

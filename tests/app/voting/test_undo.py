"""Undo of the last vote."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.context import AppContext
from app.results.live.recount import recount
from app.results.live.vote_rows import vote_rows
from app.tables.studies import Study as StudyRow
from benchmark.protocol import VoteStatus
from tests.acting import assign, refused, vote
from tests.cast import Study, enter


@pytest.fixture
def annotator(client: TestClient, study: Study) -> TestClient:
    return enter(client, study)


def test_undo_gives_the_same_comparison_again_with_the_former_answer(
    annotator: TestClient, study: Study
) -> None:
    before = assign(annotator, study)
    vote(annotator, before["token"], "right", ("text_alignment", "object_motion"))

    answer = annotator.post(f"/api/v1/assignments/{before['token']}/undo")

    after = answer.json()
    assert answer.status_code == 200
    assert after["prompt"] == before["prompt"]
    assert after["token"] != before["token"]
    assert after["previous"] == {"choice": "right", "justifications": ["text_alignment", "object_motion"]}
    assert assign(annotator, study)["token"] == after["token"]


def test_an_undone_vote_stays_in_the_table_as_superseded_and_names_its_successor(
    annotator: TestClient, study: Study, context: AppContext
) -> None:
    before = assign(annotator, study)
    vote(annotator, before["token"], "left")
    after = annotator.post(f"/api/v1/assignments/{before['token']}/undo").json()
    vote(annotator, after["token"], "right")

    with context.database.read() as session:
        row = session.execute(select(StudyRow)).scalar_one()
        rows = list(vote_rows(session, row))
        assert recount(session, row) == []
    assert [row.status for row in rows] == [VoteStatus.SUPERSEDED, VoteStatus.VALID]
    assert [row.replaces for row in rows] == [None, 1]
    assert rows[0].left == rows[1].left


def test_only_the_last_vote_can_be_undone_and_only_once(annotator: TestClient, study: Study) -> None:
    first = assign(annotator, study)["token"]
    vote(annotator, first)
    second = assign(annotator, study)["token"]
    vote(annotator, second)

    refused(annotator.post(f"/api/v1/assignments/{first}/undo"), 409, "not_last_vote")
    assert annotator.post(f"/api/v1/assignments/{second}/undo").status_code == 200
    refused(annotator.post(f"/api/v1/assignments/{second}/undo"), 409, "not_last_vote")


def test_a_vote_on_the_undone_token_is_refused(annotator: TestClient, study: Study) -> None:
    token = assign(annotator, study)["token"]
    vote(annotator, token)
    annotator.post(f"/api/v1/assignments/{token}/undo")

    refused(vote(annotator, token), 409, "assignment_replaced")

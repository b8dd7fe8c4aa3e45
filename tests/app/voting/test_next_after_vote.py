"""The response to a vote contains the next assignment if the request has the field `next`."""

import sqlite3
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import event, func, select, update

from app.clock import utc_now
from app.context import AppContext
from app.results.live.recount import recount
from app.tables.studies import Study as StudyRow
from app.tables.voting import Assignment, AssignmentStatus, Vote
from benchmark.protocol import StudyStatus
from tests.acting import ask, assign, refused
from tests.cast import Cast, Study, enter


def vote_on(client: TestClient, token: str, **next_request: str) -> Response:
    body = {"choice": "left", "justifications": ["object_motion"], "next": next_request}
    return client.post(f"/api/v1/assignments/{token}/vote", json=body)


def test_the_answer_to_a_vote_has_the_assignment_that_the_next_request_would_get(
    client: TestClient, study: Study
) -> None:
    first = assign(enter(client, study), study)

    following = vote_on(client, first["token"]).json()["next"]

    asked = assign(client, study)
    assert following["token"] == asked["token"] != first["token"]
    assert set(following) == set(asked)
    assert (following["done"], following["total"]) == (1, first["total"])


def test_one_request_for_each_judgement_fills_every_panel(client: TestClient, cast: Cast) -> None:
    narrow = cast.open_study("narrow", votes_per_comparison=1, others=["cinemo"])
    card = assign(enter(client, narrow), narrow)
    votes = 0
    while card is not None:
        answer = vote_on(client, card["token"])
        assert answer.status_code == 201
        card, votes = answer.json()["next"], votes + 1

    assert votes == 6
    assert ask(client, narrow).status_code == 204
    with cast.context.database.read() as session:
        assert recount(session, session.execute(select(StudyRow)).scalar_one()) == []


def test_after_an_open_assignment_the_next_assignment_follows(client: TestClient, study: Study) -> None:
    first = assign(enter(client, study), study)["token"]
    second = assign(client, study, after=first)["token"]

    third = vote_on(client, first, after=second).json()["next"]["token"]

    assert third not in (first, second)
    assert assign(client, study)["token"] == second
    assert assign(client, study, after=second)["token"] == third


def test_a_vote_sent_again_leases_nothing_more(client: TestClient, study: Study, context: AppContext) -> None:
    token = assign(enter(client, study), study)["token"]

    answers = [vote_on(client, token) for _ in range(3)]

    assert [each.status_code for each in answers] == [201, 200, 200]
    assert len({each.json()["next"]["token"] for each in answers}) == 1
    with context.database.read() as session:
        open_ones = select(func.count()).where(Assignment.status == AssignmentStatus.OPEN)
        assert session.execute(open_ones).scalar_one() == 1


def test_without_the_option_the_answer_has_no_next_assignment(client: TestClient, study: Study) -> None:
    token = assign(enter(client, study), study)["token"]
    answer = client.post(f"/api/v1/assignments/{token}/vote", json={"choice": "left", "next": None})

    refused(answer, 422, "justification_missing")
    body = {"choice": "left", "justifications": ["object_motion"]}
    assert client.post(f"/api/v1/assignments/{token}/vote", json=body).json()["next"] is None


def test_a_vote_of_a_study_that_closed_meanwhile_is_confirmed_without_a_next_assignment(
    client: TestClient, study: Study, context: AppContext
) -> None:
    token = assign(enter(client, study), study)["token"]
    vote_on(client, token)
    with context.database.write() as session:
        session.execute(update(StudyRow).values(status=StudyStatus.CLOSED))

    again = vote_on(client, token)

    assert (again.status_code, again.json()["next"]) == (200, None)


def test_an_unknown_assignment_in_after_is_refused_and_the_vote_is_not_stored(
    client: TestClient, study: Study, context: AppContext
) -> None:
    token = assign(enter(client, study), study)["token"]

    refused(vote_on(client, token, after="x" * 43), 404, "not_found")

    with context.database.read() as session:
        assert session.execute(select(func.count()).select_from(Vote)).scalar_one() == 0


def test_the_comparison_of_an_expired_lease_goes_to_the_next_annotator(
    client: TestClient, cast: Cast, study: Study
) -> None:
    left_behind = assign(enter(client, study), study)["token"]
    with cast.context.database.write() as session:
        session.execute(update(Assignment).values(expires_at=utc_now() - timedelta(seconds=1)))

    assert assign(client, study)["token"] != left_behind
    with cast.context.database.read() as session:
        row = session.execute(select(Assignment).where(Assignment.token == left_behind)).scalar_one()
        assert row.status is AssignmentStatus.EXPIRED
        assert recount(session, session.execute(select(StudyRow)).scalar_one()) == []


@pytest.mark.parametrize(("again", "most"), [(False, 12), (True, 9)])
def test_a_judgement_needs_few_statements(
    client: TestClient, study: Study, context: AppContext, again: bool, most: int
) -> None:
    token = assign(enter(client, study), study)["token"]
    if again:
        vote_on(client, token)
    statements: list[str] = []
    engine = context.database.engine

    def trace(connection: sqlite3.Connection, *_rest: object) -> None:
        connection.set_trace_callback(statements.append)

    # A vote uses the connection for writes, and could use another connection of the pool.
    with context.database.write() as session:
        writer = session.connection().connection.driver_connection
    assert isinstance(writer, sqlite3.Connection)
    trace(writer)
    event.listen(engine, "checkout", trace)
    try:
        vote_on(client, token)
    finally:
        event.remove(engine, "checkout", trace)

    assert 0 < len(statements) <= most, statements

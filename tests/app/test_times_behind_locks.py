"""A service reads the time after it gets the lock, so a change that waited has the later time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import func, select

from app.clock import utc_now
from app.context import AppContext
from app.security.participants import lock_study
from app.tables.studies import Matchup
from app.tables.studies import Study as StudyRow
from app.tables.submissions import Clip, Submission
from app.tables.voting import Assignment, Vote, VoteEvent
from benchmark.protocol import StudyStatus
from tests.acting import assign, refused, vote
from tests.app.api.conftest import clients_of_one_server
from tests.cast import PAIR_IDS, Cast, Study, enter, make_submission, set_the_stage, small_clip
from tests.races import wait_until_blocked

API = "/api/v1"


@dataclass(frozen=True)
class World:
    """Alice's open study, and an annotator who has voted on one comparison and holds another."""

    context: AppContext
    cast: Cast
    study: Study
    alice: TestClient
    annotator: TestClient
    voted: str
    held: str
    draft: str

    def newest(self, column: object) -> datetime:
        """Return the latest time of a column."""
        with self.context.database.read() as session:
            found: datetime = session.execute(select(func.max(column))).scalar_one()  # type: ignore[arg-type]
            return found


@pytest.fixture
def world(either_installation: AppContext) -> World:
    cast = set_the_stage(either_installation, pairs=3)
    study = cast.open_study(others=["cinemo"])
    draft = make_submission(
        either_installation, cast.alice, model="motif", label="new", final=False, pair_ids=PAIR_IDS[:1]
    )
    alice, annotator = clients_of_one_server(either_installation, cast.alice, cast.alice)
    del annotator.headers["Authorization"]
    enter(annotator, study)
    voted = assign(annotator, study)["token"]
    assert vote(annotator, voted).status_code == 201
    held = assign(annotator, study)["token"]
    return World(either_installation, cast, study, alice, annotator, voted, held, draft)


@dataclass(frozen=True)
class Change:
    """A request that stores a time, and the column that holds it."""

    send: Callable[[World], Response]
    column: object


def exclude(world: World) -> Response:
    address = f"{API}/studies/{world.study.slug}/annotators/annotator-001/exclude"
    return world.alice.post(address, json={"reason": "a test"})


def withdraw(world: World) -> Response:
    address = f"{API}/submissions/{world.cast.submission_ids['cinemo']}/withdraw"
    return world.alice.post(address, json={"reason": "a test"})


OF_A_STUDY = {
    "vote": Change(lambda world: vote(world.annotator, world.held), Vote.cast_at),
    "skip": Change(
        lambda world: world.annotator.post(
            f"{API}/assignments/{world.held}/skip", json={"reason": "prompt_unclear"}
        ),
        Assignment.ended_at,
    ),
    "undo": Change(
        lambda world: world.annotator.post(f"{API}/assignments/{world.voted}/undo"), Assignment.created_at
    ),
    "next": Change(
        lambda world: world.annotator.post(
            f"{API}/studies/{world.study.slug}/assignments", json={"after": world.held}
        ),
        Assignment.created_at,
    ),
    "close": Change(
        lambda world: world.alice.post(f"{API}/studies/{world.study.slug}/close"), StudyRow.closed_at
    ),
    "exclude": Change(exclude, VoteEvent.at),
    "withdraw": Change(withdraw, Matchup.closed_at),
    "leave": Change(
        lambda world: world.annotator.post(f"/studies/{world.study.slug}/withdraw"), VoteEvent.at
    ),
}
OF_A_SUBMISSION = {
    "finalise": Change(
        lambda world: world.alice.post(
            f"{API}/submissions/{world.draft}/finalise", json={"allow_partial": True}
        ),
        Submission.finalised_at,
    ),
    "upload": Change(
        lambda world: world.alice.put(
            f"{API}/submissions/{world.draft}/clips/{PAIR_IDS[1]}", content=small_clip(shade=99)
        ),
        Clip.received_at,
    ),
}


@pytest.mark.parametrize("change", OF_A_STUDY.values(), ids=OF_A_STUDY.keys())
def test_a_change_of_a_study_that_waited_is_later_than_what_it_waited_for(
    world: World, change: Change
) -> None:
    with ThreadPoolExecutor(1) as pool:
        with world.context.database.write() as session:
            lock_study(session, session.execute(select(StudyRow.id)).scalar_one())
            waiting = pool.submit(change.send, world)
            wait_until_blocked(world.context.database)
            released = utc_now()
        answer = waiting.result()

    assert answer.is_success, answer.text
    assert world.newest(change.column) >= released


@pytest.mark.parametrize("change", OF_A_SUBMISSION.values(), ids=OF_A_SUBMISSION.keys())
def test_a_change_of_a_submission_that_waited_is_later_than_what_it_waited_for(
    world: World, change: Change
) -> None:
    with ThreadPoolExecutor(1) as pool:
        with world.context.database.write() as session:
            query = select(Submission).where(Submission.public_id == world.draft)
            session.scalars(query.with_for_update()).one()
            waiting = pool.submit(change.send, world)
            wait_until_blocked(world.context.database)
            released = utc_now()
        answer = waiting.result()

    assert answer.is_success, answer.text
    assert world.newest(change.column) >= released


def test_a_vote_that_waited_for_the_end_of_its_study_is_refused(world: World) -> None:
    with ThreadPoolExecutor(1) as pool:
        with world.context.database.write() as session:
            study = lock_study(session, session.execute(select(StudyRow.id)).scalar_one())
            waiting = pool.submit(vote, world.annotator, world.held)
            wait_until_blocked(world.context.database)
            study.status, study.closed_at = StudyStatus.CLOSED, utc_now()
        answer = waiting.result()

    refused(answer, 409, "study_not_open")
    assert world.newest(Vote.cast_at) < world.newest(StudyRow.closed_at)

"""Simulated annotators with given opinions, and HTTP clients that read pages."""

from collections.abc import Callable, Iterable

from fastapi.testclient import TestClient
from sqlalchemy import select

from app.clock import utc_now
from app.context import AppContext
from app.main import create_app
from app.security.browsers import create_sign_in_link
from app.studies import service as studies
from app.tables.people import Annotator, Person
from app.tables.studies import Study as StudyRow
from app.tables.voting import Assignment, AssignmentStatus
from app.voting import leases
from app.voting import service as voting
from benchmark.protocol import Choice, Justification, Side
from benchmark.wire.votes import VoteRequest
from tests.cast import Actor, Study, enter

PAGE = {"Accept": "text/html"}
Opinion = Callable[[Assignment], Side]


def for_the_reference(_assignment: Assignment) -> Side:
    return Side.REFERENCE


def signed_in(context: AppContext, actor: Actor) -> TestClient:
    """Return a client that has signed in with the actor's sign-in link."""
    client = TestClient(create_app(context), base_url="http://testserver", headers=PAGE)
    now = utc_now()
    with context.database.write() as session:
        person = session.get_one(Person, actor.principal.person_id)
        token = create_sign_in_link(session, person=person, now=now, minutes=5)
    assert client.post(f"/sign-in/{token}").status_code == 200
    return client


def annotator(study: Study) -> TestClient:
    """Return the client of a new annotator."""
    client = TestClient(create_app(study.context), base_url="http://testserver")
    return enter(client, study)


def vote(browser: TestClient, study: Study, opinion: Opinion = for_the_reference) -> str | None:
    """Vote once; return the assignment's token, or None if no comparison is left."""
    answer = browser.post(f"/api/v1/studies/{study.slug}/assignments")
    if answer.status_code == 204:
        return None
    token: str = answer.json()["token"]
    with study.context.database.read() as session:
        assignment = session.scalars(select(Assignment).where(Assignment.token == token)).one()
        choice = _choice(assignment, opinion)
    vote_request = {"choice": choice, "justifications": ["text_alignment"]}
    voted = browser.post(f"/api/v1/assignments/{token}/vote", json=vote_request)
    assert voted.status_code == 201, voted.text
    return token


def fill_panels(study: Study, *, people: int, opinion: Opinion = for_the_reference) -> None:
    """Let new annotators vote until no comparison is left."""
    for _ in range(people):
        annotator(study)
        cast_votes(study, opinion)


def cast_votes(
    study: Study,
    opinion: Opinion = for_the_reference,
    *,
    most: int = 10_000,
    reason: Justification = Justification.TEXT_ALIGNMENT,
) -> int:
    """Let the newest annotator vote without HTTP, which is faster; return the number of votes."""
    with study.context.database.write() as session:
        row = session.scalars(select(StudyRow).where(StudyRow.slug == study.slug)).one()
        of_study = select(Annotator).where(Annotator.study_id == row.id)
        voter = session.scalars(of_study.order_by(Annotator.id.desc()).limit(1)).one()
        held = select(Assignment).where(
            Assignment.annotator_id == voter.id, Assignment.status == AssignmentStatus.OPEN
        )
        for votes in range(most):
            if leases.next_assignment(session, annotator=voter, study=row, now=utc_now()) is None:
                return votes
            assignment = session.scalars(held).one()
            request = VoteRequest(choice=_choice(assignment, opinion), justifications=(reason,))
            voting.cast_vote(session, assignment=assignment, study=row, request=request, now=utc_now())
        return most


def _choice(assignment: Assignment, opinion: Opinion) -> Choice:
    return Choice.LEFT if opinion(assignment) is assignment.left_side else Choice.RIGHT


def close(study: Study, actor: Actor) -> None:
    with study.context.database.write() as session:
        row = session.scalars(select(StudyRow).where(StudyRow.slug == study.slug)).one()
        studies.close_study(session, study=row, principal=actor.principal, now=utc_now())


def share(study: Study, owner: Actor, person: Actor, *, submissions: Iterable[str] = ()) -> None:
    """As the owner, share a study and submissions with another person over REST."""
    client = signed_in(study.context, owner)
    body = {"visibility": "shared", "people": [person.principal.name]}
    for subject in (f"studies/{study.slug}", *(f"submissions/{public_id}" for public_id in submissions)):
        answer = client.put(f"/api/v1/{subject}/visibility", json=body)
        assert answer.status_code == 200, answer.text

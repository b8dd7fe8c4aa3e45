"""Measures the pages of an owner with 100 studies, 1,000 annotators, 100,000 votes and 50 models.

One study is the open ten-model round robin (perf/round_robin.py) with 72,000 votes of 60 annotators.
The other 99 studies have one matchup, 320 comparisons and 283 votes of 9 or 10 annotators.

Run: python -m perf.owner_pages. The script creates a SQLite database in a temporary folder.
"""

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Table, insert, select, update
from sqlalchemy.orm import Session

from app.main import create_app
from app.security.identity import Principal, person_named
from app.studies.service import create_study, open_study
from app.tables.bench import Benchmark
from app.tables.people import Annotator, Invitation
from app.tables.studies import Comparison, Study
from app.tables.voting import Assignment, AssignmentStatus, Vote
from benchmark.protocol import AnnotatorKind, Justification, Role, Side, StudyStatus
from benchmark.wire.drafts import MatchupRequest, StudyRequest
from perf.results_page import sign_in
from perf.round_robin import STUDY, round_robin
from perf.synthetic_studies import MODELS as ROUND_ROBIN_MODELS
from perf.synthetic_studies import add_submission

STUDIES, VOTES, PEOPLE = 100, 283, 950
INVITATIONS = 1000
ROUNDS = 9
TARGET_MS = 100
DRAFT = "draft"
MODELS = 50
PAGES = (
    "/",
    f"/studies/{STUDY}/dashboard",
    f"/studies/{STUDY}/dashboard/live",
    f"/studies/{STUDY}/dashboard/flags",
    "/studies/small-1/dashboard",
    f"/studies/{STUDY}/annotators",
    "/studies/small-1/annotators",
    f"/studies/{STUDY}/annotators/a001",
    "/studies/small-1/annotators/a001",
    f"/studies/{STUDY}/annotators/a001/history",
    "/studies/small-1/annotators/a001/history",
    f"/studies/{STUDY}/crowd",
    f"/studies/{STUDY}/extend",
    f"/studies/{DRAFT}/edit",
    f"/studies/{DRAFT}/open",
    f"/studies/{DRAFT}/dashboard",
    "/studies/new",
    "/compare",
    "/annotators",
    "/annotators?text=a0",
    f"/studies/{STUDY}/close",
    f"/studies/{STUDY}/delete",
    f"/studies/{STUDY}/invitations",
    "/benchmarks",
    "/benchmarks/large",
    "/models",
    "/models/model-0",
    f"/submissions/{0:016x}",
    f"/submissions/{0:016x}/metrics",
    "/submissions/new",
    "/submissions/progress",
    "/gallery/large",
    "/gallery/large/scene0_it_moves",
    "/jobs",
    "/jobs/progress",
    "/tasks",
    "/people",
    "/settings",
)


def main() -> None:
    with round_robin(status=StudyStatus.OPEN) as context, TestClient(create_app(context)) as client:
        with context.database.write() as session:
            _add_small_studies(session)
        list(context.pages.compiled_templates())  # as the server does after a start
        sign_in(client, context)
        print(
            "| page | first ms | first processor ms | median ms | processor ms |\n|---|---:|---:|---:|---:|"
        )
        for page in PAGES:
            _print_row(page, [_timed(client.get, page) for _ in range(ROUNDS + 1)])
        _print_row("POST /studies/new/estimate", [_estimated(client) for _ in range(ROUNDS + 1)])
        print(f"target: {TARGET_MS} ms")


def _print_row(page: str, times: list[tuple[float, float]]) -> None:
    first, *again = times
    median, processor = (statistics.median(each) for each in zip(*again, strict=True))
    print(f"| {page} | {first[0]:.0f} | {first[1]:.0f} | {median:.0f} | {processor:.0f} |", flush=True)


def _estimated(client: TestClient) -> tuple[float, float]:
    """Measure the time of the form's estimate for a round robin of all models (1,225 matchups)."""
    form = {"benchmark": "large", "comparisons": "round_robin", "votes_per_comparison": "5"}
    sides = [f"{number:016x}" for number in range(MODELS)]
    return _timed(client.post, "/studies/new/estimate", data=form | {"sides": sides})


def _timed(request: Callable[..., Response], page: str, **arguments: object) -> tuple[float, float]:
    """Return the time of a request, and the processor time of server and client, in milliseconds."""
    started, processor = time.perf_counter(), time.process_time()
    answer = request(page, **arguments)
    assert answer.status_code == 200, (page, answer.text)
    return 1000 * (time.perf_counter() - started), 1000 * (time.process_time() - processor)


def _add_small_studies(session: Session) -> None:
    owner = person_named(session, name="owner", role=Role.RESEARCHER, now=datetime.now(UTC))
    principal = Principal(owner.id, owner.name, owner.role)
    now = datetime.now(UTC)
    # The votes of the large study end now, so that the dashboard has votes to count.
    newest = session.scalars(select(Vote.cast_at).order_by(Vote.id.desc()).limit(1)).one()
    _shift_votes(session, now - newest)
    for number in range(1, STUDIES):
        study = _new_study(session, f"small-{number}", principal, now)
        open_study(session, study=study, principal=principal, now=now)
        _vote(session, study, PEOPLE * number // (STUDIES - 1) - PEOPLE * (number - 1) // (STUDIES - 1), now)
    _new_study(session, DRAFT, principal, now)
    _add_invitations(session, now)
    benchmark = session.scalars(select(Benchmark).where(Benchmark.slug == "large")).one()
    for number in range(ROUND_ROBIN_MODELS, MODELS):
        add_submission(session, owner.id, benchmark, number)


def _add_invitations(session: Session, now: datetime) -> None:
    """Add an invitation for each annotator of the large study, and unused invitations."""
    study = session.scalars(select(Study).where(Study.slug == STUDY)).one()
    annotators = session.scalars(select(Annotator.id).where(Annotator.study_id == study.id)).all()
    rows = [
        {"study_id": study.id, "token_hash": f"{number:064x}", "annotator_id": annotator, "created_at": now}
        for number, annotator in enumerate([*annotators, *[None] * (INVITATIONS - len(annotators))])
    ]
    session.execute(insert(Invitation), [row | {"kind": AnnotatorKind.PARTICIPANT} for row in rows])


def _shift_votes(session: Session, by: timedelta) -> None:
    rows = session.execute(select(Vote.id, Vote.cast_at)).all()
    session.execute(update(Vote), [{"id": row.id, "cast_at": row.cast_at + by} for row in rows])


def _new_study(session: Session, slug: str, principal: Principal, now: datetime) -> Study:
    sides = MatchupRequest(reference=f"{0:016x}", other=f"{1:016x}")
    request = StudyRequest(slug=slug, title=slug, benchmark="large", matchups=[sides])
    return create_study(session, request=request, principal=principal, now=now)


def _vote(session: Session, study: Study, people: int, now: datetime) -> None:
    annotators = [
        Annotator(study_id=study.id, pseudonym=f"a{number:03}", created_at=now) for number in range(people)
    ]
    session.add_all(annotators)
    session.flush()
    comparisons = session.execute(
        select(Comparison.id, Comparison.pair_id).where(Comparison.study_id == study.id).limit(VOTES)
    ).all()
    assignments, votes = [], []
    for number, comparison in enumerate(comparisons):
        place = {
            "study_id": study.id,
            "comparison_id": comparison.id,
            "annotator_id": annotators[number % people].id,
        }
        at = now - timedelta(minutes=number)
        token = f"{study.id:03}-{number:039}"
        assignments.append(
            place
            | {"token": token, "pair_id": comparison.pair_id, "position": number, "left_side": Side.REFERENCE}
            | {"status": AssignmentStatus.VOTED, "created_at": at, "expires_at": at}
            | {"left_delivered": 0, "right_delivered": 0}
        )
        votes.append(
            place | {"chosen_side": Side.REFERENCE, "chosen_id": 1, "cast_at": at, "decision_ms": 9000}
        )
    _insert(session, Assignment, assignments)
    ids = session.scalars(
        select(Assignment.id).where(Assignment.study_id == study.id).order_by(Assignment.id)
    )
    reasons = dict.fromkeys(map(str, Justification), True)
    rows = [row | reasons | {"assignment_id": id} for row, id in zip(votes, ids, strict=True)]
    _insert(session, Vote, rows)
    session.execute(
        update(Comparison)
        .where(Comparison.id.in_([row.id for row in comparisons]))
        .values(slots_taken=1, votes_reference=1)
    )


def _insert(
    session: Session, row_class: type[Assignment] | type[Vote], rows: list[dict[str, object]]
) -> None:
    table = row_class.__table__
    assert isinstance(table, Table)
    session.execute(insert(table), rows)


if __name__ == "__main__":
    main()

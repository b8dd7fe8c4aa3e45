"""Forty simultaneous annotators: every panel ends with exactly its votes, on both databases.

For comparison, Potato in the same situation: 4 to 10 of 50 comparisons had too many votes, 7 to 8 had too
few.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Barrier

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.context import AppContext
from app.results.live.recount import recount
from app.security.participants import lock_study
from app.tables.bench import Pair
from app.tables.people import Annotator
from app.tables.studies import Comparison
from app.tables.studies import Study as StudyRow
from app.tables.voting import Assignment
from app.voting import leases, service
from benchmark.protocol import Choice, Justification
from benchmark.wire.votes import VoteRequest
from tests.cast import set_the_stage

COMPARISONS = 50
PANEL = 5
VOTE = VoteRequest(choice=Choice.LEFT, justifications=(Justification.OBJECT_MOTION,))


@dataclass
class Crowd:
    """Annotators who vote by calling the service, without browsers."""

    context: AppContext
    study_id: int
    people: list[int]
    everybody_holds_one: Barrier = field(init=False)

    def __post_init__(self) -> None:
        self.everybody_holds_one = Barrier(len(self.people))

    def next(self, person: int) -> str | None:
        with self.context.database.write() as session:
            study = lock_study(session, self.study_id)
            annotator = session.get_one(Annotator, person)
            lease = leases.next_assignment(session, annotator=annotator, study=study, now=utc_now())
            return lease.token if lease else None

    def vote(self, token: str) -> None:
        with self.context.database.write() as session:
            study = lock_study(session, self.study_id)
            held = session.execute(select(Assignment).where(Assignment.token == token)).scalar_one()
            service.cast_vote(session, assignment=held, study=study, request=VOTE, now=utc_now())

    def judge_all(self, person: int) -> int:
        votes = 0
        while (token := self.next(person)) is not None:
            self.vote(token)
            votes += 1
        return votes

    def come(self, person: int, *, leaves: bool) -> int:
        """Lease a first comparison at the same time as all others; then leave, or vote on all comparisons."""
        first = self.next(person)
        assert first is not None
        self.everybody_holds_one.wait(timeout=60)
        return 0 if leaves else self.judge_all(person)

    def end_all_leases(self) -> None:
        with self.context.database.write() as session:
            session.execute(update(Assignment).values(expires_at=utc_now() - timedelta(seconds=1)))


def gather(context: AppContext, *, people: int) -> Crowd:
    set_the_stage(context).open_study(others=["cinemo"])
    with context.database.write() as session:
        study = session.execute(select(StudyRow)).scalar_one()
        _lay_out_fifty(session, study)
        annotators = [
            Annotator(study_id=study.id, pseudonym=f"annotator-{number}", created_at=utc_now())
            for number in range(people)
        ]
        session.add_all(annotators)
        session.flush()
        return Crowd(context, study.id, [annotator.id for annotator in annotators])


def _lay_out_fifty(session: Session, study: StudyRow) -> None:
    """Add comparisons on synthetic pairs until there are fifty; no annotator fetches their clips."""
    first = session.scalars(select(Comparison).order_by(Comparison.id)).all()
    study.unfilled_comparisons = COMPARISONS
    known = session.scalars(select(Pair)).all()[0]
    for number in range(COMPARISONS - len(first)):
        pair = Pair(
            benchmark_id=known.benchmark_id,
            position=100 + number,
            name=f"crowd{number}_moves",
            prompt="moves",
            scenario="crowd",
            image=f"crowd{number}",
            image_key=known.image_key,
            image_type=known.image_type,
            tags={},
        )
        session.add(pair)
        session.flush()
        comparison = {
            "study_id": study.id,
            "matchup_id": first[0].matchup_id,
            "pair_id": pair.id,
            "is_open": True,
            "slots_taken": 0,
            "draws": 0,
            "shuffle_key": number,
        }
        session.execute(insert(Comparison), [comparison])


def test_forty_annotators_at_once_fill_every_panel_exactly(either_installation: AppContext) -> None:
    crowd = gather(either_installation, people=40)
    leavers, stayers = crowd.people[:8], crowd.people[8:]

    with ThreadPoolExecutor(40) as pool:
        votes = list(pool.map(lambda person: crowd.come(person, leaves=person in leavers), crowd.people))
    crowd.end_all_leases()
    with ThreadPoolExecutor(32) as pool:
        votes_after = list(pool.map(crowd.judge_all, stayers))

    assert (sum(votes), sum(votes_after)) == (COMPARISONS * PANEL - 8, 8)
    with either_installation.database.read() as session:
        rows = session.scalars(select(Comparison)).all()
        assert [row.votes_reference + row.votes_other for row in rows] == [PANEL] * COMPARISONS
        assert recount(session, session.execute(select(StudyRow)).scalar_one()) == []

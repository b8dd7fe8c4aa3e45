"""A small study with votes, for the tests of annotators."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.annotators.audit import Changed, Decision
from app.annotators.service import exclude_annotator, find_annotator, reinstate_annotator
from app.clock import utc_now
from app.context import AppContext
from app.panels.vote_status import votes_with_status
from app.results.live.recount import recount
from app.tables.people import Annotator
from app.tables.studies import Comparison
from app.tables.studies import Study as StudyRow
from benchmark.protocol import VoteStatus
from tests.app.results.page_voters import Opinion, annotator, cast_votes, for_the_reference
from tests.cast import Cast, Study, set_the_stage

FIRST, SECOND = "annotator-001", "annotator-002"


@dataclass(frozen=True)
class People:
    """Alice's study with one matchup on a few pairs, with methods that exclude and reinstate annotators."""

    cast: Cast
    study: Study

    def comes(self, *, votes: int, opinion: Opinion = for_the_reference) -> TestClient:
        """Let a new annotator vote `votes` times; return the annotator's browser."""
        browser = annotator(self.study)
        assert cast_votes(self.study, opinion, most=votes) == votes
        return browser

    def exclude(self, name: str, reason: str = "always side A") -> Changed:
        return self._decide(exclude_annotator, name, reason)

    def reinstate(self, name: str, reason: str = "it was a mistake") -> Changed:
        return self._decide(reinstate_annotator, name, reason)

    def statuses(self, name: str) -> list[VoteStatus]:
        with self.cast.context.database.read() as session:
            return [each.status for each in votes_with_status(session, annotator_id=self._row(name).id)]

    def slots_taken(self) -> list[int]:
        with self.cast.context.database.read() as session:
            return list(session.scalars(select(Comparison.slots_taken).order_by(Comparison.id)))

    def differences(self) -> list[str]:
        """Return the errors that a recount of the votes finds."""
        with self.cast.context.database.read() as session:
            return recount(session, self._study_row(session))

    def _decide(self, decide: Callable[..., Changed], name: str, reason: str) -> Changed:
        with self.cast.context.database.write() as session:
            study = self._study_row(session)
            person = find_annotator(session, study=study, pseudonym=name)
            decision = Decision.of(reason, principal=self.cast.alice.principal, now=utc_now())
            return decide(session, study=study, annotator=person, decision=decision)

    def _row(self, name: str) -> Annotator:
        with self.cast.context.database.read() as session:
            return find_annotator(session, study=self._study_row(session), pseudonym=name)

    def _study_row(self, session: Session) -> StudyRow:
        return session.scalars(select(StudyRow).where(StudyRow.slug == self.study.slug)).one()


def gather(context: AppContext, *, pairs: int = 2, panel: int = 1) -> People:
    """Open a study of one matchup on `pairs` pairs."""
    cast = set_the_stage(context, pairs=pairs)
    return People(cast, cast.open_study(others=["cinemo"], votes_per_comparison=panel))

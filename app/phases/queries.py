"""Reads the answers that annotators gave in the phases of a study."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.tables.people import Annotator
from app.tables.phases import AnnotatorPhase
from app.tables.studies import Study
from benchmark.wire.phases import PhaseAnswerResponse


def phase_answers(session: Session, study: Study) -> list[PhaseAnswerResponse]:
    """Return the ended phases of all annotators, ordered by annotator and time."""
    rows = session.execute(
        select(Annotator.pseudonym, AnnotatorPhase)
        .join(Annotator, Annotator.id == AnnotatorPhase.annotator_id)
        .where(Annotator.study_id == study.id)
        .order_by(Annotator.id, AnnotatorPhase.at)
    )
    return [
        PhaseAnswerResponse(
            annotator=pseudonym,
            phase=row.phase,
            version=row.version,
            answers=row.answers,
            outcome=row.outcome,
            at=row.at,
        )
        for pseudonym, row in rows
    ]

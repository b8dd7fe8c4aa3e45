"""Finds an annotator's current phase of a study, and records the phases that the annotator has ended.

A study without phases consists of the voting only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import Conflict
from app.tables.people import Annotator
from app.tables.phases import AnnotatorPhase
from app.tables.studies import Study, StudyProtocol
from benchmark.protocol import Outcome, Phase
from benchmark.wire.phases import Phases

# Every quiz question has this position. The comparisons after the quiz have the positions from 1.
QUIZ_POSITION = 0


@dataclass(frozen=True)
class PhaseProgress:
    """The phases of a study that one annotator has ended."""

    order: tuple[Phase, ...]
    ended: Mapping[Phase, AnnotatorPhase]

    @property
    def due(self) -> Phase:
        """Return the first phase that the annotator has not passed; after all phases, the last page."""
        left = [each for each in self.order if each not in self.ended or not self.ended[each].passed]
        return left[0] if left else Phase.FINISH

    @property
    def outcome(self) -> Outcome | None:
        """Return the outcome of the study for this annotator; None if the annotator can still continue."""
        failed = [row.outcome for row in self.ended.values() if row.outcome is not None]
        if failed:
            return failed[0]
        return Outcome.COMPLETED if self.due is Phase.FINISH else None


def study_phases(study: Study) -> Phases | None:
    return Phases.model_validate(study.phases) if study.phases is not None else None


def phase_progress(session: Session, *, phases: Phases, annotator_id: int) -> PhaseProgress:
    rows = session.scalars(select(AnnotatorPhase).where(AnnotatorPhase.annotator_id == annotator_id))
    return PhaseProgress(phases.order, {row.phase: row for row in rows})


def is_voting_due(session: Session, *, study: Study, annotator_id: int) -> bool:
    """Return whether the annotator may vote; always True in a study without phases."""
    phases = study_phases(study)
    if phases is None:
        return True
    progress = phase_progress(session, phases=phases, annotator_id=annotator_id)
    return progress.outcome is None and progress.due is Phase.VOTING


def require_voting(session: Session, *, study: Study, annotator_id: int) -> None:
    """Refuse a request that belongs to the voting if the annotator is in another phase of the study."""
    if not is_voting_due(session, study=study, annotator_id=annotator_id):
        raise Conflict(
            "Another step of this study comes first. Reload the page to continue with it.",
            code="other_phase",
        )


def end_phase(
    session: Session,
    *,
    study: Study,
    annotator_id: int,
    phase: Phase,
    answers: Mapping[str, Any],
    outcome: Outcome | None = None,
    now: datetime,
) -> None:
    """Record that an annotator ended a phase. If an outcome is passed, the study ends for this annotator.

    Ending a phase again changes nothing: the first answers are kept.
    """
    if session.get(AnnotatorPhase, (annotator_id, phase)) is not None:
        return
    session.add(
        AnnotatorPhase(
            annotator_id=annotator_id,
            phase=phase,
            version=protocol_version(session, study),
            answers=dict(answers),
            passed=outcome is None,
            outcome=outcome,
            at=now,
        )
    )
    session.flush()


def protocol_version(session: Session, study: Study) -> int:
    """Return the number of the newest protocol version of an opened study."""
    return session.execute(
        select(func.max(StudyProtocol.version)).where(StudyProtocol.study_id == study.id)
    ).scalar_one()


def end_voting(session: Session, *, study: Study, annotator_id: int, done: int, now: datetime) -> None:
    """Record that no comparison is left for an annotator. Excluded annotators do not pass the voting.

    Args:
        done: the number of comparisons that the annotator did; 0 means that the study was full, because all
            comparisons had enough votes.
    """
    is_excluded = session.get_one(Annotator, annotator_id).excluded_at is not None
    outcome = Outcome.QUALITY_FAILED if is_excluded else None if done else Outcome.FULL
    end_phase(
        session,
        study=study,
        annotator_id=annotator_id,
        phase=Phase.VOTING,
        answers={"comparisons": done},
        outcome=outcome,
        now=now,
    )

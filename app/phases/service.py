"""Ends the phases of an annotator, and stores the answers."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from app.errors import Conflict, Invalid
from app.invitations.service import withdraw_annotator
from app.languages.study_texts import StudyWording
from app.panels.phases import PhaseProgress, end_phase, end_voting, phase_progress, study_phases
from app.panels.progress import progress_of
from app.phases.quiz import settle_quiz
from app.tables.people import Annotator
from app.tables.phases import AnnotatorPhase
from app.tables.studies import Study, StudyProtocol
from benchmark.protocol import Phase, StudyStatus
from benchmark.wire.phases import Phases


def current_progress(
    session: Session, *, study: Study, phases: Phases, annotator: Annotator, now: datetime
) -> PhaseProgress:
    """End a finished quiz, and the voting of a closed study; return the annotator's progress.

    The study must be locked.
    """
    progress = phase_progress(session, phases=phases, annotator_id=annotator.id)
    if progress.outcome is None and progress.due is Phase.QUIZ and phases.quiz is not None:
        settle_quiz(session, study=study, annotator_id=annotator.id, quiz=phases.quiz, now=now)
    elif progress.outcome is None and study.status is StudyStatus.CLOSED:
        if progress.due not in (Phase.QUESTIONNAIRE, Phase.FINISH):
            done = progress_of(session, study=study, annotator_id=annotator.id).done
            end_voting(session, study=study, annotator_id=annotator.id, done=done, now=now)
    else:
        return progress
    return phase_progress(session, phases=phases, annotator_id=annotator.id)


def give_consent(
    session: Session,
    *,
    study: Study,
    annotator: Annotator,
    ticked: frozenset[int],
    version: int,
    wording: StudyWording,
    now: datetime,
) -> None:
    """Record that an annotator agreed to the study information; store the text that the annotator read.

    Args:
        ticked: the indexes of the statements that the annotator ticked.
        version: the version of the protocol whose text the annotator read.

    Raises:
        Invalid: a statement is not ticked.
        Conflict: the study information has changed since the version that the annotator read.
    """
    phases = study_phases(study)
    if phases is None or phases.consent is None:
        return
    if not _is_current(session, study, version):
        raise Conflict(
            "The information about this study changed while you read it. Please read it again.",
            code="consent_changed",
        )
    missing = len(phases.consent.statements) - len(ticked & set(range(len(phases.consent.statements))))
    if missing:
        raise Invalid("Tick every box to take part.", code="consent_missing")
    answers = {
        "language": wording.language,
        "statements": [wording.text(each) for each in phases.consent.statements],
    }
    end_phase(session, study=study, annotator_id=annotator.id, phase=Phase.CONSENT, answers=answers, now=now)


def decline(session: Session, *, study: Study, annotator: Annotator, now: datetime) -> None:
    """End the study for an annotator who does not agree. Delete everything that identifies the person."""
    withdraw_annotator(session, annotator=annotator, study=study, now=now)


def end_instructions(session: Session, *, study: Study, annotator: Annotator, now: datetime) -> None:
    end_phase(session, study=study, annotator_id=annotator.id, phase=Phase.INSTRUCTIONS, answers={}, now=now)


def end_questionnaire(
    session: Session, *, study: Study, annotator: Annotator, answers: Mapping[str, str | int], now: datetime
) -> None:
    end_phase(
        session, study=study, annotator_id=annotator.id, phase=Phase.QUESTIONNAIRE, answers=answers, now=now
    )


def save_comment(
    session: Session, *, study: Study, annotator: Annotator, comment: str, now: datetime
) -> None:
    """Store the comment of the last page. A second comment replaces the first."""
    row = session.get(AnnotatorPhase, (annotator.id, Phase.FINISH))
    answers = {"comment": comment}
    if row is not None:
        row.answers, row.at = answers, now
    else:
        end_phase(
            session, study=study, annotator_id=annotator.id, phase=Phase.FINISH, answers=answers, now=now
        )


def _is_current(session: Session, study: Study, version: int) -> bool:
    read = session.get(StudyProtocol, (study.id, version))
    assert study.phases is not None
    current = (study.phases["consent"], study.translations)
    if read is None:
        return False
    return ((read.document.get("phases") or {}).get("consent"), read.document.get("translations")) == current

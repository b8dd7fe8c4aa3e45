"""Takes annotators out of the results and back in; always by a person, always with a reason.

Nothing is deleted: a vote's events say what it counted as, when, why and on whose word.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.annotators.audit import EXCLUDABLE, Changed, Decision, change, note
from app.errors import Conflict, NotFound
from app.panels.cancellation import cancel_assignments
from app.panels.vote_status import votes_with_status
from app.security.participants import lock_study
from app.tables.people import Annotator
from app.tables.studies import Study
from benchmark.protocol import StudyKind, VoteStatus


def find_annotator(session: Session, *, study: Study, pseudonym: str) -> Annotator:
    annotator = session.scalar(
        select(Annotator).where(Annotator.study_id == study.id, Annotator.pseudonym == pseudonym)
    )
    if annotator is None:
        raise NotFound("There is no annotator of that name in this study.", code="unknown_annotator")
    return annotator


def exclude_annotator(session: Session, *, study: Study, annotator: Annotator, decision: Decision) -> Changed:
    """Take all votes of an annotator out of the results; while the study runs their places are free again.

    They get no further comparisons, and what they hold ends. A second time changes nothing.

    Raises:
        Conflict: the annotator left the study, so their votes count for nothing already; or the votes were
            imported.
    """
    study = lock_annotator(session, study, annotator)
    if annotator.excluded_at is not None:
        return Changed()
    cancel_assignments(session, annotator_id=annotator.id, study=study, now=decision.at)
    refuse_imported(study)
    voted = votes_with_status(session, annotator_id=annotator.id)
    counting = [each for each in voted if each.status in EXCLUDABLE]
    changed = change(session, counting, study=study, to=VoteStatus.EXCLUDED, decision=decision)
    annotator.excluded_at, annotator.excluded_reason = decision.at, decision.reason
    note(
        session,
        "annotator.exclude",
        study=study,
        decision=decision,
        annotator=annotator.pseudonym,
        votes=changed.excluded,
    )
    return changed


def reinstate_annotator(
    session: Session, *, study: Study, annotator: Annotator, decision: Decision
) -> Changed:
    """Count again what the annotator's exclusion took out; where the panel filled meanwhile, as surplus.

    Votes that had been excluded one by one before stay so. A second time changes nothing.

    Raises:
        Conflict: the annotator left the study.
    """
    study = lock_annotator(session, study, annotator)
    if annotator.excluded_at is None:
        return Changed()
    taken_out = [
        each
        for each in votes_with_status(session, annotator_id=annotator.id)
        if each.status is VoteStatus.EXCLUDED and each.since == annotator.excluded_at
    ]
    changed = change(session, taken_out, study=study, to=VoteStatus.VALID, decision=decision)
    annotator.excluded_at, annotator.excluded_reason = None, None
    note(
        session,
        "annotator.reinstate",
        study=study,
        decision=decision,
        annotator=annotator.pseudonym,
        votes=changed.valid + changed.surplus,
    )
    return changed


def refuse_imported(study: Study) -> None:
    if study.kind is StudyKind.IMPORTED:
        raise Conflict(
            "These votes were cast elsewhere; mark them excluded in their table and import it anew.",
            code="votes_imported",
        )


def lock_annotator(session: Session, study: Study, annotator: Annotator) -> Study:
    """Return the study, locked against other changes, with the annotator as they stand behind the lock.

    Raises:
        Conflict: the annotator left the study.
    """
    locked = lock_study(session, study.id)
    session.refresh(annotator)
    if annotator.withdrawn_at is not None:
        raise Conflict(
            "This annotator left the study and took their votes along; they count for nothing.",
            code="annotator_left",
        )
    return locked

"""Excludes and reinstates all votes of an annotator; every change needs a reason.

Nothing is deleted: a vote's events record its status, the time, the reason and the actor.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.annotators.audit import EXCLUDABLE, Changed, Decision, add_audit_event, change_votes
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
        raise NotFound("This study has no annotator with that name.", code="unknown_annotator")
    return annotator


def exclude_annotator(session: Session, *, study: Study, annotator: Annotator, decision: Decision) -> Changed:
    """Exclude all votes of an annotator.

    In a running study, the exclusion also releases the slots of these votes, so that other annotators can
    vote instead. The annotator's open assignments are cancelled, and the annotator gets no new assignments.
    Excluding twice changes nothing.

    Raises:
        Conflict: the votes were withdrawn because the annotator left the study, or the votes were imported.
    """
    study = lock_annotator(session, study, annotator)
    if annotator.excluded_at is not None:
        return Changed()
    cancel_assignments(session, annotator_id=annotator.id, study=study, now=decision.at)
    refuse_without_people(study)
    voted = votes_with_status(session, annotator_id=annotator.id)
    counting = [each for each in voted if each.status in EXCLUDABLE]
    changed = change_votes(session, counting, study=study, to=VoteStatus.EXCLUDED, decision=decision)
    annotator.excluded_at, annotator.excluded_reason = decision.at, decision.reason
    add_audit_event(
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
    """Reinstate the votes of an excluded annotator.

    A vote becomes surplus and does not count if its comparison already has enough votes.

    Votes that had been excluded one by one stay excluded. Reinstating twice changes nothing.

    Raises:
        Conflict: the annotator left the study.
    """
    study = lock_annotator(session, study, annotator)
    if annotator.excluded_at is None:
        return Changed()
    excluded = [
        each
        for each in votes_with_status(session, annotator_id=annotator.id)
        if each.status is VoteStatus.EXCLUDED and each.since == annotator.excluded_at
    ]
    changed = change_votes(session, excluded, study=study, to=VoteStatus.VALID, decision=decision)
    annotator.excluded_at, annotator.excluded_reason = None, None
    add_audit_event(
        session,
        "annotator.reinstate",
        study=study,
        decision=decision,
        annotator=annotator.pseudonym,
        votes=changed.valid + changed.surplus,
    )
    return changed


def refuse_without_people(study: Study) -> None:
    if study.kind is StudyKind.AUTOMATIC:
        raise Conflict(
            "An automatic judge cast these votes by a fixed rule, so none of them can be excluded.",
            code="votes_automatic",
        )
    if study.kind is StudyKind.IMPORTED:
        raise Conflict(
            "Imported votes cannot be excluded here. Mark them as excluded in the source table and import "
            "the table again.",
            code="votes_imported",
        )


def lock_annotator(session: Session, study: Study, annotator: Annotator) -> Study:
    """Lock the study, reload the annotator, and return the study.

    Raises:
        Conflict: the annotator left the study.
    """
    locked = lock_study(session, study.id)
    session.refresh(annotator)
    if annotator.withdrawn_at is not None:
        raise Conflict(
            "This annotator left the study and withdrew all votes, so there is nothing to change.",
            code="annotator_left",
        )
    return locked

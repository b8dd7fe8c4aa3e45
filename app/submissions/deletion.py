"""Deletes submissions and models. Until the grace period ends, the owner can restore the submission or model.

A person can delete a submission only if it is withdrawn, and only if all studies that compare it are closed.
A model can be deleted only if it has no submissions. After the grace period a background task removes the
clips' files, and the rows that no study needs (app/submissions/removal.py).
"""

from datetime import datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from app.errors import Conflict, Invalid
from app.panels.sides import side_name
from app.security.audit import record_event
from app.security.identity import Principal
from app.security.participants import lock_study
from app.tables.studies import Matchup, Study
from app.tables.submissions import Submission, VideoModel
from app.tasks import service as tasks
from app.tasks.service import GRACE
from benchmark.protocol import StudyStatus, SubmissionStatus, TaskKind


def delete_submission(
    session: Session, *, submission: Submission, typed: str, principal: Principal, now: datetime
) -> None:
    """Schedule the removal of a locked submission and its clips. Deleting twice changes nothing.

    Args:
        typed: the submission's name, `model` or `model@label`, which the owner must type.

    Raises:
        Invalid: the typed name is wrong (`wrong_name`).
        Conflict: the submission is not withdrawn, or a study that compares it is not closed (code
            `submission_in_use`; `problems` lists the studies).
    """
    model = session.get_one(VideoModel, submission.model_id)
    _require_name(typed, side_name(model.slug, submission.label))
    if submission.status is not SubmissionStatus.WITHDRAWN:
        raise Conflict("Withdraw the submission before you delete it.", code="submission_in_use")
    # A study that is reopened at the same moment waits for this lock, and then finds the deletion.
    compared = [lock_study(session, study.id) for study in studies_comparing(session, submission)]
    unfinished = [study.slug for study in compared if study.status is not StudyStatus.CLOSED]
    if unfinished:
        raise Conflict(
            "Studies that are not closed compare this submission. Close or delete these studies first.",
            code="submission_in_use",
            problems=[f"study {slug}" for slug in sorted(unfinished)],
        )
    if submission.deletes_at is None:
        submission.deletes_at = now + GRACE
        kind, subject = TaskKind.SUBMISSION_DELETION, submission.public_id
        _schedule(session, kind, subject, submission.deletes_at, principal, now)


def restore_submission(
    session: Session, *, submission: Submission, principal: Principal, now: datetime
) -> None:
    """Cancel the deletion of a locked submission, which stays withdrawn.

    Raises:
        Conflict: the grace period is over (`already_removed`).
    """
    if submission.deletes_at is not None:
        _require_grace(submission.deletes_at, now)
        submission.deletes_at = None
        _cancel(session, TaskKind.SUBMISSION_DELETION, submission.public_id, principal, now)


def delete_model(
    session: Session, *, model: VideoModel, typed: str, principal: Principal, now: datetime
) -> None:
    """Schedule the removal of a model. Deleting twice changes nothing.

    Args:
        typed: the model's slug, which the owner must type.

    Raises:
        Invalid: the typed slug is wrong (`wrong_name`).
        Conflict: the model has submissions (`model_in_use`).
    """
    session.refresh(model, with_for_update={"key_share": True})
    _require_name(typed, model.slug)
    if has_submissions(session, model):
        raise Conflict("The model has submissions. Delete its submissions first.", code="model_in_use")
    if model.deletes_at is None:
        model.deletes_at = now + GRACE
        _schedule(session, TaskKind.MODEL_DELETION, model.slug, model.deletes_at, principal, now)


def restore_model(session: Session, *, model: VideoModel, principal: Principal, now: datetime) -> None:
    """Cancel the deletion of a model.

    Raises:
        Conflict: the grace period is over (`already_removed`).
    """
    session.refresh(model, with_for_update={"key_share": True})
    if model.deletes_at is not None:
        _require_grace(model.deletes_at, now)
        model.deletes_at = None
        _cancel(session, TaskKind.MODEL_DELETION, model.slug, principal, now)


def studies_comparing(session: Session, submission: Submission) -> list[Study]:
    """Return all studies that compare the submission, even if only in gold questions, sorted by id."""
    compares = or_(Matchup.reference_id == submission.id, Matchup.other_id == submission.id)
    query = select(Study).where(Study.id.in_(select(Matchup.study_id).where(compares)))
    return list(session.scalars(query.order_by(Study.id)))


def has_submissions(session: Session, model: VideoModel) -> bool:
    return bool(session.scalar(select(exists().where(Submission.model_id == model.id))))


def _require_name(typed: str, name: str) -> None:
    if typed.strip() != name:
        raise Invalid(f"Type {name} to delete it.", code="wrong_name")


def _require_grace(deletes_at: datetime, now: datetime) -> None:
    if deletes_at <= now:
        raise Conflict(
            "The grace period is over, and the server is removing the object. It cannot be restored.",
            code="already_removed",
        )


def _schedule(
    session: Session, kind: TaskKind, subject: str, deletes_at: datetime, principal: Principal, now: datetime
) -> None:
    task = tasks.enqueue(session, kind=kind, subject=subject, owner_id=principal.person_id, now=now)
    task.ready_at = deletes_at
    _note(session, f"{_noun(kind)}.delete", subject, principal, now, deletes_at=deletes_at.isoformat())


def _cancel(session: Session, kind: TaskKind, subject: str, principal: Principal, now: datetime) -> None:
    tasks.cancel_queued(session, kind=kind, subject=subject)
    _note(session, f"{_noun(kind)}.restore", subject, principal, now)


def _noun(kind: TaskKind) -> str:
    return "model" if kind is TaskKind.MODEL_DELETION else "submission"


def _note(
    session: Session, action: str, subject: str, principal: Principal, now: datetime, **details: str
) -> None:
    record_event(session, principal, action, subject=subject, now=now, **details)

"""Archives studies, and deletes studies after a grace period in which a deleted study can be restored.

A deleted study is paused and hidden from everybody but its owner and admins. After the grace period a
background task removes the study with its votes (app/studies/removal.py).
"""

from datetime import datetime

from sqlalchemy.orm import Session

from app.errors import Conflict, Invalid
from app.security.audit import record_event
from app.security.identity import Principal
from app.tables.studies import Study
from app.tasks import service as tasks
from app.tasks.service import GRACE
from benchmark.protocol import StudyStatus, TaskKind


def archive_study(session: Session, *, study: Study, principal: Principal, now: datetime) -> None:
    """Hide a study from the list of studies. Archiving twice changes nothing.

    Raises:
        Conflict: the study is open.
    """
    session.refresh(study, with_for_update={"key_share": True})
    if study.status is StudyStatus.OPEN:
        raise Conflict(
            "Annotators can vote in this study now. Pause or close the study before you archive it.",
            code="study_status",
        )
    if study.archived_at is None:
        study.archived_at = now
        _note(session, study, "study.archive", principal, now)


def unarchive_study(session: Session, *, study: Study, principal: Principal, now: datetime) -> None:
    """Show an archived study in the list of studies again."""
    session.refresh(study, with_for_update={"key_share": True})
    if study.archived_at is not None:
        study.archived_at = None
        _note(session, study, "study.unarchive", principal, now)


def delete_study(session: Session, *, study: Study, typed: str, principal: Principal, now: datetime) -> None:
    """Pause a study, hide it, and schedule its removal. Deleting twice changes nothing.

    Args:
        typed: the study's slug, which the owner must type.

    Raises:
        Invalid: the typed slug is wrong.
    """
    session.refresh(study, with_for_update={"key_share": True})
    if typed.strip() != study.slug:
        raise Invalid("Type the slug of the study to delete it.", code="wrong_name")
    if study.deletes_at is not None:
        return
    if study.status is StudyStatus.OPEN:
        study.status = StudyStatus.PAUSED
    deletes_at = now + GRACE
    schedule_removal(session, study, at=deletes_at, principal=principal, now=now)
    _note(session, study, "study.delete", principal, now, deletes_at=deletes_at.isoformat())


def schedule_removal(
    session: Session, study: Study, *, at: datetime, principal: Principal, now: datetime
) -> None:
    """Queue the task that removes a study at this time.

    Until this time only the study's owner and admins see the study.
    """
    study.deletes_at = at
    task = tasks.enqueue(
        session, kind=TaskKind.STUDY_DELETION, subject=study.slug, owner_id=principal.person_id, now=now
    )
    task.ready_at = at
    session.flush()


def restore_study(session: Session, *, study: Study, principal: Principal, now: datetime) -> None:
    """Cancel the deletion of a study. The restored study is paused, even if it was open when it was deleted.

    Raises:
        Conflict: the grace period is over.
    """
    session.refresh(study, with_for_update={"key_share": True})
    if study.deletes_at is None:
        return
    if study.deletes_at <= now:
        raise Conflict(
            "The grace period is over, and the study is being removed. It cannot be restored.",
            code="study_removed",
        )
    study.deletes_at = None
    tasks.cancel_queued(session, kind=TaskKind.STUDY_DELETION, subject=study.slug)
    _note(session, study, "study.restore", principal, now)


def _note(
    session: Session, study: Study, action: str, principal: Principal, now: datetime, **details: str
) -> None:
    record_event(session, principal, action, subject=study.slug, now=now, **details)

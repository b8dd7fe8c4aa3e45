"""Removes deleted submissions with their clips, and deleted models, after the grace period."""

from collections.abc import Iterable

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.context import AppContext
from app.security.audit import SERVER, record_event
from app.submissions.deletion import has_submissions, studies_comparing
from app.submissions.storage import ClipStorage
from app.tables import Base
from app.tables.shares import Share
from app.tables.submissions import Clip, Rendition, Submission, VideoModel
from app.tasks.removal import remove_rows, rows_below
from app.tasks.runner import Progress, TaskFailed
from benchmark.protocol import ShareSubject

_ROOT = Base.metadata.tables[Submission.__tablename__]


def remove_submission(context: AppContext, subject: str, progress: Progress) -> None:
    """Remove a submission whose grace period is over. A repeated call continues with the remaining clips.

    If a study compares the submission, the rows in the database stay; only the files are removed.

    Args:
        subject: the submission's public id.
    """
    with context.database.write() as session:
        submission = session.scalar(
            select(Submission).where(Submission.public_id == subject).with_for_update()
        )
        if submission is None or submission.deletes_at is None or submission.deletes_at > utc_now():
            return
        # From now on, an upload of the same bytes stores the file again.
        submission.clips_removed_at = submission.clips_removed_at or utc_now()
        submission_id = submission.id
        is_compared = bool(studies_comparing(session, submission))
        of_submission = select(Clip.id).where(Clip.submission_id == submission_id)
        originals = set(session.scalars(select(Clip.sha256).where(Clip.submission_id == submission_id)))
        renditions = set(
            session.scalars(select(Rendition.media_key).where(Rendition.clip_id.in_(of_submission)))
        )
        clips = session.execute(select(func.count()).where(Clip.submission_id == submission_id)).scalar_one()
    progress(0, clips)
    # Delete the files first. If the server is killed before it removes the rows, the next attempt still finds
    # them.
    _delete_files(context, submission_id, originals, renditions)
    for table, condition in rows_below(_ROOT, submission_id):
        if is_compared and table.name != Rendition.__tablename__:
            continue
        for _ in remove_rows(context, table, condition):
            progress(0, clips)
    with context.database.write() as session:
        if not is_compared:
            _remove_row(session, submission_id)
        _note(session, "submission.remove", subject, {"clips": clips, "is_compared": is_compared})
    progress(clips, clips)


def remove_model(context: AppContext, subject: str, progress: Progress) -> None:
    """Remove a model whose grace period is over.

    Args:
        subject: the model's slug.

    Raises:
        TaskFailed: the model has submissions again, so it is not removed.
    """
    with context.database.write() as session:
        model = session.scalar(select(VideoModel).where(VideoModel.slug == subject).with_for_update())
        if model is None or model.deletes_at is None or model.deletes_at > utc_now():
            return
        if has_submissions(session, model):
            raise TaskFailed("The model has submissions again, so it was not removed.")
        session.delete(model)
        _note(session, "model.remove", subject, {})
    progress(1, 1)


def _delete_files(
    context: AppContext, submission_id: int, originals: Iterable[str], renditions: Iterable[str]
) -> None:
    """Delete the files that no clip of another submission uses."""
    storage = ClipStorage(context.database, context.store, context.sandbox)
    for sha256 in originals:
        storage.delete_unused(sha256)
    for key in renditions:
        with context.database.read() as session:
            others = (
                exists()
                .where(Rendition.media_key == key, Clip.submission_id != submission_id)
                .where(Clip.id == Rendition.clip_id)
            )
            is_used = session.scalar(select(others))
        if not is_used:
            context.store.delete(key)


def _remove_row(session: Session, submission_id: int) -> None:
    session.execute(
        delete(Share).where(Share.subject_kind == ShareSubject.SUBMISSION, Share.subject_id == submission_id)
    )
    session.execute(delete(Submission).where(Submission.id == submission_id))


def _note(session: Session, action: str, subject: str, details: dict[str, int | bool]) -> None:
    record_event(session, SERVER, action, subject=subject, now=utc_now(), **details)

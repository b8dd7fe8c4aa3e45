"""Removes a deleted study with everything that belongs to it, after the grace period."""

from sqlalchemy import delete, exists, func, or_, select
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.context import AppContext
from app.database import note_erasure
from app.security.audit import SERVER, record_event
from app.tables import Base
from app.tables.shares import Share
from app.tables.studies import Matchup, Study
from app.tables.submissions import Submission
from app.tables.voting import Vote
from app.tasks import service as tasks
from app.tasks.removal import break_self_references, count_rows, remove_rows, rows_below
from app.tasks.runner import Progress
from benchmark.protocol import ShareSubject, TaskKind

_ROOT = Base.metadata.tables[Study.__tablename__]


def remove_study(context: AppContext, subject: str, progress: Progress) -> None:
    """Remove a study whose grace period is over. A repeated call continues with the remaining rows.

    Args:
        subject: the study's slug.
    """
    with context.database.write() as session:
        study = session.scalar(select(Study).where(Study.slug == subject).with_for_update())
        if study is None or study.deletes_at is None or study.deletes_at > utc_now():
            return
        study_id = study.id
        votes = session.execute(select(func.count()).where(Vote.study_id == study_id)).scalar_one()
        break_self_references(session, _ROOT, study_id)
    rows = list(rows_below(_ROOT, study_id))
    with context.database.read() as session:
        total = sum(count_rows(session, table, condition) for table, condition in rows)
    done = 0
    progress(0, total)
    for table, condition in rows:
        for removed in remove_rows(context, table, condition):
            done += removed
            progress(min(done, total), total)
    with context.database.write() as session:
        session.execute(
            delete(Share).where(Share.subject_kind == ShareSubject.STUDY, Share.subject_id == study_id)
        )
        session.execute(delete(Study).where(Study.id == study_id))
        record_event(session, SERVER, "study.remove", subject=subject, now=utc_now(), votes=votes)
        note_erasure(session)
        _remove_submissions(session)


def _remove_submissions(session: Session) -> None:
    """Queue the removal of deleted submissions whose rows were kept only for a study that is now removed."""
    compares = or_(Matchup.reference_id == Submission.id, Matchup.other_id == Submission.id)
    unused = select(Submission.public_id).where(
        Submission.clips_removed_at.is_not(None), ~exists().where(compares)
    )
    for public_id in session.scalars(unused).all():
        tasks.enqueue(session, kind=TaskKind.SUBMISSION_DELETION, subject=public_id, now=utc_now())

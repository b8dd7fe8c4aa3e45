"""Removes a deleted study with everything that belongs to it, after the grace period.

The rows are found by the foreign keys of the tables, so a new table that refers to studies needs no change
here.
"""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Table, delete, func, or_, select, update
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.context import AppContext
from app.tables import Base
from app.tables.audit import AuditEvent
from app.tables.shares import Share
from app.tables.studies import Study
from app.tables.voting import Vote
from app.tasks.runner import Progress
from benchmark.protocol import ShareSubject

# Rows per transaction, so that votes in other studies do not wait.
_BATCH = 1000


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
        _break_self_references(session, study_id)
    rows = list(_rows_of(study_id))
    with context.database.read() as session:
        total = sum(_count(session, table, condition) for table, condition in rows)
    done = 0
    progress(0, total)
    for table, condition in rows:
        for removed in _remove(context, table, condition):
            done += removed
            progress(min(done, total), total)
    with context.database.write() as session:
        session.execute(
            delete(Share).where(Share.subject_kind == ShareSubject.STUDY, Share.subject_id == study_id)
        )
        session.execute(delete(Study).where(Study.id == study_id))
        details = {"votes": votes}
        session.add(
            AuditEvent(at=utc_now(), actor="server", action="study.remove", subject=subject, details=details)
        )


def _rows_of(study_id: int) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """Yield tables that refer to studies, with the condition for the study's rows; children come first."""
    found: dict[Table, ColumnElement[bool]] = {}
    for table in Base.metadata.sorted_tables:
        keys = [key for key in table.foreign_keys if key.column.table is not table]
        direct = [key.parent for key in keys if key.column.table.name == Study.__tablename__]
        below = [key for key in keys if key.column.table in found and key.column.name == "id"]
        if direct:
            found[table] = direct[0] == study_id
        elif below:
            parents = (key.parent.in_(select(key.column).where(found[key.column.table])) for key in below)
            found[table] = or_(*parents)
    yield from reversed(list(found.items()))


def _break_self_references(session: Session, study_id: int) -> None:
    """Clear the references between rows of one table, which would prevent the removal of a batch."""
    for table, condition in _rows_of(study_id):
        for key in table.foreign_keys:
            if key.column.table is table:
                session.execute(
                    update(table).where(condition, key.parent.is_not(None)).values({key.parent.name: None})
                )


def _count(session: Session, table: Table, condition: ColumnElement[bool]) -> int:
    return session.execute(select(func.count()).select_from(table).where(condition)).scalar_one()


def _remove(context: AppContext, table: Table, condition: ColumnElement[bool]) -> Iterator[int]:
    """Remove rows in batches, each in a transaction of its own. Yield the number of removed rows."""
    keys = list(table.primary_key)
    if len(keys) > 1:
        with context.database.write() as session:
            yield session.execute(delete(table).where(condition)).rowcount  # type: ignore[attr-defined]
        return
    (key,) = keys
    while True:
        with context.database.write(durable=False) as session:
            ids = session.scalars(select(key).where(condition).limit(_BATCH)).all()
            if not ids:
                return
            session.execute(delete(table).where(key.in_(ids)))
        yield len(ids)

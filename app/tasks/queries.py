"""Reads background tasks."""

from collections.abc import Collection, Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.tables.tasks import Task
from benchmark.protocol import TaskKind


def newest_tasks(session: Session, *, limit: int) -> list[Task]:
    return list(session.scalars(select(Task).order_by(Task.id.desc()).limit(limit)))


def newest_task(session: Session, *, kind: TaskKind, subject: str) -> Task | None:
    return session.scalar(
        select(Task).where(Task.kind == kind, Task.subject == subject).order_by(Task.id.desc()).limit(1)
    )


def newest_by_subject(session: Session, *, kind: TaskKind, subjects: Collection[str]) -> Mapping[str, Task]:
    """Return, with one query, the newest task of a kind for each subject that has such a task."""
    newest = (
        select(func.max(Task.id)).where(Task.kind == kind, Task.subject.in_(subjects)).group_by(Task.subject)
    )
    return {task.subject: task for task in session.scalars(select(Task).where(Task.id.in_(newest)))}

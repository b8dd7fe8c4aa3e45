"""Reads background tasks."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.tables.tasks import Task
from benchmark.protocol import TaskKind


def newest_tasks(session: Session, *, limit: int) -> list[Task]:
    return list(session.scalars(select(Task).order_by(Task.id.desc()).limit(limit)))


def newest_task(session: Session, *, kind: TaskKind, subject: str) -> Task | None:
    return session.scalar(
        select(Task).where(Task.kind == kind, Task.subject == subject).order_by(Task.id.desc()).limit(1)
    )

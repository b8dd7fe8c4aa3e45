"""Queues, leases and ends background tasks.

A server process holds the lease of the task that it runs; each progress report renews the lease. If the
process is killed, another process can claim the task after the lease expires. Every task must therefore be
able to continue after its last finished step.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.tables.tasks import Task, task_status_is
from benchmark.protocol import TaskKind, TaskStatus

LEASE_S = 60
# The time in which a deleted object can be restored, before a task removes it.
GRACE = timedelta(days=14)
MAX_ATTEMPTS = 5
FIRST_PAUSE_S = 10
_MAX_ERROR = 500


def enqueue(
    session: Session,
    *,
    kind: TaskKind,
    subject: str,
    now: datetime,
    owner_id: int | None = None,
    details: dict[str, Any] | None = None,
) -> Task:
    """Queue a task, or return the unfinished task of the same kind and subject.

    Args:
        owner_id: the person who may see the task; None for the server's own tasks.
        details: the data that the task needs in addition to its subject.
    """
    unfinished = _unfinished(session, kind, subject)
    if unfinished is not None:
        return unfinished
    task = Task(
        kind=kind,
        subject=subject,
        status=TaskStatus.QUEUED,
        attempt=0,
        error="",
        created_at=now,
        ready_at=now,
        owner_id=owner_id,
        details=details,
    )
    try:
        with session.begin_nested():
            session.add(task)
    except IntegrityError:
        # On PostgreSQL another request can queue the same task at the same moment.
        found = _unfinished(session, kind, subject)
        assert found is not None
        return found
    return task


def claim(session: Session, *, now: datetime) -> Task | None:
    """Lease and return the oldest task that a process may run; None if there is no such task."""
    is_ready = and_(task_status_is(TaskStatus.QUEUED), Task.ready_at <= now)
    is_abandoned = and_(task_status_is(TaskStatus.RUNNING), Task.expires_at <= now)
    task = session.scalar(
        select(Task)
        .where(or_(is_ready, is_abandoned))
        .order_by(Task.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if task is None:
        return None
    if task.attempt >= MAX_ATTEMPTS:
        _end(task, TaskStatus.FAILED, error=task.error or "The server stopped during every attempt.", now=now)
        session.flush()
        return claim(session, now=now)
    task.status = TaskStatus.RUNNING
    task.attempt += 1
    task.expires_at = now + timedelta(seconds=LEASE_S)
    session.flush()
    return task


def is_waiting(session: Session, *, now: datetime) -> bool:
    """Return whether `claim` would find a task.

    This check only reads from the database, so an idle server does not write to the database.
    """
    return (
        session.scalar(
            select(Task.id)
            .where(
                or_(
                    and_(task_status_is(TaskStatus.QUEUED), Task.ready_at <= now),
                    and_(task_status_is(TaskStatus.RUNNING), Task.expires_at <= now),
                )
            )
            .limit(1)
        )
        is not None
    )


def report(session: Session, *, task_id: int, attempt: int, done: int, total: int, now: datetime) -> bool:
    """Record progress and renew the lease; return False if another process has taken over the task."""
    task = _held(session, task_id, attempt)
    if task is None:
        return False
    task.done, task.total = done, total
    task.expires_at = now + timedelta(seconds=LEASE_S)
    return True


def add_details(session: Session, *, task_id: int, attempt: int, details: dict[str, Any]) -> None:
    """Add data to the details of a task, unless another process has taken over the task."""
    task = _held(session, task_id, attempt)
    if task is not None:
        task.details = {**(task.details or {}), **details}


def finish(session: Session, *, task_id: int, attempt: int, now: datetime) -> None:
    task = _held(session, task_id, attempt)
    if task is not None:
        _end(task, TaskStatus.DONE, error="", now=now)


def fail(session: Session, *, task_id: int, attempt: int, error: str, is_final: bool, now: datetime) -> None:
    """Record why an attempt failed. If the failure is not final, queue the task again after a pause.

    Args:
        is_final: whether another attempt would fail in the same way.
    """
    task = _held(session, task_id, attempt)
    if task is None:
        return
    if is_final or attempt >= MAX_ATTEMPTS:
        _end(task, TaskStatus.FAILED, error=error, now=now)
        return
    task.status = TaskStatus.QUEUED
    task.error = error[:_MAX_ERROR]
    task.expires_at = None
    task.ready_at = now + timedelta(seconds=FIRST_PAUSE_S * 2 ** (attempt - 1))


def release(session: Session, *, task_id: int, attempt: int, ready_at: datetime, problem: str | None) -> None:
    """Queue a task again, without counting the ended attempt.

    Args:
        ready_at: the earliest time of the next attempt. `ready_at` is the current time if the server is
            shutting down, and a later time for a task that repeats.
        problem: why the attempt failed; an empty text if the attempt succeeded. If `problem` is None, the
            error of the previous attempt is kept.
    """
    task = _held(session, task_id, attempt)
    if task is not None:
        task.status = TaskStatus.QUEUED
        task.attempt -= 1
        task.error = task.error if problem is None else problem[:_MAX_ERROR]
        task.expires_at = None
        task.ready_at = ready_at


def cancel_queued(session: Session, *, kind: TaskKind, subject: str) -> None:
    """Remove the queued task of this kind and subject; do nothing if no such task is queued."""
    session.execute(
        delete(Task).where(Task.kind == kind, Task.subject == subject, task_status_is(TaskStatus.QUEUED))
    )


def _unfinished(session: Session, kind: TaskKind, subject: str) -> Task | None:
    return session.scalar(
        select(Task).where(
            Task.kind == kind,
            Task.subject == subject,
            task_status_is(TaskStatus.QUEUED, TaskStatus.RUNNING),
        )
    )


def _held(session: Session, task_id: int, attempt: int) -> Task | None:
    return session.scalar(
        select(Task)
        .where(Task.id == task_id, Task.attempt == attempt, task_status_is(TaskStatus.RUNNING))
        .with_for_update()
    )


def _end(task: Task, status: TaskStatus, *, error: str, now: datetime) -> None:
    task.status = status
    task.error = error[:_MAX_ERROR]
    task.expires_at = None
    task.ended_at = now

"""Reads background tasks."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from app.cursors import KeyType, ListOrder, PageRequest
from app.errors import Forbidden, NotFound
from app.security.identity import Principal
from app.tables.people import Person
from app.tables.tasks import Task
from benchmark.protocol import Scope, TaskKind, TaskStatus
from benchmark.wire.tasks import TaskResponse, TasksResponse

TASKS = ListOrder("tasks", (KeyType.BIG_INTEGER,))

# Tasks that read and write with the rights of their owner. All other tasks are the server's own work, such as
# the removal of a deleted study: they continue if the owner is disabled.
ACTING_FOR_OWNER = frozenset(
    {TaskKind.BENCHMARK_IMPORT, TaskKind.VOTES_IMPORT, TaskKind.VOTES_MERGE, TaskKind.GOLD_CLIPS}
)


@dataclass(frozen=True)
class TaskFilter:
    """Filter of the list of tasks. A field with the value None matches all tasks."""

    kind: TaskKind | None = None
    status: TaskStatus | None = None


def tasks_page(
    session: Session, principal: Principal, wanted: TaskFilter, page: PageRequest
) -> TasksResponse:
    """Return a page of the tasks that the person may see, newest first."""
    query = select(Task).where(_sees(principal)).order_by(Task.id.desc()).limit(page.fetched)
    if wanted.kind is not None:
        query = query.where(Task.kind == wanted.kind)
    if wanted.status is not None:
        query = query.where(Task.status == wanted.status)
    if page.after is not None:
        query = query.where(Task.id < page.after[0])
    found = page.cut(session.scalars(query).all(), lambda row: (row.id,))
    return TasksResponse(tasks=[task_response(row) for row in found.rows], next_cursor=found.next_cursor)


def find_task(session: Session, principal: Principal, task_id: int) -> Task:
    """Return a background task that the person may see.

    Raises:
        NotFound: no task has this id, or the person may not see the task.
    """
    task = session.scalar(select(Task).where(Task.id == task_id, _sees(principal)))
    if task is None:
        raise NotFound("There is no such task, or it is not yours.")
    return task


def task_response(task: Task) -> TaskResponse:
    details = task.details or {}
    return TaskResponse(
        id=task.id,
        kind=task.kind,
        subject=task.subject,
        status=task.status,
        done=task.done,
        total=task.total,
        error=task.error,
        problems=details.get("problems", []),
        result=details.get("result"),
        created_at=task.created_at,
        ended_at=task.ended_at,
    )


def _sees(principal: Principal) -> ColumnElement[bool]:
    if principal.is_admin and principal.may(Scope.ADMIN):
        return true()
    return Task.owner_id == principal.person_id


def owner_of(session: Session, task: Task) -> Principal:
    """Return the person who started a task.

    Raises:
        Forbidden: this person has been disabled.
    """
    person = session.get_one(Person, task.owner_id)
    if person.disabled_at is not None:
        raise Forbidden(
            "The account of the person who started this task is disabled, so the task stopped. Ask an admin "
            "to enable the account, then start the task again.",
            code="person_disabled",
        )
    return Principal.of(person)


def require_active_owner(session: Session, task: Task) -> None:
    """Do nothing if the task may continue.

    Raises:
        Forbidden: the task acts for a person who has been disabled.
    """
    if task.kind in ACTING_FOR_OWNER and task.owner_id is not None:
        owner_of(session, task)


def newest_tasks(session: Session, principal: Principal, *, limit: int) -> list[Task]:
    """Return the newest tasks that the person may see."""
    query = select(Task).where(_sees(principal)).order_by(Task.id.desc()).limit(limit)
    return list(session.scalars(query))


def newest_task(session: Session, *, kind: TaskKind, subject: str) -> Task | None:
    return session.scalar(
        select(Task).where(Task.kind == kind, Task.subject == subject).order_by(Task.id.desc()).limit(1)
    )


def newest_by_subject(session: Session, *, kind: TaskKind, subjects: Collection[str]) -> Mapping[str, Task]:
    """Map each subject to its newest task of this kind; subjects without such a task are left out."""
    newest = (
        select(func.max(Task.id)).where(Task.kind == kind, Task.subject.in_(subjects)).group_by(Task.subject)
    )
    return {task.subject: task for task in session.scalars(select(Task).where(Task.id.in_(newest)))}

"""Routes of the pages of background tasks.

A researcher sees the tasks that they started; an admin sees all tasks.
"""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from app.clock import utc_now
from app.dependencies import context_of, page_response, require_person
from app.tables.tasks import Task
from app.tasks.queries import find_task, newest_tasks, task_response
from app.tasks.view_models import TaskPage, TaskRow, TasksPage
from benchmark.protocol import Role

router = APIRouter(include_in_schema=False)
MAX_TASKS = 100
NumberPath = Annotated[int, Path(ge=1, lt=2**63)]


@router.get("/tasks")
def tasks_page(request: Request) -> Response:
    """Show the newest background tasks with their status, progress and last error."""
    with context_of(request).database.read() as session:
        principal = require_person(session, request, Role.RESEARCHER, now=utc_now())
        rows = tuple(_row(task) for task in newest_tasks(session, principal, limit=MAX_TASKS))
    return page_response(request, "tasks/tasks.html", TasksPage(rows))


@router.get("/tasks/{number}")
def task_page(number: NumberPath, request: Request) -> Response:
    """Show one task with its progress, all problems and its result."""
    return page_response(request, "tasks/task.html", _page(number, request))


@router.get("/tasks/{number}/progress")
def task_progress(number: NumberPath, request: Request) -> Response:
    """Return the changing part of a task's page. The page polls this part every second."""
    return context_of(request).pages.answer("tasks/_progress.html", _page(number, request))


def _page(number: int, request: Request) -> TaskPage:
    with context_of(request).database.read() as session:
        principal = require_person(session, request, Role.RESEARCHER, now=utc_now())
        task = find_task(session, principal, number)
        response = task_response(task)
        return TaskPage(task.id, _row(task), tuple(response.problems), response.result)


def _row(task: Task) -> TaskRow:
    return TaskRow(
        id=task.id,
        kind=task.kind,
        subject=task.subject,
        status=task.status,
        done=task.done,
        total=task.total,
        attempt=task.attempt,
        error=task.error,
        created_at=task.created_at,
        ended_at=task.ended_at,
    )

"""REST routes that show background tasks: people see their own tasks, admins see all tasks."""

from typing import Annotated

from fastapi import Path, Request

from app.api.v1.error_responses import errors
from app.api.v1.json_router import api_router
from app.api.v1.list_parameters import ListQuery
from app.clock import utc_now
from app.dependencies import context_of, require_person
from app.tasks.queries import TASKS, TaskFilter, find_task, task_response, tasks_page
from benchmark.protocol import Role, TaskKind, TaskStatus
from benchmark.wire.tasks import TaskResponse, TasksResponse

router = api_router("tasks")
TaskIdPath = Annotated[int, Path(ge=1, lt=2**63)]


@router.get("/tasks", responses=errors("422 invalid_cursor"))
def list_tasks(
    request: Request, listing: ListQuery, kind: TaskKind | None = None, status: TaskStatus | None = None
) -> TasksResponse:
    """Return the background tasks that you started, newest first; an admin gets all tasks."""
    wanted, page = TaskFilter(kind, status), listing.page_of(TASKS)
    with context_of(request).database.read() as session:
        principal = require_person(session, request, Role.RESEARCHER, now=utc_now())
        return tasks_page(session, principal, wanted, page)


@router.get("/tasks/{task_id}", responses=errors("404 not_found"))
def get_task(task_id: TaskIdPath, request: Request) -> TaskResponse:
    """Return a background task with its progress and problems."""
    with context_of(request).database.read() as session:
        principal = require_person(session, request, Role.RESEARCHER, now=utc_now())
        return task_response(find_task(session, principal, task_id))

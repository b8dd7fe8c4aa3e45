"""Route of the page that lists background tasks."""

from fastapi import APIRouter, Request, Response

from app.clock import utc_now
from app.dependencies import context_of, page_response, require_person
from app.tasks.queries import newest_tasks
from app.tasks.view_models import TaskRow, TasksPage
from benchmark.protocol import Role

router = APIRouter(include_in_schema=False)
MAX_TASKS = 100


@router.get("/tasks")
def tasks_page(request: Request) -> Response:
    """Show the newest background tasks with their status, progress and last error.

    A researcher sees the tasks that they started; an admin sees all tasks.
    """
    context = context_of(request)
    with context.database.read() as session:
        principal = require_person(session, request, Role.RESEARCHER, now=utc_now())
        rows = tuple(
            TaskRow(
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
            for task in newest_tasks(session, principal, limit=MAX_TASKS)
        )
    return page_response(request, "tasks/tasks.html", TasksPage(rows))

"""Route of the admin page that lists the background tasks."""

from fastapi import APIRouter, Request, Response

from app.clock import utc_now
from app.dependencies import context_of, require_person
from app.tasks.queries import newest_tasks
from app.tasks.view_models import TaskRow, TasksPage
from benchmark.protocol import Role, Scope

router = APIRouter(include_in_schema=False)
MAX_TASKS = 100


@router.get("/tasks")
def tasks_page(request: Request) -> Response:
    """Show the newest background tasks with their status, progress and last error."""
    context = context_of(request)
    with context.database.read() as session:
        require_person(session, request, Role.ADMIN, scope=Scope.ADMIN, now=utc_now())
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
            for task in newest_tasks(session, limit=MAX_TASKS)
        )
    return context.pages.answer("tasks/tasks.html", TasksPage(rows))

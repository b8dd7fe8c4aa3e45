"""Defines the types of background tasks that a request started."""

from datetime import datetime

from benchmark.protocol import TaskKind, TaskStatus
from benchmark.wire.common import PageResponse, ResponseModel


class TaskResponse(ResponseModel):
    """A background task.

    `done` of `total` steps are finished. `done` and `total` are 0 until the task reports its progress.

    `error` explains in a sentence why the task failed; empty if it did not fail. `problems` lists all
    problems of a refused import. `result` describes what was imported; null until the task is done.
    """

    id: int
    kind: TaskKind
    subject: str
    status: TaskStatus
    done: int
    total: int
    error: str
    problems: list[str]
    result: dict[str, int | bool] | None
    created_at: datetime
    ended_at: datetime | None


class TasksResponse(PageResponse):
    tasks: list[TaskResponse]

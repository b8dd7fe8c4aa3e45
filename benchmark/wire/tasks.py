"""Defines the response that describes a background task which a request started."""

from datetime import datetime

from benchmark.protocol import TaskKind, TaskStatus
from benchmark.wire.common import PageResponse, ResponseModel


class TaskResponse(ResponseModel):
    """A background task.

    `done` of `total` steps are finished. `done` and `total` are 0 until the task reports its progress.

    `error` explains the last failure in a sentence; empty if the task never failed. `problems` lists all
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

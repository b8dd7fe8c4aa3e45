"""View models of the page of background tasks."""

from dataclasses import dataclass
from datetime import datetime

from benchmark.protocol import TaskKind, TaskStatus

_LABELS = {
    TaskKind.RENDITIONS: "Prepare renditions",
    TaskKind.BENCHMARK_IMPORT: "Import benchmark",
    TaskKind.VOTES_IMPORT: "Import votes",
}


@dataclass(frozen=True)
class TaskRow:
    """The row of one task. `done` of the task's `total` steps are finished."""

    kind: TaskKind
    subject: str
    status: TaskStatus
    done: int
    total: int
    attempt: int
    error: str
    created_at: datetime
    ended_at: datetime | None

    @property
    def label(self) -> str:
        return _LABELS[self.kind]

    @property
    def created(self) -> str:
        return f"{self.created_at:%Y-%m-%d %H:%M} UTC"


@dataclass(frozen=True)
class TasksPage:
    """The page that lists the latest background tasks, newest first (template tasks/tasks.html)."""

    tasks: tuple[TaskRow, ...]

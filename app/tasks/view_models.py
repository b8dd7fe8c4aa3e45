"""View models of the pages of background tasks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from benchmark.protocol import TaskKind, TaskStatus

_LABELS = {
    TaskKind.RENDITIONS: "Prepare renditions",
    TaskKind.BENCHMARK_IMPORT: "Import benchmark",
    TaskKind.VOTES_IMPORT: "Import votes",
    TaskKind.VOTES_MERGE: "Merge votes",
    TaskKind.STUDY_DELETION: "Delete study",
    TaskKind.SUBMISSION_DELETION: "Delete submission",
    TaskKind.MODEL_DELETION: "Delete model",
    TaskKind.PLATFORM_POLL: "Ask Prolific for the states of submissions",
    TaskKind.GOLD_CLIPS: "Make gold clips",
}


_DELETIONS = (TaskKind.STUDY_DELETION, TaskKind.SUBMISSION_DELETION, TaskKind.MODEL_DELETION)


@dataclass(frozen=True)
class TaskRow:
    """The row of one task. The task has `total` steps; `done` steps are finished."""

    id: int
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
    def url(self) -> str:
        return f"/tasks/{self.id}"

    @property
    def subject_url(self) -> str:
        if self.kind is TaskKind.GOLD_CLIPS:
            return f"/submissions/{self.subject}/gold"
        is_benchmark = self.kind is TaskKind.BENCHMARK_IMPORT
        return f"/benchmarks/{self.subject}" if is_benchmark else f"/studies/{self.subject}/results"

    @property
    def created(self) -> str:
        return f"{self.created_at:%Y-%m-%d %H:%M} UTC"


@dataclass(frozen=True)
class TaskPage:
    """The page of one task. `problems` lists all problems of a refused import."""

    id: int
    row: TaskRow
    problems: tuple[str, ...]
    result: Mapping[str, int | bool] | None

    @property
    def url(self) -> str:
        return f"/tasks/{self.id}"

    @property
    def progress_url(self) -> str:
        return f"/tasks/{self.id}/progress"

    @property
    def is_running(self) -> bool:
        return self.row.status in (TaskStatus.QUEUED, TaskStatus.RUNNING)

    @property
    def is_import(self) -> bool:
        return self.row.kind in (TaskKind.BENCHMARK_IMPORT, TaskKind.VOTES_IMPORT)

    @property
    def is_merge(self) -> bool:
        return self.row.kind is TaskKind.VOTES_MERGE

    @property
    def state(self) -> str:
        """Return a sentence about the task's status."""
        return {
            TaskStatus.QUEUED: "Waiting for the server to start the task.",
            TaskStatus.RUNNING: "The server is working on the task.",
            TaskStatus.DONE: "The task is finished.",
            TaskStatus.FAILED: "The task failed.",
        }[self.row.status]

    @property
    def tasks_url(self) -> str:
        return "/tasks"

    @property
    def import_url(self) -> str | None:
        """Return the URL of the form that imports a benchmark again; None for other tasks."""
        is_refused = self.row.status is TaskStatus.FAILED and self.row.kind is TaskKind.BENCHMARK_IMPORT
        return "/benchmarks#import" if is_refused else None

    @property
    def upload_url(self) -> str:
        return "/submissions/new"

    @property
    def facts(self) -> tuple[tuple[str, int], ...]:
        """Return the numbers of the result, such as the imported pairs."""
        return tuple((name, count) for name, count in (self.result or {}).items() if type(count) is int)

    @property
    def result_url(self) -> str | None:
        """Return the URL of the object that the task created; None while the task is not done."""
        is_deletion = self.row.kind in _DELETIONS
        if is_deletion or self.row.status is not TaskStatus.DONE or (self.result or {}).get("dry_run"):
            return None
        return self.row.subject_url


@dataclass(frozen=True)
class TasksPage:
    """The page that lists the latest background tasks, newest first (template tasks/tasks.html)."""

    tasks: tuple[TaskRow, ...]

"""The table of background tasks: work that a request starts without waiting for the result."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    literal_column,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.tables.base import Base, RowId, closed_set
from benchmark.protocol import TaskKind, TaskStatus


class Task(Base):
    """A task on one subject.

    `attempt` counts how often the task was claimed; only the latest attempt may report progress or end the
    task.
    """

    __tablename__ = "tasks"
    __table_args__ = (
        CheckConstraint("attempt >= 0", name="attempt_not_negative"),
        CheckConstraint("status <> 'running' OR expires_at IS NOT NULL", name="running_has_lease"),
        # The index allows at most one unfinished task of a kind on a subject.
        Index(
            "uq_tasks_unfinished",
            "kind",
            "subject",
            unique=True,
            sqlite_where=text("status IN ('queued', 'running')"),
            postgresql_where=text("status IN ('queued', 'running')"),
        ),
        Index("ix_tasks_subject", "subject", "id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    kind: Mapped[TaskKind] = mapped_column(closed_set(TaskKind))
    # The slug of the study or benchmark that the task works on.
    subject: Mapped[str] = mapped_column(String(200))
    status: Mapped[TaskStatus] = mapped_column(closed_set(TaskStatus))
    attempt: Mapped[int] = mapped_column(default=0)
    # Finished steps and total steps; 0 of 0 before the first report.
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime]
    # The task cannot be claimed before this time, which is later than `created_at` only after a failure, or
    # if the task repeats.
    ready_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    # The person who started the task and may see it; None for a task that the server started.
    owner_id: Mapped[int | None] = mapped_column(
        RowId, ForeignKey("people.id", ondelete="RESTRICT"), index=True
    )
    # For an import: the source to read, and the problems or the result of the import.
    details: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


def task_status_is(*statuses: TaskStatus) -> ColumnElement[bool]:
    """Return the SQL condition that selects tasks with one of these statuses.

    The statuses are literals, so that the database can use the partial index.
    """
    return Task.status.in_([literal_column(f"'{status.value}'") for status in statuses])

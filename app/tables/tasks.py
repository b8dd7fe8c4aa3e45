"""Background tasks of the server: work that a request starts and must not wait for."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ColumnElement, Index, String, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from app.tables.base import Base, RowId, closed_set
from benchmark.protocol import TaskKind, TaskStatus


class Task(Base):
    """One task on one subject. `attempt` numbers the claims; only the latest may report or end it."""

    __tablename__ = "tasks"
    __table_args__ = (
        CheckConstraint("attempt >= 0", name="attempt_not_negative"),
        CheckConstraint("status <> 'running' OR expires_at IS NOT NULL", name="running_has_lease"),
        # At most one unfinished task of a kind on a subject.
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
    # A study's slug for renditions; what else a kind works on.
    subject: Mapped[str] = mapped_column(String(200))
    status: Mapped[TaskStatus] = mapped_column(closed_set(TaskStatus))
    attempt: Mapped[int] = mapped_column(default=0)
    # Steps finished and steps in all; 0 of 0 before the first report.
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime]
    # Not claimed before this time: later than `created_at` only after a failed attempt.
    ready_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


def task_status_is(*statuses: TaskStatus) -> ColumnElement[bool]:
    """Return the condition with the statuses written out, so that the partial index can be used."""
    return Task.status.in_([literal_column(f"'{status.value}'") for status in statuses])

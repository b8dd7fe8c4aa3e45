"""The tables of jobs and workers; each job is a request to generate or to measure one clip."""

from datetime import datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    literal_column,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.tables.base import Base, RowId, closed_set
from benchmark.protocol import FailureKind, JobKind, JobStatus, SuiteName, WorkerState


class Worker(Base):
    """A process that generates and measures clips; the row stores the worker's latest report."""

    __tablename__ = "workers"
    __table_args__ = (UniqueConstraint("person_id", "name"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    person_id: Mapped[int] = mapped_column(RowId, ForeignKey("people.id", ondelete="RESTRICT"))  # of its key
    name: Mapped[str] = mapped_column(String(80))
    device: Mapped[str] = mapped_column(String(80))
    gpu: Mapped[str | None] = mapped_column(String(120))
    models: Mapped[list[str]] = mapped_column(JSON)
    # The suites of metrics that the worker can run.
    suites: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    # The model in the worker's memory, or the model of the worker's latest claim.
    held_model: Mapped[str | None] = mapped_column(String(64))
    # Whether other workers had that model in memory when this worker loaded it. If so, this worker helps with
    # further models only if enough work remains for another load.
    helps: Mapped[bool] = mapped_column(default=False, server_default=false())
    clips_done: Mapped[int] = mapped_column(default=0)
    # The number of failed attempts: in total, and since the worker's last clip.
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    failures_in_a_row: Mapped[int] = mapped_column(default=0, server_default="0")
    state: Mapped[WorkerState] = mapped_column(
        closed_set(WorkerState), default=WorkerState.WORKING, server_default=WorkerState.WORKING.value
    )
    state_reason: Mapped[str] = mapped_column(String(500), default="", server_default="")
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]


class Job(Base):
    """A clip that a worker must generate for a submission, or must measure with a suite of metrics.

    `attempt` counts how often workers claimed the job; only the latest attempt may finish or fail the job, or
    renew the lease.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        UniqueConstraint("submission_id", "pair_id", "seed", "suite"),
        CheckConstraint(
            "(kind = 'generate' AND model_id IS NOT NULL AND suite = '') "
            "OR (kind = 'measure' AND model_id IS NULL AND suite <> '')",
            name="kind_has_fields",
        ),
        CheckConstraint("attempt >= 0 AND failures >= 0", name="counts_not_negative"),
        CheckConstraint("seed >= 0", name="seed_not_negative"),
        CheckConstraint(
            "status <> 'leased' OR (worker_id IS NOT NULL AND expires_at IS NOT NULL)",
            name="lease_has_holder",
        ),
        CheckConstraint("status <> 'failed' OR failure_kind IS NOT NULL", name="failure_has_kind"),
        # These indexes find the next job of a model or a suite without reading or sorting other jobs.
        Index(
            "ix_jobs_queued",
            "model_id",
            "turn",
            "id",
            sqlite_where=text("status = 'queued'"),
            postgresql_where=text("status = 'queued'"),
        ),
        Index(
            "ix_jobs_queued_suite",
            "suite",
            "turn",
            "id",
            sqlite_where=text("status = 'queued' AND kind = 'measure'"),
            postgresql_where=text("status = 'queued' AND kind = 'measure'"),
        ),
        Index(
            "ix_jobs_leased",
            "expires_at",
            sqlite_where=text("status = 'leased'"),
            postgresql_where=text("status = 'leased'"),
        ),
        Index("ix_jobs_ended_at", "ended_at"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    submission_id: Mapped[int] = mapped_column(RowId, ForeignKey("submissions.id", ondelete="RESTRICT"))
    pair_id: Mapped[int] = mapped_column(RowId, ForeignKey("pairs.id", ondelete="RESTRICT"), index=True)
    kind: Mapped[JobKind] = mapped_column(
        closed_set(JobKind), default=JobKind.GENERATE, server_default=JobKind.GENERATE.value
    )
    # The submission's model, copied so that an index finds the next job of a model. A job that measures a
    # clip has no model here, because every worker with the suite can run this job.
    model_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("video_models.id", ondelete="RESTRICT"))
    # The suite of metrics (`SuiteName`); an empty text for a job that generates a clip.
    suite: Mapped[str] = mapped_column(String(32), default="", server_default="")
    seed: Mapped[int] = mapped_column(BigInteger)
    # The negated priority, so that a single ascending index finds the next job.
    turn: Mapped[int]
    status: Mapped[JobStatus] = mapped_column(closed_set(JobStatus))
    attempt: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    # The job cannot be claimed before this time, which is later than `created_at` only after a failure.
    ready_at: Mapped[datetime]
    # The worker that holds the job or was the last to hold it.
    worker_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("workers.id", ondelete="RESTRICT"))
    claimed_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    # The kind, message and log of the last failure, which are kept while the job is retried.
    failure_kind: Mapped[FailureKind | None] = mapped_column(closed_set(FailureKind))
    failure_message: Mapped[str] = mapped_column(String(500), default="")
    log_tail: Mapped[str] = mapped_column(Text, default="")

    @property
    def priority(self) -> int:
        """Return the urgency of the job; higher values come first."""
        return -self.turn


def job_status_is(*statuses: JobStatus, of: type[Job] = Job) -> ColumnElement[bool]:
    """Return the SQL condition that selects jobs with one of these statuses.

    The statuses are literals, so that the database can use the partial indexes.
    """
    spelled: list[ColumnElement[str]] = [literal_column(f"'{status.value}'") for status in statuses]
    return of.status == spelled[0] if len(spelled) == 1 else of.status.in_(spelled)


def job_kind_is(kind: JobKind, *, of: type[Job] = Job) -> ColumnElement[bool]:
    """Return the SQL condition that selects jobs of this kind, as a literal for the partial indexes."""
    spelled: ColumnElement[str] = literal_column(f"'{kind.value}'")
    return of.kind == spelled


def measures_with(suite: SuiteName) -> ColumnElement[bool]:
    """Return the SQL condition that selects jobs which measure clips with a suite."""
    return job_kind_is(JobKind.MEASURE) & (Job.suite == suite.value)

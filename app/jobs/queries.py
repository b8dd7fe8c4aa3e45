"""Reads the jobs that a person may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVarTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.cursors import KeyType, ListOrder, PageRequest
from app.security.identity import Principal
from app.tables.bench import Pair
from app.tables.jobs import Job, Worker
from app.tables.submissions import Submission, VideoModel
from benchmark.protocol import JobKind, JobStatus, SuiteName
from benchmark.wire.jobs import FailureInfo, JobResponse, JobsResponse

Columns = TypeVarTuple("Columns")
JOBS = ListOrder("jobs", (KeyType.BIG_INTEGER,))


@dataclass(frozen=True)
class JobFilter:
    """Filter of the list of jobs. A field with the value None matches all jobs."""

    submission: str | None = None
    model: str | None = None
    status: JobStatus | None = None
    kind: JobKind | None = None


@dataclass(frozen=True)
class ListedJob:
    """A job, with the names of its submission, model and pair."""

    job: Job
    submission: str
    model: str
    pair: str
    worker: str | None


def listed_jobs(
    session: Session, principal: Principal, wanted: JobFilter, page: PageRequest
) -> Sequence[ListedJob]:
    """Return the jobs of a page in the order of creation.

    If a next page exists, also return its first job.
    """
    query = _own(
        select(Job, Submission.public_id, VideoModel.slug, Pair.name, Worker.name)
        .select_from(Job)
        .join(Pair, Pair.id == Job.pair_id)
        .outerjoin(Worker, Worker.id == Job.worker_id),
        principal,
        wanted,
    )
    if wanted.status is not None:
        query = query.where(Job.status == wanted.status)
    if page.after is not None:
        query = query.where(Job.id > page.after[0])
    rows = session.execute(query.order_by(Job.id).limit(page.fetched))
    return [ListedJob(*row) for row in rows]


def listed_job(session: Session, job: Job) -> ListedJob:
    row = session.execute(
        select(Submission.public_id, VideoModel.slug, Pair.name, Worker.name)
        .select_from(Job)
        .join(Submission, Submission.id == Job.submission_id)
        .join(VideoModel, VideoModel.id == Submission.model_id)
        .join(Pair, Pair.id == Job.pair_id)
        .outerjoin(Worker, Worker.id == Job.worker_id)
        .where(Job.id == job.id)
    ).one()
    return ListedJob(job, *row)


def job_counts(session: Session, principal: Principal, wanted: JobFilter) -> dict[JobStatus, int]:
    """Return the number of jobs by status. The field `status` of the filter is ignored."""
    query = _own(select(Job.status, func.count().label("jobs")).select_from(Job), principal, wanted).group_by(
        Job.status
    )
    found = {row.status: row.jobs for row in session.execute(query)}
    return {status: found.get(status, 0) for status in JobStatus}


def jobs_page(session: Session, principal: Principal, wanted: JobFilter, page: PageRequest) -> JobsResponse:
    """Return a page of jobs, in the order of their creation, and the number of jobs by status."""
    found = page.cut(listed_jobs(session, principal, wanted, page), lambda row: (row.job.id,))
    return JobsResponse(
        counts=job_counts(session, principal, wanted),
        jobs=[job_response(row) for row in found.rows],
        next_cursor=found.next_cursor,
    )


def job_response(row: ListedJob) -> JobResponse:
    job = row.job
    failure = None
    if job.failure_kind is not None:
        failure = FailureInfo(kind=job.failure_kind, message=job.failure_message, log_tail=job.log_tail)
    is_resting = job.status is JobStatus.QUEUED and job.failures > 0
    return JobResponse(
        id=job.public_id,
        kind=job.kind,
        suite=SuiteName(job.suite) if job.suite else None,
        submission=row.submission,
        model=row.model,
        pair_id=row.pair,
        seed=job.seed,
        priority=job.priority,
        status=job.status,
        attempt=job.attempt,
        failures=job.failures,
        worker=row.worker,
        created_at=job.created_at,
        retry_at=job.ready_at if is_resting else None,
        expires_at=job.expires_at,
        ended_at=job.ended_at,
        failure=failure,
    )


def _own(query: Select[*Columns], principal: Principal, wanted: JobFilter) -> Select[*Columns]:
    """Join jobs with submissions and models; keep only the jobs that this person may see."""
    query = query.join(Submission, Submission.id == Job.submission_id).join(
        VideoModel, VideoModel.id == Submission.model_id
    )
    if not principal.is_admin:
        query = query.where(Submission.owner_id == principal.person_id)
    if wanted.submission is not None:
        query = query.where(Submission.public_id == wanted.submission)
    if wanted.model is not None:
        query = query.where(VideoModel.slug == wanted.model)
    if wanted.kind is not None:
        query = query.where(Job.kind == wanted.kind)
    return query

"""Manages the leases of jobs: workers renew leases and report released, failed and finished jobs.

A request names a job by the job's id and attempt number. If the attempt number is old, the response is the
error `stale_attempt`, and nothing changes. To avoid deadlocks, rows are locked in the order submission, job,
worker.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.errors import Conflict, NotFound
from app.jobs.workers import note_clip_done, note_failure, note_sign_of_life
from app.security.identity import Principal
from app.settings import Settings
from app.tables.jobs import Job, Worker, job_status_is
from benchmark.protocol import FailureKind, JobKind, JobStatus
from benchmark.wire.text import log_tail, one_line

# One claim ends at most this many expired leases, so that claims stay fast after many workers were lost.
_MOST_OVERDUE = 100


@dataclass(frozen=True)
class LeasePolicy:
    """The settings of job leases: the duration of a lease, the number of attempts, and the backoff.

    Times are in seconds.
    """

    lease_s: int
    attempts: int
    backoff_s: int
    longest_backoff_s: int

    @classmethod
    def of(cls, settings: Settings) -> "LeasePolicy":
        return cls(
            settings.job_lease_s,
            settings.job_attempts,
            settings.job_backoff_s,
            settings.job_longest_backoff_s,
        )

    def pause_after(self, failures: int) -> timedelta:
        """Return how long a job waits after this number of failures.

        Each further failure doubles the time.
        """
        # 2 ** 40 seconds is longer than every maximum delay, so larger powers are not needed.
        doubled = self.backoff_s * 2 ** min(failures - 1, 40)
        return timedelta(seconds=min(doubled, self.longest_backoff_s))


@dataclass(frozen=True)
class Failure:
    """A worker's report of a failed attempt."""

    kind: FailureKind
    message: str
    log: str = ""


_OVERDUE = (
    select(Job)
    .where(job_status_is(JobStatus.LEASED), Job.expires_at <= bindparam("now"))
    .order_by(Job.expires_at, Job.id)
    .limit(_MOST_OVERDUE)
    .with_for_update(skip_locked=True)
)
_BY_ID = (
    select(Job, Worker.person_id)
    .outerjoin(Worker, Worker.id == Job.worker_id)
    .where(Job.public_id == bindparam("public_id"))
    .with_for_update(of=Job)
)


def expire_leases(session: Session, *, policy: LeasePolicy, now: datetime) -> None:
    """End the leases that workers no longer renew. Each ended lease counts as a failed attempt."""
    overdue = session.scalars(_OVERDUE, {"now": now}).all()
    for job in overdue:
        message = f"The worker did not renew its lease for {policy.lease_s} seconds."
        lost = Failure(FailureKind.TIMEOUT, message)
        # After a lost worker there is no backoff, because the job has already waited until the lease expired.
        _count_failure(job, lost, policy, now=now, ready_at=now)
    if overdue:
        session.flush()


def held_job(session: Session, *, public_id: str, attempt: int, principal: Principal) -> Job:
    """Lock and return a job that is held by this attempt of the person's worker.

    Raises:
        NotFound: the job does not exist.
        Conflict: the job was cancelled, or this attempt no longer holds the job.
    """
    job, holder_id = _locked_job(session, public_id)
    _require_attempt(job, holder_id, attempt, principal, (JobStatus.LEASED,))
    return job


def job_to_finish(session: Session, *, public_id: str, attempt: int, principal: Principal) -> Job:
    """Lock and return a job that this attempt holds or has finished.

    Finished jobs are allowed because a worker may send the clip of a job a second time.

    Raises:
        NotFound, Conflict: see `held_job`.
    """
    job, holder_id = _locked_job(session, public_id)
    require_upload_attempt(job, holder_id, attempt=attempt, principal=principal)
    return job


def require_upload_attempt(job: Job, holder_id: int | None, *, attempt: int, principal: Principal) -> None:
    """Raise Conflict unless the attempt holds the job or has finished the job.

    `holder_id` is the person whose key the worker uses.
    """
    _require_attempt(job, holder_id, attempt, principal, (JobStatus.LEASED, JobStatus.DONE))


def require_held_attempt(job: Job, holder_id: int | None, *, attempt: int, principal: Principal) -> None:
    """Raise Conflict unless the attempt holds the job; `holder_id` is as in `require_upload_attempt`."""
    _require_attempt(job, holder_id, attempt, principal, (JobStatus.LEASED,))


def renew(session: Session, *, job: Job, policy: LeasePolicy, now: datetime) -> datetime:
    """Extend the lease of a job.

    An expired lease becomes valid again if no other worker has claimed the job.
    """
    until = job.expires_at = now + timedelta(seconds=policy.lease_s)
    session.flush()
    note_sign_of_life(session, worker_id=job.worker_id, now=now)
    return until


def release(session: Session, *, job: Job, now: datetime) -> None:
    """Queue a job again; this does not count as a failed attempt.

    A worker releases its jobs when it stops.
    """
    _end_lease(job, JobStatus.QUEUED)
    job.ready_at = now
    session.flush()
    note_sign_of_life(session, worker_id=job.worker_id, now=now)


def fail(session: Session, *, job: Job, failure: Failure, policy: LeasePolicy, now: datetime) -> None:
    """Record why an attempt failed.

    The job is queued again after a pause. If the input is wrong or no attempt is left, the job fails
    permanently.
    """
    ready_at = now + policy.pause_after(job.failures + 1)
    _count_failure(job, failure, policy, now=now, ready_at=ready_at)
    session.flush()
    if failure.kind is FailureKind.BAD_INPUT:
        note_sign_of_life(session, worker_id=job.worker_id, now=now)
    else:
        note_failure(session, worker_id=job.worker_id, now=now)


def finish(session: Session, *, job: Job, now: datetime) -> None:
    """Mark the job as done. The caller adds the clip or its scores in the same transaction."""
    _end_lease(job, JobStatus.DONE)
    job.ended_at = now
    session.flush()
    if job.kind is JobKind.GENERATE:
        note_clip_done(session, worker_id=job.worker_id, now=now)
    else:
        note_sign_of_life(session, worker_id=job.worker_id, now=now)


def _locked_job(session: Session, public_id: str) -> tuple[Job, int | None]:
    found = session.execute(_BY_ID, {"public_id": public_id}).one_or_none()
    if found is None:
        raise NotFound("There is no such job.")
    return found[0], found[1]


def _require_attempt(
    job: Job, holder_id: int | None, attempt: int, principal: Principal, statuses: Sequence[JobStatus]
) -> None:
    is_current = job.attempt == attempt and holder_id == principal.person_id
    if is_current and job.status is JobStatus.CANCELLED:
        raise Conflict("This job was cancelled. Discard its result.", code="cancelled")
    if not is_current or job.status not in statuses:
        raise Conflict("This attempt no longer holds the job. Discard its result.", code="stale_attempt")


def _end_lease(job: Job, status: JobStatus) -> None:
    job.status = status
    job.expires_at = None


def _count_failure(
    job: Job, failure: Failure, policy: LeasePolicy, *, now: datetime, ready_at: datetime
) -> None:
    job.failures += 1
    job.failure_kind = failure.kind
    job.failure_message = one_line(failure.message)
    job.log_tail = log_tail(failure.log)
    # If the input is wrong, another attempt would fail too.
    if failure.kind is FailureKind.BAD_INPUT or job.failures >= policy.attempts:
        _end_lease(job, JobStatus.FAILED)
        job.ended_at = now
    else:
        _end_lease(job, JobStatus.QUEUED)
        job.ready_at = ready_at

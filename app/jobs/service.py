"""Finds, cancels and retries the jobs of a person's own submissions."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Update, exists, select, true, update
from sqlalchemy.orm import Session

from app.errors import Conflict, NotFound
from app.security.audit import record_event
from app.security.identity import Principal
from app.submissions.service import require_open
from app.tables.jobs import Job, job_kind_is, job_status_is, measures_with
from app.tables.submissions import Clip, Submission
from benchmark.protocol import JobKind, JobStatus, SubmissionStatus, SuiteName

# Column values of a job that is queued again. The attempt number is not reset, so old attempts stay stale.
AS_NEW: dict[str, object] = {
    "status": JobStatus.QUEUED,
    "failures": 0,
    "ended_at": None,
    "failure_kind": None,
    "failure_message": "",
    "log_tail": "",
}
GENERATES = job_kind_is(JobKind.GENERATE)


def find_submission(session: Session, *, public_id: str, principal: Principal) -> Submission:
    """Lock and return a submission that this person owns. Admins get any submission.

    Every function that changes jobs must hold this lock.
    """
    found = session.scalar(select(Submission).where(Submission.public_id == public_id).with_for_update())
    if found is None or not (principal.is_admin or found.owner_id == principal.person_id):
        raise NotFound("There is no such submission.")
    return found


def find_job(session: Session, *, public_id: str, principal: Principal) -> Job:
    """Lock a job and its submission; return the job. Raise NotFound if another person owns the submission."""
    submission_id = session.scalar(
        select(Submission.public_id)
        .join(Job, Job.submission_id == Submission.id)
        .where(Job.public_id == public_id)
    )
    if submission_id is None:
        raise NotFound("There is no such job.")
    try:
        find_submission(session, public_id=submission_id, principal=principal)
    except NotFound as error:
        raise NotFound("There is no such job.") from error
    return session.execute(select(Job).where(Job.public_id == public_id).with_for_update()).scalar_one()


def cancel_job(session: Session, *, job: Job, principal: Principal, now: datetime) -> None:
    """Cancel a job.

    A worker that holds the job gets an error at the next renewal of the lease. A second call changes nothing.
    """
    if job.status is JobStatus.DONE:
        raise _job_done(job)
    if job.status is not JobStatus.CANCELLED:
        job.status = JobStatus.CANCELLED
        job.expires_at = None
        job.ended_at = now
        session.flush()
        submission = session.get_one(Submission, job.submission_id)
        _record(session, principal, "jobs.cancel", submission, jobs=1, suite=job.suite, now=now)


def cancel_jobs(
    session: Session,
    *,
    submission: Submission,
    suite: SuiteName | None = None,
    principal: Principal,
    now: datetime,
) -> int:
    """Cancel the queued and leased jobs of a submission. Return the number of cancelled jobs.

    Without a suite of metrics, cancel the jobs that generate clips. With a suite, cancel the jobs that
    measure clips with this suite.
    """
    cancelled = _cancel(session, submission, _of_suite(suite), now)
    _record(session, principal, "jobs.cancel", submission, jobs=cancelled, suite=suite, now=now)
    return cancelled


def cancel_all_jobs(session: Session, *, submission: Submission, now: datetime) -> int:
    """Cancel all queued and leased jobs of a withdrawn submission; return the number of cancelled jobs."""
    return _cancel(session, submission, true(), now)


def _cancel(session: Session, submission: Submission, jobs: ColumnElement[bool], now: datetime) -> int:
    return change_jobs(
        session,
        update(Job)
        .where(Job.submission_id == submission.id, jobs, job_status_is(JobStatus.QUEUED, JobStatus.LEASED))
        .values(status=JobStatus.CANCELLED, expires_at=None, ended_at=now),
    )


def retry_job(session: Session, *, job: Job, principal: Principal, now: datetime) -> None:
    """Queue a failed or cancelled job again, and reset the job's number of failures.

    A job that waits after a failure becomes ready immediately.

    Raises:
        Conflict: the clip or its scores are stored, or the submission is closed or withdrawn.
    """
    if job.status is JobStatus.DONE:
        raise _job_done(job)
    submission = session.get_one(Submission, job.submission_id)
    if job.kind is JobKind.GENERATE:
        require_open(submission)
        _refuse_known_clip(session, job)
    else:
        require_final(submission)
    if job.status is not JobStatus.LEASED:
        for name, value in (AS_NEW | {"ready_at": now}).items():
            setattr(job, name, value)
        session.flush()
        _record(session, principal, "jobs.retry", submission, jobs=1, suite=job.suite, now=now)


def retry_jobs(
    session: Session,
    *,
    submission: Submission,
    suite: SuiteName | None = None,
    principal: Principal,
    now: datetime,
) -> int:
    """Queue all failed jobs of a submission again; jobs that wait after a failure become ready at once.

    `suite` is as in `cancel_jobs`. Return the number of changed jobs.

    Raises:
        Conflict: the submission accepts no clips (without `suite`), or is not final (with `suite`).
    """
    if suite is None:
        require_open(submission)
    else:
        require_final(submission)
    resting = job_status_is(JobStatus.QUEUED) & (Job.ready_at > now)
    retried = change_jobs(
        session,
        update(Job)
        .where(
            Job.submission_id == submission.id, _of_suite(suite), job_status_is(JobStatus.FAILED) | resting
        )
        .values(AS_NEW | {"ready_at": now}),
    )
    _record(session, principal, "jobs.retry", submission, jobs=retried, suite=suite, now=now)
    return retried


def record_request(
    session: Session,
    principal: Principal,
    submission: Submission,
    *,
    jobs: int,
    suite: SuiteName | None = None,
    now: datetime,
) -> None:
    """Record in the audit log that a person requested jobs. A request that queued no job is not recorded."""
    _record(session, principal, "jobs.request", submission, jobs=jobs, suite=suite, now=now)


def require_final(submission: Submission) -> None:
    """Raise Conflict if the submission is not final. The clips of a final submission never change."""
    if submission.status is not SubmissionStatus.FINAL:
        raise Conflict(
            f"This submission is {submission.status}. Metrics are computed for final submissions only, "
            "because their clips do not change. Make the submission final first.",
            code="submission_not_final",
        )


def change_jobs(session: Session, statement: Update) -> int:
    done = session.execute(statement, execution_options={"synchronize_session": False})
    return cast(CursorResult[Any], done).rowcount


def _record(
    session: Session,
    principal: Principal,
    action: str,
    submission: Submission,
    *,
    jobs: int,
    suite: str | None,
    now: datetime,
) -> None:
    if jobs:
        details = {"jobs": jobs} | ({"suite": str(suite)} if suite else {})
        record_event(session, principal, action, subject=submission.public_id, now=now, **details)


def _of_suite(suite: SuiteName | None) -> ColumnElement[bool]:
    return GENERATES if suite is None else measures_with(suite)


def _job_done(job: Job) -> Conflict:
    result = "The clip of this job is" if job.kind is JobKind.GENERATE else "The scores of this job are"
    return Conflict(f"{result} already stored.", code="job_done")


def _refuse_known_clip(session: Session, job: Job) -> None:
    there = exists().where(Clip.submission_id == job.submission_id, Clip.pair_id == job.pair_id)
    if session.scalar(select(there)):
        raise _job_done(job)

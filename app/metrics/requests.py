"""Creates one job for each clip that a suite measures, and never two jobs for the same clip and suite."""

import secrets
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.jobs.service import AS_NEW, change_jobs, record_request, require_final
from app.security.identity import Principal
from app.tables.jobs import Job, measures_with
from app.tables.submissions import Clip, Submission
from benchmark.protocol import JobKind, JobStatus, SuiteName
from benchmark.wire.metrics import MeasureRequest

_ENDED = (JobStatus.CANCELLED, JobStatus.FAILED, JobStatus.DONE)


def measure(
    session: Session, *, submission: Submission, request: MeasureRequest, principal: Principal, now: datetime
) -> int:
    """Queue a job for each clip of a locked submission, except clips that the suite has already measured.

    Cancelled jobs are queued again. With `request.again`, finished and failed jobs are also queued again. The
    old scores are shown until the new scores are complete. Return the number of queued jobs.

    Raises:
        Conflict: the submission is not final (`submission_not_final`).
    """
    require_final(submission)
    mine = (Job.submission_id == submission.id) & measures_with(request.suite)
    known = {
        (row.pair_id, row.seed): row.status
        for row in session.execute(select(Job.pair_id, Job.seed, Job.status).where(mine))
    }
    again = _ENDED if request.again else (JobStatus.CANCELLED,)
    queued = change_jobs(
        session,
        update(Job)
        .where(mine, Job.status.in_(again))
        .values(AS_NEW | {"turn": -request.priority, "ready_at": now}),
    )
    clips = session.execute(
        select(Clip.pair_id, Clip.seed).where(Clip.submission_id == submission.id).order_by(Clip.id)
    )
    new = [
        _job_row(submission, row.pair_id, row.seed, request, now)
        for row in clips
        if (row.pair_id, row.seed) not in known
    ]
    if new:
        session.execute(insert(Job), new)
    jobs, suite = queued + len(new), SuiteName(request.suite)
    record_request(session, principal, submission, jobs=jobs, suite=suite, now=now)
    return jobs


def _job_row(
    submission: Submission, pair_id: int, seed: int, request: MeasureRequest, now: datetime
) -> dict[str, object]:
    return {
        "public_id": secrets.token_hex(8),
        "submission_id": submission.id,
        "pair_id": pair_id,
        "kind": JobKind.MEASURE,
        "suite": SuiteName(request.suite).value,
        "seed": seed,
        "turn": -request.priority,
        "status": JobStatus.QUEUED,
        "created_at": now,
        "ready_at": now,
    }

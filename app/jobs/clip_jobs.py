"""Ends the job of an uploaded or deleted clip, and finds unfinished jobs that generate clips."""

from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from app.jobs.service import GENERATES, change_jobs
from app.submissions.storage import UploadTarget
from app.tables.jobs import Job, job_status_is
from app.tables.submissions import Clip, Submission
from benchmark.protocol import JobStatus

_UNFINISHED = job_status_is(JobStatus.QUEUED, JobStatus.LEASED, JobStatus.FAILED)


def cancel_job_of_clip(session: Session, *, target: UploadTarget, now: datetime) -> None:
    """Cancel the unfinished job for an uploaded clip, so that no worker generates the same clip."""
    change_jobs(
        session,
        update(Job)
        .where(
            Job.submission_id == target.submission_id,
            Job.pair_id == target.pair_id,
            Job.seed == target.seed,
            GENERATES,
            _UNFINISHED,
        )
        .values(status=JobStatus.CANCELLED, expires_at=None, ended_at=now),
    )


def forget_job_of_clip(session: Session, *, clip: Clip) -> None:
    """Cancel the finished job of a deleted clip, so that people can request the clip again."""
    change_jobs(
        session,
        update(Job)
        .where(
            Job.submission_id == clip.submission_id,
            Job.pair_id == clip.pair_id,
            Job.seed == clip.seed,
            GENERATES,
            job_status_is(JobStatus.DONE),
        )
        .values(status=JobStatus.CANCELLED),
    )


def has_unfinished(session: Session, submission: Submission) -> bool:
    """Return whether the submission has queued, leased or failed jobs that generate clips."""
    unfinished = exists().where(Job.submission_id == submission.id, GENERATES, _UNFINISHED)
    return bool(session.scalar(select(unfinished)))

"""Authorizes clip uploads.

A clip may be uploaded by the submission's owner, or by a worker that holds the clip's job.

Uploads by owners and by workers change jobs. An owner's upload cancels the job for the same clip. A worker's
upload finishes the worker's job.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.jobs import leases
from app.jobs.clip_jobs import cancel_job_of_clip, has_unfinished
from app.security.identity import Principal
from app.submissions import service
from app.submissions.service import require_open
from app.submissions.storage import UploadTarget
from app.tables.bench import Pair
from app.tables.jobs import Job, Worker, job_kind_is
from app.tables.submissions import Clip, Submission
from benchmark.protocol import JobKind, JobStatus

# This statement is built once, because building it takes longer than running it.
_OWN_TARGET = (
    select(Submission, Pair.id, Pair.image_key, Clip.sha256)
    .outerjoin(Pair, (Pair.benchmark_id == Submission.benchmark_id) & (Pair.name == bindparam("pair_name")))
    .outerjoin(
        Clip,
        (Clip.submission_id == Submission.id) & (Clip.pair_id == Pair.id) & (Clip.seed == bindparam("seed")),
    )
    .where(Submission.public_id == bindparam("submission"))
)
_JOB_TARGET = (
    select(Job, Worker.person_id, Submission, Pair.name, Pair.image_key, Clip.sha256)
    .join(Submission, Submission.id == Job.submission_id)
    .join(Pair, Pair.id == Job.pair_id)
    .outerjoin(Worker, Worker.id == Job.worker_id)
    .outerjoin(
        Clip,
        (Clip.submission_id == Job.submission_id) & (Clip.pair_id == Job.pair_id) & (Clip.seed == Job.seed),
    )
    .where(Job.public_id == bindparam("job"), job_kind_is(JobKind.GENERATE))
)
_SUBMISSION = select(Submission).where(Submission.id == bindparam("submission_id")).with_for_update()


@dataclass(frozen=True)
class OwnerUpload:
    """The right of a submission's owner, or of an admin, to upload clips of the submission."""

    principal: Principal
    submission: str
    pair_name: str
    seed: int = 0

    def find_target(self, session: Session) -> UploadTarget:
        given = {"submission": self.submission, "pair_name": self.pair_name, "seed": self.seed}
        row = session.execute(_OWN_TARGET, given).one_or_none()
        if row is None or not self._is_owner(row[0]):
            raise NotFound("There is no such submission.")
        submission, pair_id, image_key, sha256 = row
        require_open(submission)
        if pair_id is None:
            raise NotFound("This benchmark has no such pair.", code="unknown_pair")
        return UploadTarget(submission.id, pair_id, self.seed, image_key, sha256)

    def lock_target(self, session: Session, target: UploadTarget) -> "LockedOwnTarget":
        require_open(session.execute(_SUBMISSION, {"submission_id": target.submission_id}).scalar_one())
        return LockedOwnTarget(target)

    def _is_owner(self, submission: Submission) -> bool:
        return self.principal.is_admin or submission.owner_id == self.principal.person_id


@dataclass(frozen=True)
class LockedOwnTarget:
    target: UploadTarget

    def clip_stored(self, session: Session, *, now: datetime) -> None:
        """Cancel the job for this clip. Do nothing if the clip has no job."""
        cancel_job_of_clip(session, target=self.target, now=now)


@dataclass(frozen=True)
class JobUpload:
    """The right of a worker to upload the clip of a job, as long as the worker's attempt holds the job.

    `seed` is the seed in the request. `seed` may be None, because the job already defines the seed.
    """

    principal: Principal
    submission: str
    pair_name: str
    seed: int | None
    job: str
    attempt: int

    def find_target(self, session: Session) -> UploadTarget:
        row = session.execute(_JOB_TARGET, {"job": self.job}).one_or_none()
        if row is None:
            raise NotFound("There is no such job.")
        job, holder_id, submission, pair_name, image_key, sha256 = row
        leases.require_upload_attempt(job, holder_id, attempt=self.attempt, principal=self.principal)
        if submission.public_id != self.submission:
            raise NotFound("There is no such submission, or this job belongs to another submission.")
        _require_unfinished_open(job, submission)
        if pair_name != self.pair_name:
            raise NotFound("This job is for another pair.", code="unknown_pair")
        if self.seed not in (None, job.seed):
            raise NotFound("This job is for another seed.", code="unknown_pair")
        return UploadTarget(submission.id, job.pair_id, job.seed, image_key, sha256)

    def lock_target(self, session: Session, target: UploadTarget) -> "LockedJobTarget":
        # Lock the submission before its job. All code that changes jobs uses this order.
        submission = session.execute(_SUBMISSION, {"submission_id": target.submission_id}).scalar_one()
        job = leases.job_to_finish(
            session, public_id=self.job, attempt=self.attempt, principal=self.principal
        )
        _require_unfinished_open(job, submission)
        return LockedJobTarget(submission, job, self.principal)


@dataclass(frozen=True)
class LockedJobTarget:
    submission: Submission
    job: Job
    principal: Principal

    def clip_stored(self, session: Session, *, now: datetime) -> None:
        """Finish the job. If the submission now has all of its clips, also finalise the submission."""
        leases.finish(session, job=self.job, now=now)
        submission = self.submission
        if not has_unfinished(session, submission) and not service.missing_clips(session, submission):
            service.finalise(
                session, submission=submission, allow_partial=False, principal=self.principal, now=now
            )


def _require_unfinished_open(job: Job, submission: Submission) -> None:
    """Raise Conflict if the submission is closed, unless the worker has already finished this job."""
    if job.status is not JobStatus.DONE:
        require_open(submission)

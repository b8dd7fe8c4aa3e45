"""How a clip comes in over REST, by its owner's hand or from a worker, and what follows from it."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.datastructures import Headers

from app.errors import Invalid, NotFound
from app.jobs import leases
from app.jobs.service import clip_came, has_unfinished
from app.security.identity import Principal
from app.submissions import service
from app.submissions.storage import OwnEntrance, Slot
from app.tables.submissions import Submission
from benchmark.protocol import JobStatus

_JOB = re.compile(r"[0-9a-f]{16}")
_ATTEMPT = re.compile(r"[1-9][0-9]{0,8}")


@dataclass(frozen=True)
class NamedJob:
    """The job and the number of its attempt, as a worker's headers name them."""

    job: str
    attempt: int


def read_job_headers(headers: Headers) -> NamedJob | None:
    """Return the job a clip is sent for; None where neither header is there.

    Raises:
        Invalid: one is missing, or is no id or number.
    """
    job, attempt = headers.get("ti2v-job"), headers.get("ti2v-attempt")
    if job is None and attempt is None:
        return None
    if job is None or attempt is None or not _JOB.fullmatch(job) or not _ATTEMPT.fullmatch(attempt):
        raise Invalid(
            "Send both Ti2v-Job, the id of the job, and Ti2v-Attempt, its attempt, as they were claimed."
        )
    return NamedJob(job, int(attempt))


class OwnerEntrance(OwnEntrance):
    """A clip its owner hands in needs no worker any more."""

    def recorded(self, session: Session, slot: Slot, *, now: datetime) -> None:
        clip_came(session, submission=slot.submission, pair=slot.pair, now=now)


@dataclass(frozen=True)
class JobEntrance:
    """The way into a submission that is not the worker's own, as long as its attempt holds the job."""

    principal: Principal
    public_id: str
    pair_name: str
    job_id: str
    attempt: int

    def slot(self, session: Session) -> Slot:
        # The submission first: everything that changes jobs of a submission waits in this order.
        submission = session.scalar(
            select(Submission).where(Submission.public_id == self.public_id).with_for_update()
        )
        job = leases.job_to_finish(
            session, public_id=self.job_id, attempt=self.attempt, principal=self.principal
        )
        if submission is None or job.submission_id != submission.id:
            raise NotFound("There is no such submission, or this job belongs to another one.")
        # Sent again after it was finished: whether the bytes are the same is seen once they are here.
        find = service.find_pair if job.status is JobStatus.DONE else service.find_slot
        pair = find(session, submission=submission, pair_name=self.pair_name)
        if job.pair_id != pair.id:
            raise NotFound("This job is for another pair.", code="unknown_pair")
        return Slot(submission, pair)

    def recorded(self, session: Session, slot: Slot, *, now: datetime) -> None:
        """Finish the job, and the submission with its last clip."""
        job = leases.job_to_finish(
            session, public_id=self.job_id, attempt=self.attempt, principal=self.principal
        )
        leases.finish(session, job=job, now=now)
        if not has_unfinished(session, slot.submission) and not service.missing_pairs(
            session, slot.submission
        ):
            service.finalise(session, submission=slot.submission, allow_partial=False, now=now)

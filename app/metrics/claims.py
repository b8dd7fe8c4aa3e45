"""Claims jobs that measure clips, and finds the clip of a claimed job.

Workers renew, release and fail these jobs like jobs that generate clips (app/jobs/leases.py).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, Row, bindparam, select, update
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.jobs.leases import LeasePolicy, expire_leases, require_held_attempt
from app.security.identity import Principal
from app.tables.base import Base
from app.tables.bench import Pair
from app.tables.jobs import Job, Worker, job_kind_is, job_status_is
from app.tables.submissions import Clip, Submission
from benchmark.importers.layouts import DIMENSIONS_TAG
from benchmark.protocol import JobKind, JobStatus, SuiteName
from benchmark.wire.jobs import ClaimedMeasurement

_WAITING = (
    job_kind_is(JobKind.MEASURE),
    Job.suite == bindparam("suite"),
    job_status_is(JobStatus.QUEUED),
    Job.ready_at <= bindparam("now"),
)
_FIRST = select(Job.turn, Job.id).where(*_WAITING).order_by(Job.turn, Job.id).limit(1)
_OF_THE_CLIP = (
    (Clip.submission_id == Job.submission_id) & (Clip.pair_id == Job.pair_id) & (Clip.seed == Job.seed)
)
_NEXT = (
    select(
        Job.id,
        Job.public_id,
        (Job.attempt + 1).label("attempt"),
        Job.suite,
        Job.seed,
        Submission.public_id.label("submission"),
        Pair.name.label("pair_id"),
        Pair.prompt,
        Pair.scenario,
        Pair.tags,
        Pair.image_key,
        Clip.sha256,
    )
    .join(Submission, Submission.id == Job.submission_id)
    .join(Pair, Pair.id == Job.pair_id)
    .join(Clip, _OF_THE_CLIP)
    .where(*_WAITING)
    .order_by(Job.turn, Job.id)
    .limit(bindparam("count", type_=Integer))
    .with_for_update(of=Job, skip_locked=True)
)
_jobs = Base.metadata.tables[Job.__tablename__]
_LEASE = (
    update(_jobs)
    .where(_jobs.c.id.in_(bindparam("ids", expanding=True)))
    .values(
        status=JobStatus.LEASED,
        attempt=_jobs.c.attempt + 1,
        worker_id=bindparam("worker"),
        claimed_at=bindparam("now"),
        expires_at=bindparam("until"),
    )
)


def claim_measurements(
    session: Session,
    *,
    worker: Worker,
    suites: Iterable[SuiteName],
    count: int,
    policy: LeasePolicy,
    now: datetime,
) -> list[ClaimedMeasurement]:
    """Lease up to `count` clips to measure with one suite. Return an empty list if no job is ready.

    The suite with the most urgent job comes first.
    """
    expire_leases(session, policy=policy, now=now)
    until = now + timedelta(seconds=policy.lease_s)
    firsts = {suite: session.execute(_FIRST, {"suite": suite.value, "now": now}).first() for suite in suites}
    waiting = {suite: tuple(first) for suite, first in firsts.items() if first is not None}
    for suite in sorted(waiting, key=waiting.__getitem__):
        rows = session.execute(_NEXT, {"suite": suite.value, "now": now, "count": count}).all()
        if rows:
            ids = [row.id for row in rows]
            session.execute(_LEASE, {"ids": ids, "worker": worker.id, "now": now, "until": until})
            return [_claimed(row, lease_s=policy.lease_s, expires_at=until) for row in rows]
    return []


def clip_of_job(session: Session, *, public_id: str, attempt: int, principal: Principal) -> Clip:
    """Return the clip of a job that this attempt of the person's worker holds at the moment.

    Raises:
        NotFound: there is no job with this id, or the job does not measure a clip.
        Conflict: the job was cancelled, or this attempt no longer holds the job.
    """
    row = session.execute(
        select(Job, Worker.person_id, Clip)
        .outerjoin(Worker, Worker.id == Job.worker_id)
        .join(Clip, _OF_THE_CLIP)
        .where(Job.public_id == public_id, Job.kind == JobKind.MEASURE)
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such job, or it does not measure a clip.")
    job, holder_id, clip = row
    require_held_attempt(job, holder_id, attempt=attempt, principal=principal)
    return clip


def _claimed(row: Row[*tuple[Any, ...]], *, lease_s: int, expires_at: datetime) -> ClaimedMeasurement:
    return ClaimedMeasurement(
        id=row.public_id,
        attempt=row.attempt,
        suite=row.suite,
        submission=row.submission,
        pair_id=row.pair_id,
        prompt=row.prompt,
        scenario=row.scenario,
        dimensions=str(row.tags.get(DIMENSIONS_TAG, "")).split(),
        image_url=f"/api/v1/jobs/{row.public_id}/image",
        image_sha256=row.image_key.rsplit("/", 1)[-1],
        clip_url=f"/api/v1/jobs/{row.public_id}/clip?attempt={row.attempt}",
        clip_sha256=row.sha256,
        seed=row.seed,
        lease_s=lease_s,
        expires_at=expires_at,
    )

"""Leases queued jobs of one model to a worker, and reads the image of a leased job.

Claims skip rows that other transactions have locked, so two workers never get the same job.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, Row, bindparam, select, update
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.jobs.leases import LeasePolicy, expire_leases
from app.jobs.scheduling import models_for, take_model
from app.security.identity import Principal
from app.tables.base import Base
from app.tables.bench import Benchmark, Pair
from app.tables.jobs import Job, Worker, job_status_is
from app.tables.submissions import Submission, VideoModel
from benchmark.protocol import JobStatus
from benchmark.wire.jobs import ClaimedJob

_NEXT = (
    select(
        Job.id,
        Job.public_id,
        (Job.attempt + 1).label("attempt"),
        Job.seed,
        Submission.public_id.label("submission"),
        VideoModel.slug.label("model"),
        Pair.name.label("pair_id"),
        Pair.prompt,
        Pair.image_key,
    )
    .join(VideoModel, VideoModel.id == Job.model_id)
    .join(Submission, Submission.id == Job.submission_id)
    .join(Pair, Pair.id == Job.pair_id)
    .where(
        VideoModel.slug == bindparam("model"),
        job_status_is(JobStatus.QUEUED),
        Job.ready_at <= bindparam("now"),
    )
    .order_by(Job.turn, Job.id)
    .limit(bindparam("count", type_=Integer))
    .with_for_update(of=Job, skip_locked=True)
)
_jobs = Base.metadata.tables[Job.__tablename__]
# One statement claims all jobs. The jobs' rows are locked, so no other transaction changes the attempt
# numbers.
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


def claim(
    session: Session, *, worker: Worker, count: int, policy: LeasePolicy, now: datetime
) -> list[ClaimedJob]:
    """Lease up to `count` jobs of one model to a worker. Return an empty list if no job is ready.

    Jobs of the model that the worker has loaded come first, because loading a model takes longer than
    generating a clip.
    """
    expire_leases(session, policy=policy, now=now)
    alive_since = now - timedelta(seconds=policy.lease_s)
    until = now + timedelta(seconds=policy.lease_s)
    for chosen in models_for(session, worker, alive_since=alive_since, now=now):
        rows = session.execute(_NEXT, {"model": chosen.model, "now": now, "count": count}).all()
        if rows:
            ids = [row.id for row in rows]
            session.execute(_LEASE, {"ids": ids, "worker": worker.id, "now": now, "until": until})
            take_model(worker, chosen)
            return [_claimed_job(row, lease_s=policy.lease_s, expires_at=until) for row in rows]
    return []


def _claimed_job(row: Row[*tuple[Any, ...]], *, lease_s: int, expires_at: datetime) -> ClaimedJob:
    return ClaimedJob(
        id=row.public_id,
        attempt=row.attempt,
        model=row.model,
        submission=row.submission,
        pair_id=row.pair_id,
        prompt=row.prompt,
        image_url=f"/api/v1/jobs/{row.public_id}/image",
        image_sha256=row.image_key.rsplit("/", 1)[-1],
        seed=row.seed,
        lease_s=lease_s,
        expires_at=expires_at,
    )


def image_of_job(session: Session, *, public_id: str, principal: Principal) -> tuple[Pair, Benchmark]:
    """Return a job's pair and benchmark to the person whose worker holds the job or held it last.

    Raises:
        NotFound: the job does not exist, or no worker of this person holds or last held the job.
    """
    query = (
        select(Pair, Benchmark)
        .join(Benchmark, Benchmark.id == Pair.benchmark_id)
        .join(Job, Job.pair_id == Pair.id)
        .join(Worker, Worker.id == Job.worker_id)
        .where(Job.public_id == public_id)
    )
    if not principal.is_admin:
        query = query.where(Worker.person_id == principal.person_id)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound("There is no such job, or another person's worker holds it.")
    return row[0], row[1]

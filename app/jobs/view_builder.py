"""Builds the view models of the jobs page, with one query per kind of row."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, case, exists, func, select, true
from sqlalchemy.orm import Session

from app.jobs.durations import ago, span
from app.jobs.view_models import FailureLine, JobsPart, ModelChoice, SubmissionJobs, WorkerLine
from app.jobs.workers import offered_models
from app.security.identity import Principal
from app.security.visibility import sees_model
from app.submissions.repository import expected_clips, received_clips
from app.tables.bench import Benchmark, Pair
from app.tables.jobs import Job, Worker, job_kind_is, job_status_is
from app.tables.submissions import Submission, VideoModel
from benchmark.plurals import counted
from benchmark.protocol import JobKind, JobStatus, SubmissionStatus

MOST_SUBMISSIONS, MOST_WORKERS, MOST_FAILURES = 30, 50, 20
# Clips per minute are computed from the last ten clips. The page omits workers not seen for a day.
SPEED_WINDOW = timedelta(minutes=10)
WORKER_WINDOW = timedelta(days=1)
# The rate of two clips within a second is not reliable.
_SHORTEST_SPAN_S = 20.0
# The page of a submission's metrics lists the jobs that measure clips.
_GENERATES = job_kind_is(JobKind.GENERATE)


def jobs_part(
    session: Session, principal: Principal, *, now: datetime, lease_s: int, server: str
) -> JobsPart:
    """Return the section of the jobs page that lists the workers and the person's own jobs.

    Admins get all jobs.
    """
    alive_since = now - timedelta(seconds=lease_s)
    submissions = _submissions(session, principal, now, alive_since, server)
    failures, more = _failures(session, principal, now)
    workers = _workers(session, principal, now, alive_since)
    return JobsPart(submissions, workers, failures, more, start_command=_start_command(server))


def model_choices(session: Session, principal: Principal) -> tuple[ModelChoice, ...]:
    """Return the models that the form offers: first the models of workers, then other registered models."""
    offered = offered_models(session)
    known = set(session.scalars(select(VideoModel.slug).where(sees_model(principal))))
    return tuple(
        ModelChoice(slug, slug in offered)
        for slug in sorted(known.union(offered), key=lambda slug: (slug not in offered, slug))
    )


def _submissions(
    session: Session, principal: Principal, now: datetime, alive_since: datetime, server: str
) -> tuple[SubmissionJobs, ...]:
    rows = session.execute(_latest_submissions(principal)).all()
    ids = [row.id for row in rows]
    counts = _counts(session, ids)
    speeds = _speeds(session, ids, now)
    offered = offered_models(session, since=alive_since)
    return tuple(
        SubmissionJobs(
            public_id=row.public_id,
            name=f"{row.slug}@{row.label}" if row.label else row.slug,
            benchmark=row.title,
            status=row.status,
            counts=counts[row.id],
            missing=row.expected - row.received,
            clips_a_minute=speeds.get(row.id, 0.0),
            is_offered=row.slug in offered,
            start_command=f"{_start_command(server)} --models {row.slug}",
        )
        for row in rows
    )


def _start_command(server: str) -> str:
    return f"ti2v worker --server {server} --key KEY"


def _latest_submissions(
    principal: Principal,
) -> Select[int, str, str, str, str, SubmissionStatus, int, int]:
    """Return the query for submissions with jobs.

    Submissions with leased jobs come first, then the newest submissions.
    """
    generates = (Job.submission_id == Submission.id) & _GENERATES
    being_made = exists().where(generates, job_status_is(JobStatus.LEASED))
    to_come = exists().where(generates, job_status_is(JobStatus.QUEUED))
    return (
        select(
            Submission.id,
            Submission.public_id,
            VideoModel.slug,
            Submission.label,
            Benchmark.title,
            Submission.status,
            expected_clips().label("expected"),
            received_clips().label("received"),
        )
        .join(VideoModel, VideoModel.id == Submission.model_id)
        .join(Benchmark, Benchmark.id == Submission.benchmark_id)
        .where(exists().where(generates), _is_own(principal))
        .order_by(case((being_made, 0), (to_come, 1), else_=2), Submission.id.desc())
        .limit(MOST_SUBMISSIONS)
    )


def _is_own(principal: Principal) -> ColumnElement[bool]:
    if principal.is_admin:
        return true()
    return Submission.owner_id == principal.person_id


def _counts(session: Session, ids: Sequence[int]) -> dict[int, dict[JobStatus, int]]:
    counts: defaultdict[int, dict[JobStatus, int]] = defaultdict(lambda: dict.fromkeys(JobStatus, 0))
    rows = session.execute(
        select(Job.submission_id, Job.status, func.count().label("jobs"))
        .where(Job.submission_id.in_(ids), _GENERATES)
        .group_by(Job.submission_id, Job.status)
    )
    for row in rows:
        counts[row.submission_id][row.status] = row.jobs
    return counts


def _speeds(session: Session, ids: Sequence[int], now: datetime) -> dict[int, float]:
    """Return each submission's recent speed in clips per minute, keyed by submission id."""
    rows = session.execute(
        select(Job.submission_id, func.count().label("clips"), func.min(Job.claimed_at).label("first"))
        .where(
            Job.submission_id.in_(ids),
            _GENERATES,
            job_status_is(JobStatus.DONE),
            Job.ended_at > now - SPEED_WINDOW,
        )
        .group_by(Job.submission_id)
    )
    return {
        row.submission_id: row.clips / max((now - row.first).total_seconds(), _SHORTEST_SPAN_S) * 60
        for row in rows
    }


def _workers(
    session: Session, principal: Principal, now: datetime, alive_since: datetime
) -> tuple[WorkerLine, ...]:
    holding = (
        select(func.count())
        .where(Job.worker_id == Worker.id, job_status_is(JobStatus.LEASED))
        .scalar_subquery()
    )
    rows = session.execute(
        select(Worker, holding.label("jobs"))
        .where(Worker.last_seen_at > now - WORKER_WINDOW)
        .order_by(Worker.last_seen_at.desc(), Worker.id)
        .limit(MOST_WORKERS)
    )
    return tuple(
        WorkerLine(
            id=worker.id,
            name=worker.name,
            place=f"{worker.gpu} ({worker.device})" if worker.gpu else worker.device,
            model=worker.held_model or "none",
            seen=ago((now - worker.last_seen_at).total_seconds()),
            is_present=worker.last_seen_at > alive_since,
            jobs=jobs,
            clips_done=worker.clips_done,
            state=worker.state,
            # Only admins get the reason, because it can name pairs of another person's benchmark.
            reason=worker.state_reason if principal.is_admin else "",
            failures_in_a_row=worker.failures_in_a_row,
        )
        for worker, jobs in rows
    )


def _failures(session: Session, principal: Principal, now: datetime) -> tuple[tuple[FailureLine, ...], int]:
    """Return the newest failures and the number of further failures."""
    has_failed = job_status_is(JobStatus.FAILED) | (job_status_is(JobStatus.QUEUED) & (Job.failures > 0))
    own = (
        select(Job, VideoModel.slug, Submission.label, Pair.name)
        .select_from(Job)
        .join(Submission, Submission.id == Job.submission_id)
        .join(VideoModel, VideoModel.id == Job.model_id)
        .join(Pair, Pair.id == Job.pair_id)
        .where(has_failed, _GENERATES, _is_own(principal), Submission.status == SubmissionStatus.OPEN)
    )
    total = session.execute(select(func.count()).select_from(own.subquery())).scalar_one()
    rows = session.execute(own.order_by(Job.id.desc()).limit(MOST_FAILURES)).all()
    lines = tuple(_failure(job, slug, label, pair, now) for job, slug, label, pair in rows)
    return lines, total - len(lines)


def _failure(job: Job, slug: str, label: str, pair: str, now: datetime) -> FailureLine:
    assert job.failure_kind is not None
    return FailureLine(
        public_id=job.public_id,
        submission=f"{slug}@{label}" if label else slug,
        pair=pair,
        kind=job.failure_kind,
        message=job.failure_message,
        log_tail=job.log_tail,
        state=_state(job, now),
    )


def _state(job: Job, now: datetime) -> str:
    if job.status is JobStatus.FAILED:
        return f"failed after {counted(job.failures, 'attempt')}"
    rests_s = (job.ready_at - now).total_seconds()
    return f"retried in {span(rests_s)}" if rests_s >= 1 else "waiting for a retry"

"""Creates one job for each requested clip, and never two jobs for the same clip."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.orm import Session

from app.benchmarks.service import find_benchmark
from app.errors import Conflict, Forbidden, Invalid
from app.jobs.service import AS_NEW, change_jobs, record_request
from app.jobs.workers import offered_models
from app.security.identity import Principal
from app.submissions.repository import add_model, add_submission, model_of, submission_of
from app.submissions.service import require_open
from app.tables.bench import Benchmark, Pair
from app.tables.jobs import Job, job_kind_is, job_status_is
from app.tables.submissions import Clip, Submission, VideoModel
from benchmark.protocol import JobKind, JobStatus
from benchmark.wire.jobs import CreatedJobs, CreateJobsRequest, CreateJobsResponse

_MAX_SHOWN = 5


def create_jobs(
    session: Session, *, request: CreateJobsRequest, principal: Principal, now: datetime
) -> CreateJobsResponse:
    """Queue a job for each requested clip that is neither stored nor queued. Cancelled jobs are queued again.

    Raises:
        Invalid: a pair is unknown (`unknown_pair`), or the model is unknown (`unknown_model`). For an unknown
            model, the message lists the models that workers offer.
        Forbidden: the model belongs to somebody else, and no worker offers it.
        Conflict: the submission with this label belongs to somebody else, or is closed.
    """
    benchmark = find_benchmark(session, request.benchmark, principal=principal)
    model = _find_or_add_model(session, request.model, principal, now)
    pairs = _pairs_of(session, benchmark, request.pairs)
    submission = _submission_for(session, model, benchmark, request.label, principal, now)
    created = [
        CreatedJobs(
            id=submission.public_id,
            seed=seed,
            jobs=_queue(session, submission, pairs, seed=seed, priority=request.priority, now=now),
        )
        for seed in request.seeds
    ]
    jobs = sum(each.jobs for each in created)
    record_request(session, principal, submission, jobs=jobs, now=now)
    return CreateJobsResponse(submissions=created, jobs=jobs)


def _find_or_add_model(session: Session, slug: str, principal: Principal, now: datetime) -> VideoModel:
    """Return the requested model.

    If the model is not registered but a worker offers it, register it for this person.
    """
    offered = offered_models(session)
    model = model_of(session, slug)
    if model is None:
        if slug not in offered:
            raise Invalid(
                "Nobody registered this model and no worker offers it. Start a worker that offers the model"
                + (", or request a model that a worker offers." if offered else "."),
                code="unknown_model",
                problems=offered,
            )
        return add_model(session, slug=slug, name=slug, principal=principal, now=now)
    if slug not in offered and not principal.is_admin and model.owner_id != principal.person_id:
        raise Forbidden("This model belongs to somebody else, and no worker offers it.")
    return model


def _pairs_of(session: Session, benchmark: Benchmark, names: Iterable[str] | None) -> Sequence[int]:
    """Return the ids of the named pairs, or of all pairs if none is named, in the benchmark's order."""
    known = {
        name: id
        for id, name in session.execute(
            select(Pair.id, Pair.name).where(Pair.benchmark_id == benchmark.id).order_by(Pair.position)
        )
    }
    if names is None:
        return list(known.values())
    wanted = list(names)
    unknown = [place for place, name in enumerate(wanted, start=1) if name not in known]
    if unknown:
        raise Invalid(
            f"{benchmark.slug} does not contain these pairs of your list: {_positions(unknown)}.",
            code="unknown_pair",
        )
    chosen = set(wanted)
    return [id for name, id in known.items() if name in chosen]


def _positions(unknown: Sequence[int]) -> str:
    """Return the positions of unknown entries, because messages name the positions and not the entries."""
    shown = ", ".join(f"number {place:,}" for place in unknown[:_MAX_SHOWN])
    more = len(unknown) - _MAX_SHOWN
    return f"{shown} and {more:,} more" if more > 0 else shown


def _submission_for(
    session: Session,
    model: VideoModel,
    benchmark: Benchmark,
    label: str,
    principal: Principal,
    now: datetime,
) -> Submission:
    """Lock and return the submission with this label.

    If no submission has this label, open a new submission.
    """
    found = submission_of(session, model=model, benchmark=benchmark, label=label, for_change=True)
    if found is None:
        return add_submission(
            session, model=model, benchmark=benchmark, label=label, principal=principal, now=now
        )
    if not principal.is_admin and found.owner_id != principal.person_id:
        raise Conflict(
            "Somebody else has a submission with this model and label. Choose another label.",
            code="submission_exists",
        )
    return found


def _queue(
    session: Session, submission: Submission, pairs: Sequence[int], *, seed: int, priority: int, now: datetime
) -> int:
    """Add the missing jobs of a submission for these pairs and this seed. Return the number of added jobs."""
    jobs = session.execute(
        select(Job.pair_id, Job.status).where(
            Job.submission_id == submission.id, Job.seed == seed, job_kind_is(JobKind.GENERATE)
        )
    ).all()
    clips = set(
        session.scalars(select(Clip.pair_id).where(Clip.submission_id == submission.id, Clip.seed == seed))
    )
    settled = clips | {job.pair_id for job in jobs if job.status is not JobStatus.CANCELLED}
    wanted = [pair for pair in pairs if pair not in settled]
    if not wanted:
        return 0
    require_open(submission)
    cancelled = {job.pair_id for job in jobs if job.status is JobStatus.CANCELLED}
    back = Job.pair_id.in_([pair for pair in wanted if pair in cancelled]) & (Job.seed == seed)
    _requeue_cancelled(session, submission, back, -priority, now)
    new = [pair for pair in wanted if pair not in cancelled]
    if new:
        session.execute(insert(Job), [_job_row(submission, pair, seed, -priority, now) for pair in new])
    return len(wanted)


def _requeue_cancelled(
    session: Session, submission: Submission, jobs: ColumnElement[bool], turn: int, now: datetime
) -> None:
    of_submission = (Job.submission_id == submission.id) & job_kind_is(JobKind.GENERATE)
    change_jobs(
        session,
        update(Job)
        .where(of_submission, jobs, job_status_is(JobStatus.CANCELLED))
        .values(AS_NEW | {"turn": turn, "ready_at": now}),
    )


def _job_row(submission: Submission, pair_id: int, seed: int, turn: int, now: datetime) -> dict[str, object]:
    return {
        "public_id": secrets.token_hex(8),
        "submission_id": submission.id,
        "pair_id": pair_id,
        "model_id": submission.model_id,
        "seed": seed,
        "turn": turn,
        "status": JobStatus.QUEUED,
        "created_at": now,
        "ready_at": now,
    }

"""Stores the description that each worker last sent, and lists the models and suites that workers offer."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.security.identity import Principal
from app.tables.base import Base
from app.tables.jobs import Worker
from benchmark.protocol import SuiteName, WorkerState
from benchmark.wire.jobs import ClaimRequest, MeasureClaimRequest, WorkerInfo, WorkerStateRequest
from benchmark.wire.text import one_line

# Minimum time between two updates of a worker's last_seen_at.
SEEN_EVERY = timedelta(seconds=2)

_BY_NAME = select(Worker).where(Worker.person_id == bindparam("person_id"), Worker.name == bindparam("name"))
_workers = Base.metadata.tables[Worker.__tablename__]
_SIGN_OF_LIFE = (
    update(_workers)
    .where(_workers.c.id == bindparam("worker"), _workers.c.last_seen_at <= bindparam("since"))
    .values(last_seen_at=bindparam("now"))
)
# The database increments the number, because two clips of one worker may arrive at the same moment.
_CLIP_DONE = (
    update(_workers)
    .where(_workers.c.id == bindparam("worker"))
    .values(clips_done=_workers.c.clips_done + 1, failures_in_a_row=0, last_seen_at=bindparam("now"))
)
_FAILURE = (
    update(_workers)
    .where(_workers.c.id == bindparam("worker"))
    .values(
        failures=_workers.c.failures + 1,
        failures_in_a_row=_workers.c.failures_in_a_row + 1,
        last_seen_at=bindparam("now"),
    )
)


def upsert_worker(
    session: Session, *, claim: ClaimRequest | MeasureClaimRequest, principal: Principal, now: datetime
) -> Worker:
    """Update a worker's row with the description that its claim contains, and return the row.

    A claim of jobs that generate clips lists the worker's models. A claim of jobs that measure clips lists
    the worker's suites of metrics.
    """
    info = claim.worker
    worker = _find(session, info, principal) or _add(session, info, principal, now)
    worker.device = info.device
    worker.gpu = info.gpu
    worker.state, worker.state_reason = WorkerState.WORKING, ""
    if isinstance(claim, ClaimRequest):
        worker.models = sorted(set(claim.models))
        if claim.holding is None and worker.held_model is not None:
            # The worker has lost its model, for example because its process died. Loading the model again
            # does not count as a second help (see app/jobs/scheduling.py).
            worker.helps = False
        worker.held_model = claim.holding
    else:
        worker.suites = sorted(set(claim.suites))
    if now - worker.last_seen_at >= SEEN_EVERY:
        worker.last_seen_at = now
    return worker


def store_state(
    session: Session, *, report: WorkerStateRequest, principal: Principal, now: datetime
) -> Worker:
    """Store the state that a worker reports, and return the worker's row."""
    info = report.worker
    worker = _find(session, info, principal) or _add(session, info, principal, now)
    worker.device, worker.gpu = info.device, info.gpu
    worker.state, worker.state_reason = report.state, one_line(report.reason)
    worker.last_seen_at = now
    session.flush()
    return worker


def note_failure(session: Session, *, worker_id: int | None, now: datetime) -> None:
    session.execute(_FAILURE, {"worker": worker_id, "now": now})


def note_sign_of_life(session: Session, *, worker_id: int | None, now: datetime) -> None:
    session.execute(_SIGN_OF_LIFE, {"worker": worker_id, "since": now - SEEN_EVERY, "now": now})


def note_clip_done(session: Session, *, worker_id: int | None, now: datetime) -> None:
    session.execute(_CLIP_DONE, {"worker": worker_id, "now": now})


def offered_models(session: Session, *, since: datetime | None = None) -> list[str]:
    """Return the models that workers offer, sorted by name. Workers last seen before `since` are ignored."""
    query = select(Worker.models)
    if since is not None:
        query = query.where(Worker.last_seen_at > since)
    return sorted({model for models in session.scalars(query) for model in models})


def offered_suites(session: Session, *, since: datetime) -> list[SuiteName]:
    """Return the suites of metrics that are offered by workers seen after `since`."""
    found = {
        suite
        for suites in session.scalars(select(Worker.suites).where(Worker.last_seen_at > since))
        for suite in suites
    }
    return [suite for suite in SuiteName if suite.value in found]


def _find(session: Session, info: WorkerInfo, principal: Principal) -> Worker | None:
    return session.scalar(_BY_NAME, {"person_id": principal.person_id, "name": info.name})


def _add(session: Session, info: WorkerInfo, principal: Principal, now: datetime) -> Worker:
    worker = Worker(
        person_id=principal.person_id,
        name=info.name,
        device=info.device,
        gpu=info.gpu,
        models=[],
        suites=[],
        held_model=None,
        first_seen_at=now,
        last_seen_at=now,
    )
    try:
        with session.begin_nested():
            session.add(worker)
    except IntegrityError:
        # On PostgreSQL two workers with the same name may send their first claim at the same moment.
        found = _find(session, info, principal)
        assert found is not None
        return found
    return worker

"""Chooses a worker's next model: its loaded model, else a model that no worker has loaded, else any model.

Loading a model takes longer than generating a clip. Each model must be loaded by one worker, which generates
the model's first clip. In addition, every worker except one may help once: the worker loads a model that
another worker has already loaded, and takes jobs of that model. A queue of M models on W workers therefore
costs at most W + M - 1 loads. A worker helps a second time only if enough work is left to keep every worker
busy for minutes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, aliased

from app.tables.jobs import Job, Worker, job_status_is
from app.tables.submissions import VideoModel
from benchmark.protocol import JobStatus

# A worker loads another worker's model a second time only if each worker has at least this many seconds of
# work left.
WORTH_A_LOAD_S = 300.0
_PACE_WINDOW = timedelta(hours=1)


@dataclass(frozen=True)
class Choice:
    """A model with queued jobs, and the number of other workers that have loaded the model (`others`)."""

    model: str
    others: int


# An arbitrary lock number: a second transaction that takes this lock waits until the first has committed.
_CHOOSING = select(func.pg_advisory_xact_lock(7_102_026))

_waiting = aliased(Job)
_first_waiting = (
    select(_waiting.id)
    .where(
        _waiting.model_id == VideoModel.id,
        job_status_is(JobStatus.QUEUED, of=_waiting),
        _waiting.ready_at <= bindparam("now"),
    )
    .order_by(_waiting.turn, _waiting.id)
    .limit(1)
    .correlate(VideoModel)
    .scalar_subquery()
)
_others_holding = (
    select(func.count())
    .select_from(Worker)
    .where(
        Worker.held_model == VideoModel.slug,
        Worker.id != bindparam("worker_id"),
        Worker.last_seen_at > bindparam("alive_since"),
    )
    .correlate(VideoModel)
    .scalar_subquery()
)
# The most urgent model comes first. Among equally urgent models, a model that no worker has in memory comes
# first, so that workers share a queue of several models with few loads. Among the remaining models, the model
# with the oldest job comes first.
_OTHER_MODELS = (
    select(VideoModel.slug, _others_holding.label("others"))
    .join(Job, Job.id == _first_waiting)
    .where(VideoModel.slug.in_(bindparam("slugs", expanding=True)))
    .order_by(Job.turn, _others_holding, Job.id)
)
_WAITING_JOBS = (
    select(func.count())
    .select_from(Job)
    .join(VideoModel, VideoModel.id == Job.model_id)
    .where(VideoModel.slug == bindparam("model"), job_status_is(JobStatus.QUEUED))
)
_LATEST_CLIPS = (
    select(func.count().label("clips"), func.min(Job.claimed_at).label("first"))
    .join(VideoModel, VideoModel.id == Job.model_id)
    .where(
        VideoModel.slug == bindparam("model"),
        job_status_is(JobStatus.DONE),
        Job.ended_at > bindparam("since"),
    )
)


def models_for(session: Session, worker: Worker, *, alive_since: datetime, now: datetime) -> Iterator[Choice]:
    """Yield the models whose jobs the worker may claim, best first.

    The first model is the worker's loaded model. Other models are queried only if the caller asks for more.
    """
    held = worker.held_model
    if held is not None and held in worker.models:
        yield Choice(held, 0)
    _one_at_a_time(session)
    found = session.execute(
        _OTHER_MODELS,
        {"slugs": worker.models, "worker_id": worker.id, "alive_since": alive_since, "now": now},
    )
    choices = [Choice(*row) for row in found]
    if not choices:
        # This worker found no jobs, so it may help with another worker's model again when new jobs arrive.
        worker.helps = False
    for choice in choices:
        if not worker.helps or not choice.others or _is_worth_a_load(session, choice, now):
            yield choice


def take_model(worker: Worker, chosen: Choice) -> None:
    """Record which model a worker loads, and whether the worker shares this model with other workers."""
    if worker.held_model != chosen.model:
        worker.held_model = chosen.model
        worker.helps = chosen.others > 0


def _is_worth_a_load(session: Session, choice: Choice, now: datetime) -> bool:
    """Return whether enough work is left to justify another load of the model.

    If the model generated no clip recently, the model's speed is unknown, and the result is False.
    """
    latest = session.execute(_LATEST_CLIPS, {"model": choice.model, "since": now - _PACE_WINDOW}).one()
    if not latest.clips:
        return False
    waiting = session.execute(_WAITING_JOBS, {"model": choice.model}).scalar_one()
    worker_seconds_a_clip = (now - latest.first).total_seconds() * choice.others / latest.clips
    seconds_each: float = waiting * worker_seconds_a_clip / (choice.others + 1)
    return seconds_each >= WORTH_A_LOAD_S


def _one_at_a_time(session: Session) -> None:
    """Allow only one claim at a time to choose a model that the claiming worker has not loaded.

    SQLite serialises all writes anyway.
    """
    if session.get_bind().dialect.name != "sqlite":
        session.execute(_CHOOSING)

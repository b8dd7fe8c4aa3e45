"""Queues the task that makes the wrong clips of gold questions, and records what the owner decides."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Conflict, NotFound
from app.gold_clips.plan import PlannedClip, plan_gold_clips
from app.security.audit import record_event
from app.security.identity import Principal
from app.submissions.repository import model_of, submission_of
from app.submissions.withdrawal import withdraw
from app.tables.bench import Benchmark, Pair
from app.tables.gold_clips import GoldClip
from app.tables.submissions import Clip, Submission, VideoModel
from app.tables.tasks import Task
from app.tasks import service as tasks
from app.tasks.queries import newest_task
from benchmark.protocol import GoldStatus, SubmissionStatus, TaskKind, TaskStatus
from benchmark.wire.gold_clips import GoldClipsRequest

_MAX_SLUG = 64


def queue_gold_clips(
    session: Session, *, source: Submission, request: GoldClipsRequest, principal: Principal, now: datetime
) -> Task:
    """Queue a task that makes wrong clips from a person's own final submission.

    A repeated request returns the unfinished task.

    Raises:
        Conflict: the submission is not final, has no usable clips, or has gold clips already; or the server
            is making other gold clips of this submission (`gold_clips_running`).
    """
    plan_wrong_clips(session, source, request)
    details = request.model_dump(mode="json")
    task = tasks.enqueue(
        session,
        kind=TaskKind.GOLD_CLIPS,
        subject=source.public_id,
        now=now,
        owner_id=principal.person_id,
        details=details,
    )
    if task.details != details:
        raise _running()
    session.flush()
    return task


def unfinished_task(session: Session, source: Submission) -> Task | None:
    """Return the unfinished task that makes a submission's gold clips; None if there is no such task."""
    task = newest_task(session, kind=TaskKind.GOLD_CLIPS, subject=source.public_id)
    return task if task is not None and task.status in (TaskStatus.QUEUED, TaskStatus.RUNNING) else None


def gold_submission(session: Session, source: Submission) -> Submission | None:
    """Return the submission with the wrong clips made from `source`; None if no wrong clips were made."""
    model = model_of(session, gold_model_slug(session, source))
    benchmark = session.get_one(Benchmark, source.benchmark_id)
    return (
        submission_of(session, model=model, benchmark=benchmark, label=source.label, for_change=False)
        if model
        else None
    )


def usable_gold_submission(session: Session, source: Submission) -> Submission | None:
    """Return the final submission with the wrong clips of `source`; None if no such submission exists."""
    made = gold_submission(session, source)
    return made if made is not None and made.status is SubmissionStatus.FINAL else None


def decide(
    session: Session,
    *,
    source: Submission,
    pair: str,
    status: GoldStatus,
    principal: Principal,
    now: datetime,
) -> None:
    """Confirm or reject the wrong clip of a pair. A later decision replaces an earlier decision.

    After a study opens, a later decision does not change the gold questions of the study.

    Raises:
        NotFound: the submission has no wrong clip of this pair, or the wrong clips are not yet complete.
    """
    made = usable_gold_submission(session, source)
    row = session.scalar(
        select(GoldClip)
        .join(Clip, Clip.id == GoldClip.clip_id)
        .join(Pair, Pair.id == Clip.pair_id)
        .where(Clip.submission_id == (made.id if made else None), Pair.name == pair)
    )
    if row is None:
        raise NotFound("The submission has no wrong clip of this pair.", code="unknown_clip")
    row.status, row.decided_by_id, row.decided_at = status, principal.person_id, now
    _note(session, f"gold_clip.{status}", source, principal, now, pair=pair)


def discard(session: Session, *, source: Submission, principal: Principal, now: datetime) -> None:
    """Withdraw the wrong clips of a submission, so that the owner can make new wrong clips.

    A repeated call changes nothing.

    Raises:
        Conflict: a task is making gold clips of this submission (`gold_clips_running`).
    """
    if unfinished_task(session, source) is not None:
        raise _running()
    withdraw_wrong_clips(session, source, principal, now)


def withdraw_wrong_clips(session: Session, source: Submission, principal: Principal, now: datetime) -> None:
    made = gold_submission(session, source)
    if made is not None and made.status is not SubmissionStatus.WITHDRAWN:
        withdraw(session, submission=made, reason="the gold clips are made again", principal=principal)
        _note(session, "gold_clip.discard", source, principal, now)


def plan_wrong_clips(session: Session, source: Submission, request: GoldClipsRequest) -> list[PlannedClip]:
    """Plan the wrong clips of a submission.

    Raises:
        Conflict: the submission is not final, has no usable clips, or has gold clips already.
    """
    if source.status is not SubmissionStatus.FINAL:
        raise Conflict(
            "Gold clips are made from a final submission. Finalise this submission first.",
            code="submission_not_final",
        )
    if usable_gold_submission(session, source) is not None:
        raise Conflict(
            "This submission has gold clips already. Discard them first to make others.",
            code="gold_clips_exist",
        )
    kinds = tuple(dict.fromkeys(request.kinds))
    planned = plan_gold_clips(session, source, count=request.count, kinds=kinds)
    if not planned:
        raise Conflict(
            "No clip of this submission can be used: a gold question needs a clip with motion, a constant "
            "frame rate and an even size.",
            code="no_usable_clips",
        )
    return planned


def gold_model_slug(session: Session, source: Submission) -> str:
    """Return the slug of the model under which the server stores a submission's wrong clips."""
    return f"gold-of-{session.get_one(VideoModel, source.model_id).slug}"[:_MAX_SLUG]


def _running() -> Conflict:
    return Conflict(
        "The server is making gold clips of this submission. Wait until that task has ended.",
        code="gold_clips_running",
    )


def _note(
    session: Session, action: str, source: Submission, principal: Principal, now: datetime, **details: str
) -> None:
    record_event(session, principal, action, subject=source.public_id, now=now, **details)

"""Implements the background task that makes the wrong clips of gold questions in the media sandbox."""

import hashlib

from sqlalchemy.orm import Session

from app.clock import utc_now
from app.context import AppContext
from app.errors import AppError, Unavailable
from app.gold_clips.plan import PlannedClip
from app.gold_clips.queries import gold_rows
from app.gold_clips.service import (
    gold_model_slug,
    plan_wrong_clips,
    usable_gold_submission,
    withdraw_wrong_clips,
)
from app.jobs.uploads import OwnerUpload
from app.media.renditions import RenditionFailed, make_wrong_clip
from app.media.store import MediaDamaged, content_key
from app.security.identity import Principal
from app.submissions.service import finalise, find_submission, open_submission, register_model
from app.submissions.storage import ClipStorage
from app.submissions.streaming import ReceivedFile
from app.tables.bench import Benchmark
from app.tables.gold_clips import GoldClip
from app.tables.submissions import Submission, VideoModel
from app.tables.tasks import Task
from app.tasks.queries import owner_of
from app.tasks.runner import Progress, TaskFailed
from benchmark.wire.gold_clips import GoldClipsRequest
from benchmark.wire.submissions import ModelRequest

_MAX_NAME = 200


def make_in_background(context: AppContext, subject: str, progress: Progress) -> None:
    """Make the wrong clips for submission `subject`, and store them in a submission of model `gold-of-MODEL`.

    Every attempt starts from the beginning. The task withdraws the open submission that an interrupted
    attempt left behind.

    Raises:
        TaskFailed: the clips cannot be made, or another person owns the model `gold-of-MODEL`.
    """
    try:
        questions = _make_all(context, subject, progress)
    except Unavailable:
        raise  # the task is tried again later
    except (AppError, MediaDamaged, RenditionFailed) as error:
        raise TaskFailed(str(error)) from error
    progress.add_details(result={"questions": questions})


def _make_all(context: AppContext, subject: str, progress: Progress) -> int:
    """Make and finalise the wrong clips; return their number."""
    with context.database.write() as session:
        task = session.get_one(Task, progress.task_id)
        principal = owner_of(session, task)
        source = find_submission(session, public_id=subject, principal=principal, for_change=True)
        made = usable_gold_submission(session, source)
        if made is not None:
            # An earlier attempt made the clips, but the server ended before the task was marked as done.
            return len(gold_rows(session, made))
        planned = plan_wrong_clips(session, source, GoldClipsRequest.model_validate(task.details))
        target = _open_target(session, source, principal=principal).public_id
    progress(0, len(planned))
    for done, each in enumerate(planned, start=1):
        _make(context, each, target=target, principal=principal)
        progress(done, len(planned))
    with context.database.write() as session:
        principal = owner_of(session, session.get_one(Task, progress.task_id))
        made = find_submission(session, public_id=target, principal=principal, for_change=True)
        finalise(session, submission=made, allow_partial=True, principal=principal, now=utc_now())
    return len(planned)


def _open_target(session: Session, source: Submission, *, principal: Principal) -> Submission:
    """Open the submission that gets the wrong clips."""
    now = utc_now()
    withdraw_wrong_clips(session, source, principal, now)
    model = session.get_one(VideoModel, source.model_id)
    slug = gold_model_slug(session, source)
    request = ModelRequest(
        name=f"Gold clips of {model.name}"[:_MAX_NAME], description="Wrong clips for gold questions."
    )
    register_model(session, slug=slug, request=request, principal=principal, now=now)
    return open_submission(
        session,
        model=slug,
        benchmark=session.get_one(Benchmark, source.benchmark_id),
        label=source.label,
        principal=principal,
        now=now,
    )


def _make(context: AppContext, planned: PlannedClip, *, target: str, principal: Principal) -> None:
    authorization = OwnerUpload(principal, target, planned.pair)
    with context.database.read() as session:
        place = authorization.find_target(session)
    storage = ClipStorage(context.database, context.store, context.sandbox)
    original = context.store.open_local(content_key("clips", planned.source.sha256))
    with original as source, context.store.private_file() as path:
        make_wrong_clip(source, planned.recipe, planned.order, path, sandbox=context.sandbox)
        content = path.read_bytes()
        received = ReceivedFile(path, hashlib.sha256(content).hexdigest(), len(content))
        clip = storage.save(received, target=place, authorization=authorization).clip
    with context.database.write() as session:
        session.add(GoldClip(clip_id=clip.id, right_id=planned.right.id, kind=planned.kind))

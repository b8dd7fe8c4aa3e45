"""Makes the wrong clips of gold questions in the media sandbox, and records what the owner decides."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.context import AppContext
from app.errors import Conflict, NotFound
from app.gold_clips.plan import PlannedClip, plan_gold_clips
from app.jobs.uploads import OwnerUpload
from app.media.renditions import make_wrong_clip
from app.media.store import content_key
from app.security.audit import record_event
from app.security.identity import Principal
from app.submissions.repository import model_of, submission_of
from app.submissions.service import finalise, find_submission, open_submission, register_model
from app.submissions.storage import ClipStorage
from app.submissions.streaming import ReceivedFile
from app.submissions.withdrawal import withdraw
from app.tables.bench import Benchmark, Pair
from app.tables.gold_clips import GoldClip
from app.tables.submissions import Clip, Submission, VideoModel
from benchmark.protocol import GoldKind, GoldStatus, SubmissionStatus
from benchmark.wire.submissions import ModelRequest

_MAX_SLUG, _MAX_NAME = 64, 200


def make_gold_clips(
    context: AppContext, *, submission_id: str, count: int, kinds: Sequence[GoldKind], principal: Principal
) -> None:
    """Make wrong clips from a person's own final submission, as a submission of the model `gold-of-MODEL`.

    Raises:
        NotFound: the submission does not exist, or the person may not change it.
        Conflict: the submission is not final, has no usable clips, or has gold clips already.
        Forbidden: another person owns the model `gold-of-MODEL`.
        RenditionFailed, SandboxBroken, StoreError: a clip cannot be made.
    """
    with context.database.write() as session:
        source = find_submission(session, public_id=submission_id, principal=principal, for_change=True)
        planned = _plan(session, source, count, kinds)
        target = _open_target(session, source, principal=principal).public_id
    for each in planned:
        _make(context, each, target=target, principal=principal)
    with context.database.write() as session:
        made = find_submission(session, public_id=target, principal=principal, for_change=True)
        finalise(session, submission=made, allow_partial=True, principal=principal, now=utc_now())


def gold_submission(session: Session, source: Submission) -> Submission | None:
    """Return the submission with the wrong clips made from `source`; None if no wrong clips were made."""
    model = model_of(session, _slug(session, source))
    benchmark = session.get_one(Benchmark, source.benchmark_id)
    return (
        submission_of(session, model=model, benchmark=benchmark, label=source.label, for_change=False)
        if model
        else None
    )


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
        NotFound: the submission has no wrong clip of this pair.
    """
    made = gold_submission(session, source)
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
    """
    made = gold_submission(session, source)
    if made is not None:
        withdraw(session, submission=made, reason="the gold clips are made again", principal=principal)
        _note(session, "gold_clip.discard", source, principal, now)


def _plan(session: Session, source: Submission, count: int, kinds: Sequence[GoldKind]) -> list[PlannedClip]:
    if source.status is not SubmissionStatus.FINAL:
        raise Conflict(
            "Gold clips are made from a final submission. Finalise this submission first.",
            code="submission_not_final",
        )
    made = gold_submission(session, source)
    if made is not None and made.status is SubmissionStatus.FINAL:
        raise Conflict(
            "This submission has gold clips already. Discard them first to make others.",
            code="gold_clips_exist",
        )
    planned = plan_gold_clips(session, source, count=count, kinds=kinds)
    if not planned:
        raise Conflict(
            "No clip of this submission can be used: a gold question needs a clip with motion, a constant "
            "frame rate and an even size.",
            code="no_usable_clips",
        )
    return planned


def _open_target(session: Session, source: Submission, *, principal: Principal) -> Submission:
    """Open the submission that gets the wrong clips.

    If an interrupted request left an open submission with wrong clips, withdraw that submission first.
    """
    now = utc_now()
    discard(session, source=source, principal=principal, now=now)
    model = session.get_one(VideoModel, source.model_id)
    slug = _slug(session, source)
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


def _slug(session: Session, source: Submission) -> str:
    return f"gold-of-{session.get_one(VideoModel, source.model_id).slug}"[:_MAX_SLUG]


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


def _note(
    session: Session, action: str, source: Submission, principal: Principal, now: datetime, **details: str
) -> None:
    record_event(session, principal, action, subject=source.public_id, now=now, **details)

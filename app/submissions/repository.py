"""Adds and finds models and submissions.

If two requests add the same model or submission at once, only one request succeeds.
"""

import secrets
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, case, exists, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.errors import Conflict
from app.security.audit import record_event
from app.security.identity import Principal
from app.tables.bench import Benchmark, Pair
from app.tables.submissions import Clip, Submission, VideoModel
from benchmark.protocol import SubmissionStatus


def model_of(session: Session, slug: str) -> VideoModel | None:
    return session.scalar(select(VideoModel).where(VideoModel.slug == slug))


def add_model(session: Session, *, slug: str, name: str, principal: Principal, now: datetime) -> VideoModel:
    """Add a model with a slug and a name, without a description.

    Raises:
        Conflict: another request is registering the same model.
    """
    model = VideoModel(
        slug=slug,
        name=name,
        description="",
        url="",
        licence="",
        owner_id=principal.person_id,
        created_at=now,
    )
    session.add(model)
    try:
        session.flush()
    except IntegrityError as error:
        # On PostgreSQL two requests may add one slug at the same moment; the unique constraint accepts one
        # request.
        raise Conflict("Somebody else is registering this model at this moment. Try again.") from error
    record_event(session, principal, "model.create", subject=slug, now=now)
    return model


def submission_of(
    session: Session, *, model: VideoModel, benchmark: Benchmark, label: str, for_change: bool = False
) -> Submission | None:
    """Return the submission with this model, benchmark and label; None if it is missing or withdrawn."""
    query = select(Submission).where(
        Submission.model_id == model.id,
        Submission.benchmark_id == benchmark.id,
        Submission.label == label,
        Submission.status != SubmissionStatus.WITHDRAWN,
    )
    return session.scalar(query.with_for_update() if for_change else query)


def add_submission(
    session: Session,
    *,
    model: VideoModel,
    benchmark: Benchmark,
    label: str,
    principal: Principal,
    now: datetime,
) -> Submission:
    """Add an open submission without clips.

    Raises:
        Conflict: another request is opening the same submission (`submission_exists`).
    """
    submission = Submission(
        public_id=secrets.token_hex(8),
        model_id=model.id,
        benchmark_id=benchmark.id,
        owner_id=principal.person_id,
        label=label,
        status=SubmissionStatus.OPEN,
        is_partial=False,
        created_at=now,
    )
    session.add(submission)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict(
            "Another request is opening a submission with this model and label. Try again.",
            code="submission_exists",
        ) from error
    record_event(
        session,
        principal,
        "submission.create",
        subject=submission.public_id,
        now=now,
        model=model.slug,
        benchmark=benchmark.slug,
        **({"label": label} if label else {}),
    )
    return submission


def is_stored(sha256: str) -> ColumnElement[bool]:
    """Return the SQL condition that is true if at least one clip needs the file with this sha256.

    If a submission was deleted and its files were removed, its clips need no file.
    """
    return exists().where(
        Clip.sha256 == sha256, Submission.id == Clip.submission_id, Submission.clips_removed_at.is_(None)
    )


def received_clips() -> ScalarSelect[int]:
    """Return the subquery that counts the stored clips of the outer query's submission."""
    return select(func.count()).where(Clip.submission_id == Submission.id).scalar_subquery()


def expected_clips() -> ColumnElement[int]:
    """Return the SQL expression for the number of clips that a complete submission has."""
    pairs = select(func.count()).where(Pair.benchmark_id == Submission.benchmark_id).scalar_subquery()
    seeds = (
        select(func.count(Clip.seed.distinct())).where(Clip.submission_id == Submission.id).scalar_subquery()
    )
    return pairs * case((seeds > 1, seeds), else_=1)

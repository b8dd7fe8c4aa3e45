"""Stores the sides of an imported study: submissions without clips, which are withdrawn from the start."""

import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Conflict
from app.security.identity import Principal
from app.tables.submissions import Submission, VideoModel
from app.vote_import.validation import ImportedSide, ImportPlan
from benchmark.protocol import SubmissionStatus


def store_side(
    session: Session, *, plan: ImportPlan, side: ImportedSide, principal: Principal, now: datetime
) -> Submission:
    """Store a side as a new submission, with a new model if no model has the side's slug.

    Raises:
        Conflict: the model already has a submission with the side's label.
    """
    model = session.scalar(select(VideoModel).where(VideoModel.slug == side.model))
    if model is None:
        model = VideoModel(
            slug=side.model,
            name=side.name.partition("@")[0],
            description="",
            url="",
            licence="",
            owner_id=principal.person_id,
            created_at=now,
        )
        session.add(model)
        session.flush()
    taken = select(Submission.id).where(
        Submission.model_id == model.id,
        Submission.benchmark_id == plan.benchmark_id,
        Submission.label == side.label,
    )
    if session.scalar(taken) is not None:
        raise Conflict(
            f"The submission {side.model}@{side.label} already exists. Choose another slug for the study."
        )
    submission = Submission(
        public_id=secrets.token_hex(8),
        model_id=model.id,
        benchmark_id=plan.benchmark_id,
        owner_id=principal.person_id,
        label=side.label,
        status=SubmissionStatus.WITHDRAWN,
        is_partial=True,
        created_at=now,
        withdrawn_at=now,
    )
    session.add(submission)
    session.flush()
    return submission

"""Builds what an annotator sees of an assignment: opaque addresses, never a model or file name."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.media.compared import compared_clips
from app.tables.studies import Study
from app.tables.voting import Assignment, AssignmentStatus
from app.voting.choosing import remaining_comparisons
from app.voting.page import AssignmentCard


@dataclass(frozen=True)
class Progress:
    """How far an annotator is: pairs done, and pairs there will be if nobody else takes them."""

    done: int
    total: int


def progress_of(session: Session, *, study: Study, annotator_id: int) -> Progress:
    statuses = dict(
        session.execute(
            select(Assignment.status, func.count())
            .where(Assignment.annotator_id == annotator_id)
            .group_by(Assignment.status)
        )
        .tuples()
        .all()
    )
    done = statuses.get(AssignmentStatus.VOTED, 0) + statuses.get(AssignmentStatus.SKIPPED, 0)
    in_hand = statuses.get(AssignmentStatus.OPEN, 0)
    total = done + in_hand + remaining_comparisons(session, study=study, annotator_id=annotator_id)
    if study.comparisons_per_annotator is not None:
        total = min(total, max(study.comparisons_per_annotator, done + in_hand))
    return Progress(done, total)


def card_of(session: Session, *, assignment: Assignment, study: Study) -> AssignmentCard:
    clips = compared_clips(session, comparison_id=assignment.comparison_id, wish=study.renditions)
    progress = progress_of(session, study=study, annotator_id=assignment.annotator_id)
    return AssignmentCard(
        token=assignment.token,
        prompt=clips.pair.prompt,
        image_url=f"/media/{assignment.token}/image",
        left_url=f"/media/{assignment.token}/left",
        right_url=f"/media/{assignment.token}/right",
        expires_at=assignment.expires_at,
        done=progress.done,
        total=progress.total,
        fps=clips.recipe.fps,
        frames=clips.recipe.frames,
        width=clips.recipe.width,
        height=clips.recipe.height,
    )

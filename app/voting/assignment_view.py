"""Builds an annotator's view of an assignment. The view has opaque URLs and no model or file names."""

from sqlalchemy.orm import Session

from app.media.comparison_clips import compared_clips
from app.panels.progress import progress_of
from app.tables.studies import Study
from app.tables.voting import Assignment
from app.voting.view_models import AssignmentView


def assignment_view(session: Session, *, assignment: Assignment, study: Study) -> AssignmentView:
    clips = compared_clips(session, comparison_id=assignment.comparison_id, requested=study.renditions)
    progress = progress_of(session, study=study, annotator_id=assignment.annotator_id)
    return AssignmentView(
        token=assignment.token,
        prompt=clips.prompt,
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

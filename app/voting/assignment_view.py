"""Builds an annotator's view of an assignment. The view has opaque URLs and no model or file names."""

from sqlalchemy.orm import Session

from app.media.comparison_clips import compared_clips
from app.tables.studies import Study
from app.voting.leases import Lease
from app.voting.view_models import AssignmentView


def assignment_view(session: Session, *, lease: Lease, study: Study) -> AssignmentView:
    clips = compared_clips(session, comparison_id=lease.comparison_id, requested=study.renditions)
    return AssignmentView(
        token=lease.token,
        prompt=clips.prompt,
        image_url=f"/media/{lease.token}/image",
        left_url=f"/media/{lease.token}/left",
        right_url=f"/media/{lease.token}/right",
        expires_at=lease.expires_at,
        done=lease.progress.done,
        total=lease.progress.total,
        fps=clips.recipe.fps,
        frames=clips.recipe.frames,
        width=clips.recipe.width,
        height=clips.recipe.height,
    )

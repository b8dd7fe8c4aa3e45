"""Lists the warnings about a submission's clips."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.media.clip_warnings import clip_warnings, usual_format
from app.tables.bench import Pair
from app.tables.submissions import Clip, Submission


def clip_notes(session: Session, submission: Submission) -> list[str]:
    """Return a line for each warning: a static clip, a wrong first frame, or an unusual format."""
    rows = session.execute(
        select(Pair.name, Clip)
        .join(Clip, Clip.pair_id == Pair.id)
        .where(Clip.submission_id == submission.id)
        .order_by(Pair.position)
    ).all()
    usual = usual_format(clip for _, clip in rows)
    return [f"{name}: {note}" for name, clip in rows for note in clip_warnings(clip, usual)]

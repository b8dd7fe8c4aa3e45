"""What is odd about a submission's clips: nothing that is refused, all that a researcher should look at."""

from collections import Counter

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.media.probe import FAR_FIRST_FRAME
from app.tables.bench import Pair
from app.tables.submissions import Clip, Submission


def clip_notes(session: Session, submission: Submission) -> list[str]:
    """Return a line for each clip that stands still, strays from its image or differs from the rest."""
    rows = session.execute(
        select(Pair.name, Clip)
        .join(Clip, Clip.pair_id == Pair.id)
        .where(Clip.submission_id == submission.id)
        .order_by(Pair.position)
    ).all()
    if not rows:
        return []
    forms = Counter(_form(clip) for _, clip in rows)
    usual = forms.most_common(1)[0][0]
    return [f"{name}: {note}" for name, clip in rows for note in _notes(clip, usual)]


def _notes(clip: Clip, usual: str) -> list[str]:
    notes = []
    if clip.is_static:
        notes.append("every frame is the same; is this the input image repeated?")
    if clip.first_frame_distance is not None and clip.first_frame_distance > FAR_FIRST_FRAME:
        notes.append("the first frame is far from the input image")
    if _form(clip) != usual:
        notes.append(f"{_form(clip)}, where most clips are {usual}")
    if clip.has_audio:
        notes.append("has a sound track; annotators will not hear it")
    return notes


def _form(clip: Clip) -> str:
    return f"{clip.width}x{clip.height}, {clip.frames} frames at {clip.fps:g} fps"

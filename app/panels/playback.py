"""Counts, from the playback events, how often an annotator watched each clip of an assignment to the end."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.tables.playback import PlaybackEvent
from app.tables.voting import Assignment
from benchmark.protocol import Choice, PlaybackKind


@dataclass(frozen=True)
class Completions:
    """How often the voting page played each of the two clips to the end."""

    left: int
    right: int

    @property
    def both(self) -> bool:
        return self.left > 0 and self.right > 0


def completions(session: Session, which: ColumnElement[bool]) -> dict[int, Completions]:
    """Return how often each assignment's clips were played to the end, keyed by assignment id.

    Assignments without playback events are left out.

    Args:
        which: the SQL condition that selects the assignments.
    """
    complete = PlaybackEvent.kind == PlaybackKind.COMPLETE
    left, right = (
        func.count().filter(complete, PlaybackEvent.clip == clip) for clip in (Choice.LEFT, Choice.RIGHT)
    )
    rows = session.execute(
        select(PlaybackEvent.assignment_id, left, right)
        .join(Assignment, Assignment.id == PlaybackEvent.assignment_id)
        .where(which)
        .group_by(PlaybackEvent.assignment_id)
    )
    return {assignment_id: Completions(*counts) for assignment_id, *counts in rows}

"""Counts the answers of annotators for the quality rules."""

from collections import defaultdict
from dataclasses import dataclass, field
from statistics import median

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.orm import Session

from app.panels.playback import Completions, completions
from app.tables.studies import Study
from app.tables.voting import Assignment, AssignmentStatus, Vote
from benchmark.protocol import AssignmentPurpose, Justification, Side


@dataclass
class QualityFigures:
    """The counts of one annotator's answers.

    Attributes:
        votes: the number of ordinary votes, without gold questions and repeats.
        left: the number of votes for side A.
        sides_again, reasons_again: the number of votes with the same side as the annotator's previous vote,
            and the number of votes with the same reasons as the annotator's previous vote.
        playback: the number of votes with playback events. `watched` is the number of these votes for which
            the annotator first watched both clips to the end.
        times_ms: the known durations of votes, in ms.
    """

    votes: int = 0
    left: int = 0
    sides_again: int = 0
    reasons_again: int = 0
    playback: int = 0
    watched: int = 0
    gold: int = 0
    gold_right: int = 0
    repeats: int = 0
    repeats_same: int = 0
    times_ms: list[int] = field(default_factory=list)

    @property
    def median_s(self) -> float | None:
        return median(self.times_ms) / 1000 if self.times_ms else None

    def votes_below(self, limit_s: float) -> int:
        """Return the number of votes that took less than `limit_s` seconds."""
        return sum(time_ms < 1000 * limit_s for time_ms in self.times_ms)


def study_figures(session: Session, study: Study) -> dict[int, QualityFigures]:
    """Return the figures of each annotator who has voted in the study, keyed by annotator id."""
    watched = completions(session, Assignment.study_id == study.id)
    return _figures(session, Vote.study_id == study.id, watched)


def annotator_figures(session: Session, annotator_id: int, *, with_playback: bool) -> QualityFigures:
    """Return the figures of one annotator.

    Args:
        with_playback: whether to count the playback events, which only one rule needs.
    """
    is_theirs = Assignment.annotator_id == annotator_id
    watched = completions(session, is_theirs) if with_playback else {}
    found = _figures(session, Vote.annotator_id == annotator_id, watched)
    return found.get(annotator_id, QualityFigures())


_REASONS = tuple(getattr(Vote, each.value) for each in Justification)


def _figures(
    session: Session, which: ColumnElement[bool], watched: dict[int, Completions]
) -> dict[int, QualityFigures]:
    rows = session.execute(
        select(
            Vote.annotator_id,
            Vote.comparison_id,
            Vote.assignment_id,
            Vote.chosen_side,
            Vote.decision_ms,
            Assignment.purpose,
            Assignment.left_side,
            Assignment.replaces_id,
            *_REASONS,
        )
        .join(Assignment, Assignment.id == Vote.assignment_id)
        .where(which, Assignment.status == AssignmentStatus.VOTED)
        .order_by(Vote.id)
    )
    found: dict[int, QualityFigures] = defaultdict(QualityFigures)
    first: dict[tuple[int, int], Side] = {}
    before: dict[int, Row[tuple[object, ...]]] = {}
    for row in rows:
        figures = found[row.annotator_id]
        shown = (row.annotator_id, row.comparison_id)
        if row.purpose is AssignmentPurpose.GOLD:
            figures.gold += 1
            figures.gold_right += row.chosen_side is Side.REFERENCE
        elif row.purpose is AssignmentPurpose.REPEAT and shown in first:
            figures.repeats += 1
            figures.repeats_same += row.chosen_side is first[shown]
        elif row.purpose is AssignmentPurpose.VOTE:
            first[shown] = row.chosen_side
            _count_vote(figures, row, before.get(row.annotator_id), watched.get(row.assignment_id))
            before[row.annotator_id] = row
    return dict(found)


def _count_vote(
    figures: QualityFigures,
    row: Row[tuple[object, ...]],
    before: Row[tuple[object, ...]] | None,
    watched: Completions | None,
) -> None:
    is_left = row.chosen_side is row.left_side
    figures.votes += 1
    figures.left += is_left
    figures.times_ms += [] if row.decision_ms is None else [row.decision_ms]
    if before is not None:
        figures.sides_again += is_left is (before.chosen_side is before.left_side)
        figures.reasons_again += row[-len(_REASONS) :] == before[-len(_REASONS) :]
    # Leave out votes after an undo: the annotator watched the clips on the page of the earlier assignment.
    if watched is not None and row.replaces_id is None:
        figures.playback += 1
        figures.watched += watched.both

"""Counts the comparisons that an annotator was shown, without the comparisons of the quiz.

The counts decide the next comparison, and the progress that the page shows.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.orm import Session

from app.panels.phases import QUIZ_POSITION
from app.panels.quality import study_rules
from app.panels.selection import MET
from app.prepared_statements import PreparedStatement
from app.tables.people import Annotator
from app.tables.studies import Comparison, Study, StudyProtocol
from app.tables.voting import Assignment, AssignmentStatus, status_is


@dataclass(frozen=True)
class AnnotatorCounts:
    """The counts of one annotator's assignments, and the other values that decide the next comparison.

    Attributes:
        done: the number of comparisons that the annotator answered or skipped.
        held: the number of open assignments.
        last: the position of the annotator's newest comparison in the order of the comparisons; None before
            the first comparison.
        met_with_places: the number of comparisons that the annotator was shown and that still have a free
            slot (a place for a vote).
        is_out: whether the annotator was excluded or withdrew.
        next_expiry: the time at which the study's next lease expires; None if there is no lease.
        protocol_version: the newest version of the study's protocol; None in a draft.
    """

    done: int
    held: int
    last: int | None
    met_with_places: int
    is_out: bool
    next_expiry: datetime | None
    protocol_version: int | None

    @property
    def shown(self) -> int:
        return self.done + self.held

    @property
    def next_position(self) -> int:
        return (self.last or 0) + 1


# This query runs under the study's lock, so that an annotator excluded a moment ago gets no further
# comparison.
_IS_OUT = exists().where(
    Annotator.id == bindparam("annotator_id"),
    Annotator.excluded_at.is_not(None) | Annotator.withdrawn_at.is_not(None),
)
_NEXT_EXPIRY = (
    select(func.min(Assignment.expires_at))
    .where(Assignment.study_id == bindparam("study_id"), status_is(AssignmentStatus.OPEN))
    .correlate(None)
    .scalar_subquery()
)
_PROTOCOL_VERSION = (
    select(func.max(StudyProtocol.version))
    .where(StudyProtocol.study_id == bindparam("study_id"))
    .scalar_subquery()
)


def _counts(*, has_repeats: bool) -> PreparedStatement[*tuple[Any, ...]]:
    """Return the statement that reads an annotator's counts.

    A repeat shows a comparison again. Only studies with repeats therefore need to count comparisons with
    DISTINCT, which makes the statement slower.
    """
    met = Comparison.id.distinct() if has_repeats else Comparison.id
    has_place = Comparison.is_open.is_(True) & (Comparison.slots_taken < bindparam("panel"))
    return PreparedStatement(
        select(
            func.count().filter(status_is(AssignmentStatus.VOTED, AssignmentStatus.SKIPPED)),
            func.count().filter(status_is(AssignmentStatus.OPEN)),
            func.max(Assignment.position),
            func.count(met).filter(has_place),
            _IS_OUT,
            _NEXT_EXPIRY,
            _PROTOCOL_VERSION,
        )
        .select_from(Assignment)
        .join(Comparison, Comparison.id == Assignment.comparison_id)
        .where(
            Assignment.annotator_id == bindparam("annotator_id"),
            status_is(*MET),
            Assignment.position > QUIZ_POSITION,
        )
    )


_COUNTS = {has_repeats: _counts(has_repeats=has_repeats) for has_repeats in (False, True)}


def annotator_counts(session: Session, *, study: Study, annotator_id: int) -> AnnotatorCounts:
    rules = study_rules(study)
    statement = _COUNTS[rules is not None and rules.repeats > 0]
    return AnnotatorCounts(
        *statement.one(
            session, study_id=study.id, annotator_id=annotator_id, panel=study.votes_per_comparison
        )
    )

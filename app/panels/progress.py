"""Computes an annotator's progress in a study."""

from dataclasses import dataclass

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app.panels.gold import count_gold_met, gold_among
from app.panels.phases import QUIZ_POSITION
from app.panels.selection import MET
from app.tables.studies import Comparison, Study
from app.tables.voting import Assignment, AssignmentStatus, status_is

_MET = select(Assignment.comparison_id).where(
    Assignment.annotator_id == bindparam("annotator_id"), status_is(*MET)
)
# Query by key, so that SQLite looks up the few pairs that were shown. For a query by study, SQLite would scan
# all comparisons with slots.
_MET_WITH_PLACES = (
    select(func.count())
    .select_from(Comparison)
    .where(
        Comparison.id.in_(_MET),
        Comparison.is_open.is_(True),
        Comparison.slots_taken < bindparam("panel"),
    )
    .scalar_subquery()
)
_IS_DONE = status_is(AssignmentStatus.VOTED, AssignmentStatus.SKIPPED)
_PROGRESS = select(
    func.count().filter(_IS_DONE).label("done"),
    func.count().filter(status_is(AssignmentStatus.OPEN)).label("in_hand"),
    _MET_WITH_PLACES.label("met_with_places"),
).where(Assignment.annotator_id == bindparam("annotator_id"), Assignment.position > QUIZ_POSITION)


@dataclass(frozen=True)
class Progress:
    """The number of pairs that the annotator has done, and the total that the page shows.

    The total assumes that other annotators take none of the remaining pairs.
    """

    done: int
    total: int


def progress_of(session: Session, *, study: Study, annotator_id: int) -> Progress:
    given = {"annotator_id": annotator_id, "panel": study.votes_per_comparison}
    row = session.execute(_PROGRESS, given).one()
    begun = row.done + row.in_hand
    total = begun + study.unfilled_comparisons - row.met_with_places
    if study.gold_block is not None and total > begun:
        total += _gold_to_come(session, study=study, annotator_id=annotator_id, total=total)
    if study.comparisons_per_annotator is not None:
        total = min(total, max(study.comparisons_per_annotator, begun))
    return Progress(row.done, total)


def _gold_to_come(session: Session, *, study: Study, annotator_id: int, total: int) -> int:
    """Return how many gold questions an annotator will still get.

    `total` is the number of ordinary comparisons plus the gold questions that were already shown.

    If future gold questions were not counted, the displayed total would grow with every gold question and
    reveal the gold question.
    """
    met = count_gold_met(session, annotator_id=annotator_id)
    return max(0, gold_among(study, annotator_id=annotator_id, others=total - met) - met)

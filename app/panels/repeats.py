"""Chooses hidden repeats: earlier comparisons of an annotator that are shown again with swapped sides.

Repeats are in the second half of an annotator's comparisons, at positions derived from the study's seed.
Repeats take no slot, count in no score, and look like any other comparison.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.panels.gold import is_gold_position
from app.panels.quality import study_rules
from app.panels.selection import MET, ChosenComparison
from app.tables.studies import Comparison, Study
from app.tables.voting import Assignment, AssignmentStatus, status_is
from benchmark.design import shuffle_key
from benchmark.protocol import AssignmentPurpose

# At least this many comparisons are between a comparison and its repeat.
MIN_BETWEEN = 2


def choose_repeat(
    session: Session, *, study: Study, annotator_id: int, position: int
) -> ChosenComparison | None:
    """Return the comparison to repeat at a position, counted from 1; None if the position has no repeat."""
    if position not in repeat_positions(study, annotator_id=annotator_id):
        return None
    repeated = select(Assignment.comparison_id).where(
        Assignment.annotator_id == annotator_id,
        Assignment.purpose == AssignmentPurpose.REPEAT,
        status_is(*MET),
    )
    earlier = session.scalars(
        select(Assignment).where(
            Assignment.annotator_id == annotator_id,
            Assignment.purpose == AssignmentPurpose.VOTE,
            status_is(AssignmentStatus.VOTED),
            Assignment.position < position - MIN_BETWEEN,
            Assignment.comparison_id.not_in(repeated),
        )
    ).all()
    if not earlier:
        return None
    first = min(earlier, key=lambda each: shuffle_key(study.seed, annotator_id, each.comparison_id))
    comparison = session.get_one(Comparison, first.comparison_id)
    return ChosenComparison(comparison, first.left_side.opposite, AssignmentPurpose.REPEAT)


def repeat_positions(study: Study, *, annotator_id: int) -> frozenset[int]:
    """Return the positions of an annotator's repeats, counted from 1."""
    rules, shown = study_rules(study), study.comparisons_per_annotator
    if rules is None or not rules.repeats or shown is None:
        return frozenset()
    free = [
        position
        for position in range(shown // 2 + 1, shown + 1)
        if not is_gold_position(study, annotator_id=annotator_id, position=position)
    ]
    free.sort(key=lambda position: shuffle_key(study.seed, annotator_id, position, rules.repeats))
    return frozenset(free[: rules.repeats])

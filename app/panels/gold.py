"""Chooses gold questions (comparisons with a known answer) at positions derived from the study's seed.

In each block of `gold_block` comparisons that an annotator gets, one random position has a gold question.
The correct answer to a gold question is the clip of the reference. Gold questions take no slots, count in
no score, and look like any other comparison.
"""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.panels.selection import MET, ChosenComparison
from app.tables.studies import Comparison, Matchup, Study
from app.tables.voting import Assignment, status_is
from benchmark.design import is_reference_left, shuffle_key
from benchmark.protocol import AssignmentPurpose, Side


def choose_gold(
    session: Session, *, study: Study, annotator_id: int, position: int
) -> ChosenComparison | None:
    """Return a gold question that the annotator has not seen.

    Return None if the next comparison must not be a gold question.

    Args:
        position: position of the next comparison, counted from 1.
    """
    if not is_gold_position(study, annotator_id=annotator_id, position=position):
        return None
    met = select(Assignment).where(Assignment.annotator_id == annotator_id, status_is(*MET)).subquery()
    unmet = session.execute(
        select(Comparison.id, Comparison.pair_id.in_(select(met.c.pair_id)).label("is_known_pair"))
        .join(Matchup, Matchup.id == Comparison.matchup_id)
        .where(
            Comparison.study_id == study.id,
            Comparison.is_gold.is_(True),
            Matchup.closed_at.is_(None),
            Comparison.id.not_in(select(met.c.comparison_id)),
        )
    ).all()
    if not unmet:
        return None
    # The order of gold questions differs between annotators. Pairs that the annotator has seen come last.
    chosen = min(unmet, key=lambda row: (row.is_known_pair, shuffle_key(study.seed, annotator_id, row.id)))
    comparison = session.get_one(Comparison, chosen.id)
    is_left = is_reference_left(study.seed, annotator_id, comparison.id)
    left_side = Side.REFERENCE if is_left else Side.OTHER
    return ChosenComparison(comparison, left_side, AssignmentPurpose.GOLD)


def is_gold_position(study: Study, *, annotator_id: int, position: int) -> bool:
    """Return whether the annotator's comparison at this position, counted from 1, must be a gold question."""
    if study.gold_block is None:
        return False
    block, place = divmod(position - 1, study.gold_block)
    return block < (study.gold_most or 0) and place == _place(study, annotator_id, block)


def gold_among(study: Study, *, annotator_id: int, others: int) -> int:
    """Return how many gold questions an annotator gets before ordinary comparison number `others`.

    An annotator's displayed total includes future gold questions, so showing a gold question does not change
    the total.
    """
    if study.gold_block is None:
        return 0
    most, in_block = study.gold_most or 0, study.gold_block - 1
    whole = others // in_block
    # All blocks except the last two end before the last comparison. In the last two blocks, the result
    # depends on the position of the gold question.
    certain = max(0, min(whole - 1, most))
    return certain + sum(
        block * in_block + _place(study, annotator_id, block) < others
        for block in range(max(0, whole - 1), whole + 1)
        if block < most
    )


def count_gold_met(session: Session, *, annotator_id: int) -> int:
    return session.execute(
        select(func.count())
        .select_from(Assignment)
        .where(
            Assignment.annotator_id == annotator_id,
            status_is(*MET),
            Assignment.purpose == AssignmentPurpose.GOLD,
        )
    ).scalar_one()


def _place(study: Study, annotator_id: int, block: int) -> int:
    """Return the position of a block's gold question within the block, counted from 0."""
    assert study.gold_block is not None
    return shuffle_key(study.seed, annotator_id, block) % study.gold_block

"""Recounts a study's votes and compares the counts with the stored counters."""

from collections import Counter

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from app.tables.studies import Comparison, Study
from app.tables.voting import Assignment, AssignmentStatus, Vote, VoteEvent
from benchmark.protocol import COUNTED_STATUSES, Justification, VoteStatus


def recount(session: Session, study: Study) -> list[str]:
    """Return one sentence for each stored counter that differs from the recount."""
    counted: Counter[tuple[int, str]] = Counter()
    for vote in _valid_votes(session, study):
        counted[vote.comparison_id, f"votes_{vote.chosen_side}"] += 1
        counted[vote.comparison_id, "slots_taken"] += 1
        for justification in Justification:
            counted[vote.comparison_id, f"{justification}_{vote.chosen_side}"] += getattr(vote, justification)
    for comparison_id, leases in _open_leases(session, study).items():
        counted[comparison_id, "slots_taken"] += leases
    counters = ["votes_reference", "votes_other", "slots_taken"]
    counters += [f"{each}_{side}" for each in Justification for side in ("reference", "other")]
    # Gold comparisons (gold questions) have no slots and no counters.
    of_study = (Comparison.study_id == study.id) & Comparison.is_gold.is_(False)
    comparisons = session.scalars(select(Comparison).where(of_study)).all()
    problems = [
        f"comparison {comparison.id}: {name} is {getattr(comparison, name)}, "
        f"recount: {counted[comparison.id, name]}"
        for comparison in comparisons
        for name in counters
        if getattr(comparison, name) != counted[comparison.id, name]
    ]
    wanting = sum(each.is_open and each.slots_taken < study.votes_per_comparison for each in comparisons)
    if study.unfilled_comparisons != wanting:
        problems.append(f"unfilled_comparisons is {study.unfilled_comparisons}, recount: {wanting}")
    return problems + [
        f"comparison {each.id}: {each.slots_taken} slots taken of {study.votes_per_comparison}"
        for each in comparisons
        if each.slots_taken > study.votes_per_comparison
    ]


def _valid_votes(session: Session, study: Study) -> list[Vote]:
    last_event = aliased(VoteEvent)
    newest = select(func.max(VoteEvent.id)).where(VoteEvent.vote_id == Vote.id).scalar_subquery()
    return list(
        session.scalars(
            select(Vote)
            .outerjoin(last_event, last_event.id == newest)
            .where(
                Vote.study_id == study.id,
                func.coalesce(last_event.status, VoteStatus.VALID).in_(COUNTED_STATUSES),
            )
        )
    )


def _open_leases(session: Session, study: Study) -> dict[int, int]:
    rows = session.execute(
        select(Assignment.comparison_id, func.count())
        .where(
            Assignment.study_id == study.id,
            Assignment.status == AssignmentStatus.OPEN,
            Assignment.takes_slot.is_(True),
        )
        .group_by(Assignment.comparison_id)
    )
    return dict(rows.all())

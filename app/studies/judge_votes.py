"""Stores the votes of the automatic judge, each with its assignment and its event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.security.identity import Principal
from app.security.tokens import new_token
from app.tables.people import Annotator
from app.tables.studies import Comparison, Matchup, Study
from app.tables.voting import Assignment, AssignmentStatus, Vote, VoteEvent
from benchmark.metrics.automatic_judge import PSEUDONYM, RULE, PairJudgement
from benchmark.protocol import Justification, Side, VoteStatus


@dataclass(frozen=True)
class JudgedComparison:
    """A comparison and the outcome of the judge."""

    comparison: Comparison
    matchup: Matchup
    judgement: PairJudgement


def close_comparisons(session: Session, study: Study) -> None:
    """Close all comparisons of a study, so that nobody else can vote in them."""
    session.execute(
        update(Comparison)
        .where(Comparison.study_id == study.id)
        .values(is_open=False)
        .execution_options(synchronize_session="fetch")
    )
    study.unfilled_comparisons = 0


def store_votes(
    session: Session,
    study: Study,
    judged: Sequence[JudgedComparison],
    *,
    protocol_version: int,
    principal: Principal,
    now: datetime,
) -> None:
    """Store a vote for each comparison in which the judge chose a side."""
    judge = Annotator(
        study_id=study.id, pseudonym=PSEUDONYM, kind=study.kind.counted_annotators, created_at=now
    )
    session.add(judge)
    session.flush()
    assignments = _assignments(study, judge, judged, protocol_version, now)
    session.add_all(assignments)
    session.flush()
    voted = [each for each in judged if each.judgement.chosen]
    votes = [
        _vote(study, judge, assignment, each, now)
        for assignment, each in zip(assignments, voted, strict=True)
    ]
    session.add_all(votes)
    session.flush()
    session.add_all(
        VoteEvent(
            vote_id=vote.id,
            status=VoteStatus.AUTOMATIC,
            reason=f"cast by the automatic judge, rule {RULE}",
            actor=principal.name,
            at=now,
        )
        for vote in votes
    )


def _assignments(
    study: Study,
    judge: Annotator,
    judged: Sequence[JudgedComparison],
    protocol_version: int,
    now: datetime,
) -> list[Assignment]:
    """Return an assignment for each comparison in which the judge chose a side; the sides are random."""
    is_reference_left = np.random.default_rng(study.seed).integers(0, 2, len(judged)).tolist()
    voted = [
        (each, bool(left))
        for each, left in zip(judged, is_reference_left, strict=True)
        if each.judgement.chosen
    ]
    return [
        Assignment(
            token=new_token(),
            study_id=study.id,
            comparison_id=each.comparison.id,
            pair_id=each.comparison.pair_id,
            annotator_id=judge.id,
            protocol_version=protocol_version,
            position=position,
            left_side=Side.REFERENCE if left else Side.OTHER,
            status=AssignmentStatus.VOTED,
            created_at=now,
            expires_at=now,
            ended_at=now,
        )
        for position, (each, left) in enumerate(voted)
    ]


def _vote(
    study: Study, judge: Annotator, assignment: Assignment, judged: JudgedComparison, now: datetime
) -> Vote:
    """Return the judge's vote, and count the vote in its comparison."""
    side = judged.judgement.chosen
    assert side is not None
    comparison, matchup = judged.comparison, judged.matchup
    ticked = {reason.value: reason in judged.judgement.reasons for reason in Justification}
    comparison.slots_taken = 1
    setattr(comparison, f"votes_{side}", 1)
    for reason, is_ticked in ticked.items():
        setattr(comparison, f"{reason}_{side}", int(is_ticked))
    return Vote(
        assignment_id=assignment.id,
        study_id=study.id,
        comparison_id=comparison.id,
        annotator_id=judge.id,
        chosen_side=side,
        chosen_id=matchup.reference_id if side is Side.REFERENCE else matchup.other_id,
        cast_at=now,
        **ticked,
    )

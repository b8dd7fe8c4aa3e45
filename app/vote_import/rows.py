"""Builds the rows of imported votes: one assignment, one vote and one event for each imported vote."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import insert, literal, select
from sqlalchemy.orm import Session

from app.security.identity import Principal
from app.security.tokens import new_token
from app.tables import Base
from app.tables.studies import Matchup, Study
from app.tables.voting import Assignment, AssignmentStatus, Vote, VoteEvent
from app.vote_import.validation import ImportPlan
from benchmark.protocol import Justification, Side, VoteStatus
from benchmark.stats.votes import UNKNOWN

AT_ONCE = 5000
# Insert into these tables without the ORM, because inserts with the ORM take twice the time.
_ASSIGNMENTS, _VOTES = (Base.metadata.tables[each.__tablename__] for each in (Assignment, Vote))
Row = TypeVar("Row")


@dataclass(frozen=True)
class StoredStudy:
    """The database ids to which the rows of imported votes refer."""

    plan: ImportPlan
    study: Study
    matchups: Sequence[Matchup]
    comparisons: dict[tuple[int, int], int]
    annotator_ids: Sequence[int]
    now: datetime


def store_votes(session: Session, stored: StoredStudy, on_part: Callable[[], None]) -> None:
    # SQLAlchemy inserts rows one by one if it has to return their ids in order. Inserting first and reading
    # the ids afterwards takes a third of the time. The ids are sorted by `position`, the number of the vote.
    numbers = range(len(stored.plan.votes))
    for some in in_parts(numbers):
        session.execute(insert(_ASSIGNMENTS), [_assignment_row(stored, number) for number in some])
    ids = session.scalars(
        select(Assignment.id).where(Assignment.study_id == stored.study.id).order_by(Assignment.position)
    ).all()
    for some in in_parts(numbers):
        rows = [_vote_row(stored, number) | {"assignment_id": ids[number]} for number in some]
        session.execute(insert(_VOTES), rows)
        on_part()


def _assignment_row(stored: StoredStudy, number: int) -> dict[str, object]:
    votes, moment = stored.plan.votes, stored.plan.cast_at[number] or stored.now
    matchup, pair = int(votes.matchup[number]), int(votes.pair[number])
    left = Side.REFERENCE if votes.reference_left[number] else Side.OTHER
    return {
        "token": new_token(),
        "study_id": stored.study.id,
        "comparison_id": stored.comparisons[matchup, pair],
        "pair_id": stored.plan.pair_ids[pair],
        "annotator_id": stored.annotator_ids[int(votes.annotator[number])],
        "position": number,
        "left_side": left,
        "status": AssignmentStatus.VOTED,
        "created_at": moment,
        "expires_at": moment,
        "ended_at": moment,
    }


def _vote_row(stored: StoredStudy, number: int) -> dict[str, object]:
    votes = stored.plan.votes
    matchup, pair = int(votes.matchup[number]), int(votes.pair[number])
    side = Side.REFERENCE if votes.chose_reference[number] else Side.OTHER
    sides = stored.matchups[matchup]
    decision_ms = int(votes.decision_ms[number])
    ticked = votes.reasons[number].tolist()
    return {
        "study_id": stored.study.id,
        "comparison_id": stored.comparisons[matchup, pair],
        "annotator_id": stored.annotator_ids[int(votes.annotator[number])],
        "chosen_side": side,
        "chosen_id": sides.reference_id if side is Side.REFERENCE else sides.other_id,
        "cast_at": stored.plan.cast_at[number] or stored.now,
        "decision_ms": None if decision_ms == UNKNOWN else decision_ms,
        **{reason.value: flag for reason, flag in zip(Justification, ticked, strict=True)},
    }


def mark_imported(session: Session, study: Study, *, file: str, principal: Principal, now: datetime) -> None:
    said = {
        VoteEvent.status: VoteStatus.IMPORTED,
        VoteEvent.reason: f"imported from {file}"[:400],
        VoteEvent.actor: principal.name,
        VoteEvent.at: now,
    }
    values = [literal(value, column.type) for column, value in said.items()]
    votes = select(Vote.id, *values).where(Vote.study_id == study.id).order_by(Vote.id)
    session.execute(insert(VoteEvent).from_select([VoteEvent.vote_id, *said], votes))


def in_parts(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """Yield the rows in batches, because one statement for a million rows would need too much memory."""
    for start in range(0, len(rows), AT_ONCE):
        yield rows[start : start + AT_ONCE]

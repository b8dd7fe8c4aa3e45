"""The votes table: every vote with what it counts as, row by row, so that memory stays flat."""

from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from app.results.tallies import matchup_sides
from app.tables.bench import Pair
from app.tables.people import Annotator
from app.tables.studies import Comparison, Study
from app.tables.voting import Assignment, Vote, VoteEvent
from benchmark.protocol import Justification, Side, VoteStatus

VoteRow = dict[str, str | int | None]
_ROWS_AT_ONCE = 2000


def vote_rows(session: Session, study: Study) -> Iterator[VoteRow]:
    """Yield the rows of the votes table in the order votes were cast (columns: docs/tables.md)."""
    sides = {each.id: each for each in matchup_sides(session, study)}
    replaced = _row_numbers_of_replaced(session, study)
    last_event = aliased(VoteEvent)
    newest = select(func.max(VoteEvent.id)).where(VoteEvent.vote_id == Vote.id).scalar_subquery()
    rows = session.execute(
        select(
            Vote,
            Comparison.matchup_id,
            Pair.name.label("pair"),
            Pair.image,
            Pair.scenario,
            Annotator.pseudonym,
            Assignment.left_side,
            last_event.status.label("status"),
        )
        .join(Comparison, Comparison.id == Vote.comparison_id)
        .join(Pair, Pair.id == Comparison.pair_id)
        .join(Annotator, Annotator.id == Vote.annotator_id)
        .join(Assignment, Assignment.id == Vote.assignment_id)
        .outerjoin(last_event, last_event.id == newest)
        .where(Vote.study_id == study.id)
        .order_by(Vote.id)
        .execution_options(yield_per=_ROWS_AT_ONCE)
    )
    for row in rows:
        vote: Vote = row.Vote
        matchup = sides[row.matchup_id]
        names = {Side.REFERENCE: matchup.reference, Side.OTHER: matchup.other}
        yield {
            "study": study.slug,
            "matchup": matchup.name,
            "pair": row.pair,
            "image": row.image,
            "scenario": row.scenario,
            "annotator": row.pseudonym,
            "reference": matchup.reference,
            "other": matchup.other,
            "left": names[row.left_side],
            "right": names[row.left_side.opposite],
            "chosen": names[vote.chosen_side],
            "status": (row.status or VoteStatus.VALID).value,
            **{each.value: int(getattr(vote, each.value)) for each in Justification},
            "cast_at": _iso(vote.cast_at),
            "decision_ms": vote.decision_ms,
            "replaces": replaced.get(vote.replaces_id) if vote.replaces_id else None,
        }
        session.expunge(vote)


def _row_numbers_of_replaced(session: Session, study: Study) -> dict[int, int]:
    """Return the row number, from 1, of each vote that another one replaces."""
    numbered = (
        select(Vote.id, func.row_number().over(order_by=Vote.id).label("number"))
        .where(Vote.study_id == study.id)
        .subquery()
    )
    replacing = select(Vote.replaces_id).where(Vote.study_id == study.id, Vote.replaces_id.is_not(None))
    rows = session.execute(select(numbered.c.id, numbered.c.number).where(numbered.c.id.in_(replacing)))
    return {row.id: row.number for row in rows}


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

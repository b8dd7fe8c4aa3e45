"""Streams the votes table: every vote with its status, in constant memory."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session, aliased

from app.panels.sides import MatchupSides, matchup_sides
from app.results.live.tags import PairTags, tags_of_pairs
from app.tables.bench import Pair
from app.tables.people import Annotator
from app.tables.studies import Comparison, Study
from app.tables.voting import Assignment, Vote, VoteEvent
from benchmark.protocol import Side, VoteStatus
from benchmark.stats.votes import Votes
from benchmark.tables import Table
from benchmark.votes.columns import READ_COLUMNS
from benchmark.votes.validate import check_votes

_BATCH_ROWS = 2000


class VoteRow(NamedTuple):
    """One row of the votes table (docs/tables.md)."""

    study: str
    matchup: str
    pair: str
    image: str
    scenario: str
    annotator: str
    reference: str
    other: str
    left: str
    right: str
    chosen: str
    status: VoteStatus
    image_alignment: bool
    text_alignment: bool
    object_motion: bool
    overall_quality: bool
    cast_at: datetime
    decision_ms: int | None
    replaces: int | None
    style: str | None
    hard_case: str | None
    protocol_version: int


def vote_rows(session: Session, study: Study, *, pair: str | None = None) -> Iterator[VoteRow]:
    """Yield the rows of the votes table in the order the votes were cast.

    `replaces` is the row number, counted from 1, of the undone vote that this vote replaces; otherwise None.

    `pair` restricts the votes to one pair, but `replaces` still counts the rows of the whole table.
    """
    sides = {each.id: each for each in matchup_sides(session, study, with_gold=True)}
    replaced = _row_numbers_of_replaced(session, study)
    tags = tags_of_pairs(session, study)
    query = _votes(study) if pair is None else _votes(study).where(Pair.name == pair)
    for row in session.execute(query.execution_options(yield_per=_BATCH_ROWS)):
        yield _vote_row(study.slug, sides[row.matchup_id], row, replaced, tags[row.pair])


def counted_votes(session: Session, study: Study) -> Votes | None:
    """Return the counted votes as columns. `ti2v score` reads the same columns from the exported table.

    Returns None if the study has no vote.
    """
    rows = list(vote_rows(session, study))
    if not rows:
        return None
    columns = dict(zip(VoteRow._fields, zip(*rows, strict=True), strict=True))
    return check_votes(
        Table.from_columns(study.slug, {name: columns[name] for name in READ_COLUMNS if name in columns})
    )


def _last_event() -> tuple[type[VoteEvent], ColumnElement[bool]]:
    """Return an SQL alias of a vote's last event, and the condition that joins the event to the vote.

    A vote without an event is valid.
    """
    last = aliased(VoteEvent)
    newest = select(func.max(VoteEvent.id)).where(VoteEvent.vote_id == Vote.id).scalar_subquery()
    return last, last.id == newest


def _votes(study: Study) -> Select[*tuple[Any, ...]]:
    last, is_newest = _last_event()
    return (
        select(
            Comparison.matchup_id,
            Pair.name.label("pair"),
            Pair.image,
            Pair.scenario,
            Annotator.pseudonym,
            Assignment.left_side,
            Vote.chosen_side,
            last.status,
            Vote.image_alignment,
            Vote.text_alignment,
            Vote.object_motion,
            Vote.overall_quality,
            Vote.cast_at,
            Vote.decision_ms,
            Vote.replaces_id,
            Assignment.protocol_version,
        )
        .select_from(Vote)
        .join(Comparison, Comparison.id == Vote.comparison_id)
        .join(Pair, Pair.id == Comparison.pair_id)
        .join(Annotator, Annotator.id == Vote.annotator_id)
        .join(Assignment, Assignment.id == Vote.assignment_id)
        .outerjoin(last, is_newest)
        .where(Vote.study_id == study.id)
        .order_by(Vote.id)
    )


def _vote_row(
    study: str,
    matchup: MatchupSides,
    row: Row[*tuple[Any, ...]],
    replaced: dict[int, int],
    tags: PairTags,
) -> VoteRow:
    is_reference_left = row.left_side is Side.REFERENCE
    return VoteRow(
        study=study,
        matchup=matchup.name,
        pair=row.pair,
        image=row.image,
        scenario=row.scenario,
        annotator=row.pseudonym,
        reference=matchup.reference,
        other=matchup.other,
        left=matchup.reference if is_reference_left else matchup.other,
        right=matchup.other if is_reference_left else matchup.reference,
        chosen=matchup.reference if row.chosen_side is Side.REFERENCE else matchup.other,
        status=row.status or VoteStatus.VALID,
        image_alignment=row.image_alignment,
        text_alignment=row.text_alignment,
        object_motion=row.object_motion,
        overall_quality=row.overall_quality,
        cast_at=row.cast_at,
        decision_ms=row.decision_ms,
        replaces=replaced[row.replaces_id] if row.replaces_id is not None else None,
        style=tags.style,
        hard_case=tags.hard_case,
        protocol_version=row.protocol_version,
    )


def _row_numbers_of_replaced(session: Session, study: Study) -> dict[int, int]:
    numbered = (
        select(Vote.id, func.row_number().over(order_by=Vote.id).label("number"))
        .where(Vote.study_id == study.id)
        .subquery()
    )
    replacing = select(Vote.replaces_id).where(Vote.study_id == study.id, Vote.replaces_id.is_not(None))
    rows = session.execute(select(numbered.c.id, numbered.c.number).where(numbered.c.id.in_(replacing)))
    return {row.id: row.number for row in rows}

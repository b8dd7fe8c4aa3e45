"""Streams the playback table: what annotators did with the clips of each comparison."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.panels.sides import matchup_sides
from app.tables.bench import Pair
from app.tables.people import Annotator
from app.tables.playback import PlaybackEvent
from app.tables.studies import Comparison, Study
from app.tables.voting import Assignment
from benchmark.protocol import Choice
from benchmark.votes.playback import PlaybackRow

_BATCH_ROWS = 2000


def has_playback(session: Session, study: Study) -> bool:
    """Return whether the study has playback events. Imported and automatic votes have no playback events."""
    assignments = select(Assignment.id).where(Assignment.study_id == study.id)
    query = select(PlaybackEvent.assignment_id).where(PlaybackEvent.assignment_id.in_(assignments)).limit(1)
    return session.scalar(query) is not None


def playback_rows(session: Session, study: Study) -> Iterator[PlaybackRow]:
    """Yield the playback events of a study, ordered by assignment, page view and number."""
    sides = {each.id: each for each in matchup_sides(session, study, with_gold=True)}
    query = (
        select(PlaybackEvent, Assignment, Comparison.matchup_id, Pair.name, Annotator.pseudonym)
        .join(Assignment, Assignment.id == PlaybackEvent.assignment_id)
        .join(Comparison, Comparison.id == Assignment.comparison_id)
        .join(Pair, Pair.id == Assignment.pair_id)
        .join(Annotator, Annotator.id == Assignment.annotator_id)
        .where(Assignment.study_id == study.id)
        .order_by(PlaybackEvent.assignment_id, PlaybackEvent.view, PlaybackEvent.number)
    )
    rows = session.execute(query.execution_options(yield_per=_BATCH_ROWS))
    for event, assignment, matchup_id, pair, annotator in rows:
        matchup = sides[matchup_id]
        yield PlaybackRow(
            study=study.slug,
            matchup=matchup.name,
            pair=pair,
            annotator=annotator,
            purpose=assignment.purpose,
            position=assignment.position,
            view=event.view,
            number=event.number,
            clip=event.clip,
            side=matchup.name_of(assignment.side_of(Choice(event.clip))),
            kind=event.kind,
            at_ms=event.at_ms,
            clip_ms=event.position_ms,
        )

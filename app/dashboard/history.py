"""Reads the history of one annotator: every comparison that the annotator got, each with the answer."""

from collections.abc import Sequence

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.cursors import KeyType, ListOrder, PageRequest
from app.panels.playback import Completions, completions
from app.panels.sides import MatchupSides, matchup_sides
from app.tables.bench import Pair
from app.tables.people import Annotator
from app.tables.playback import PlaybackEvent
from app.tables.studies import Comparison, Matchup, Study
from app.tables.submissions import Submission
from app.tables.voting import Assignment, Vote, VoteEvent
from benchmark.protocol import Side, VoteStatus
from benchmark.wire.dashboard import HistoryItem, HistoryResponse

HISTORY = ListOrder("history", (KeyType.BIG_INTEGER,))
MAX_SHOWN_EVENTS = 500


def annotator_history(
    session: Session, study: Study, annotator: Annotator, page: PageRequest
) -> HistoryResponse:
    """Return a page of the comparisons that an annotator got, the newest first."""
    last = aliased(VoteEvent)
    newest = select(func.max(VoteEvent.id)).where(VoteEvent.vote_id == Vote.id).scalar_subquery()
    query = (
        select(Assignment, Pair.name, Pair.prompt, Comparison.matchup_id, Vote, last.status)
        .join(Comparison, Comparison.id == Assignment.comparison_id)
        .join(Pair, Pair.id == Assignment.pair_id)
        .outerjoin(Vote, Vote.assignment_id == Assignment.id)
        .outerjoin(last, last.id == newest)
        .where(Assignment.annotator_id == annotator.id)
        .order_by(Assignment.id.desc())
        .limit(page.fetched)
    )
    if page.after is not None:
        query = query.where(Assignment.id < page.after[0])
    found = page.cut(session.execute(query).all(), lambda row: (row[0].id,))
    sides = {each.id: each for each in matchup_sides(session, study, with_gold=True)}
    watched = completions(session, Assignment.id.in_([row[0].id for row in found.rows]))
    return HistoryResponse(
        items=[
            _item(assignment, pair, prompt, sides[matchup_id], vote, status, watched.get(assignment.id))
            for assignment, pair, prompt, matchup_id, vote, status in found.rows
        ],
        next_cursor=found.next_cursor,
    )


def playback_events(session: Session, assignment_id: int) -> Sequence[PlaybackEvent]:
    """Return an assignment's first MAX_SHOWN_EVENTS playback events, sorted by page view and number."""
    return session.scalars(
        select(PlaybackEvent)
        .where(PlaybackEvent.assignment_id == assignment_id)
        .order_by(PlaybackEvent.view, PlaybackEvent.number)
        .limit(MAX_SHOWN_EVENTS)
    ).all()


def _item(
    assignment: Assignment,
    pair: str,
    prompt: str,
    sides: MatchupSides,
    vote: Vote | None,
    status: VoteStatus | None,
    watched: Completions | None,
) -> HistoryItem:
    return HistoryItem(
        id=assignment.id,
        position=assignment.position,
        purpose=assignment.purpose,
        status=assignment.status.value if vote is None else (status or VoteStatus.VALID).value,
        matchup=sides.name,
        pair=pair,
        prompt=prompt,
        left=sides.name_of(assignment.left_side),
        right=sides.name_of(assignment.left_side.opposite),
        choice=None if vote is None else assignment.choice_of(Side(vote.chosen_side)),
        justifications=[] if vote is None else list(vote.justifications),
        skip_reason=assignment.skip_reason,
        protocol_version=assignment.protocol_version,
        created_at=assignment.created_at,
        ended_at=assignment.ended_at,
        decision_ms=None if vote is None else vote.decision_ms,
        left_watched_ms=None if vote is None else vote.left_watched_ms,
        right_watched_ms=None if vote is None else vote.right_watched_ms,
        left_completed=None if watched is None else watched.left,
        right_completed=None if watched is None else watched.right,
    )


def has_deleted_side(session: Session, assignment: Assignment) -> bool:
    """Return whether one of the two submissions that the assignment compares was deleted."""
    compared = or_(Matchup.reference_id == Submission.id, Matchup.other_id == Submission.id)
    deleted = (
        exists()
        .where(Comparison.id == assignment.comparison_id, Matchup.id == Comparison.matchup_id)
        .where(compared, Submission.deletes_at.is_not(None))
    )
    return bool(session.scalar(select(deleted)))

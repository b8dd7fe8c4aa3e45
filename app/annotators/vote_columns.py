"""Reads a study's votes into arrays, from which benchmark.stats computes statistics about annotators."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.panels.sides import matchup_sides
from app.tables.bench import Pair
from app.tables.people import Annotator
from app.tables.studies import Comparison, Matchup, Study
from app.tables.submissions import Clip
from app.tables.voting import Assignment, Vote, VoteEvent
from benchmark.protocol import Justification, Side, VoteStatus
from benchmark.stats.arrays import BoolArray, IntArray
from benchmark.stats.quality import Gold
from benchmark.stats.votes import UNKNOWN, Votes
from benchmark.stats.votes import Matchup as NamedMatchup

STATUSES = tuple(VoteStatus)
_VALID = STATUSES.index(VoteStatus.VALID)
_COLUMNS = (
    Vote.id,
    Comparison.matchup_id,
    Comparison.pair_id,
    Vote.annotator_id,
    Vote.chosen_side == Side.REFERENCE,
    Assignment.left_side == Side.REFERENCE,
    func.coalesce(Vote.decision_ms, UNKNOWN),
    Comparison.is_gold,
    *(getattr(Vote, justification.value) for justification in Justification),
)
_FIRST_REASON = len(_COLUMNS) - len(Justification)


@dataclass(frozen=True)
class VoteColumns:
    """All votes of a study and the status of each vote, as one array per column.

    Attributes:
        annotators: every annotator, in the order in which the annotators opened invitations.
        votes: votes with any status, without answers to gold questions; annotators are named by pseudonym.
        status: for each vote, the index of its status in STATUSES; shape (votes,).
        gold: the answers to gold questions, keyed by the annotator's pseudonym.
    """

    annotators: tuple[Annotator, ...]
    votes: Votes
    status: IntArray
    gold: dict[str, Gold]

    def of_status(self, *statuses: VoteStatus) -> Votes:
        """Return the votes that have any of the given statuses."""
        return _selected(self.votes, np.isin(self.status, [STATUSES.index(each) for each in statuses]))

    def count(self, *statuses: VoteStatus) -> list[int]:
        """Return, per annotator, the number of votes that have any of the given statuses."""
        theirs = self.of_status(*statuses).annotator
        counted: list[int] = np.bincount(theirs, minlength=len(self.annotators)).tolist()
        return counted


def read_vote_columns(session: Session, study: Study) -> VoteColumns:
    """Read all votes of a study in the order of casting."""
    annotators = tuple(
        session.scalars(select(Annotator).where(Annotator.study_id == study.id).order_by(Annotator.id))
    )
    cells = _numbers(session.connection().execute(_votes_of(study)).all())
    status = _statuses(session, study, cells[0])
    is_gold = cells[7] == 1
    index = np.searchsorted([each.id for each in annotators], cells[3])
    names = tuple(each.pseudonym for each in annotators)
    counts_gold = is_gold & (status == STATUSES.index(VoteStatus.GOLD))
    ordinary = ~is_gold
    votes = _votes(session, study, cells[:, ordinary], index[ordinary], names)
    return VoteColumns(
        annotators, votes, status[ordinary], _gold(names, index[counts_gold], cells[4, counts_gold])
    )


def clip_ms(session: Session, study: Study) -> int | None:
    """Return the average duration of the study's clips in milliseconds; None if there are no clips."""
    seconds = session.execute(
        select(func.avg(Clip.duration_s))
        .select_from(Matchup)
        .join(
            Clip,
            ((Clip.submission_id == Matchup.reference_id) & (Clip.seed == Matchup.reference_seed))
            | ((Clip.submission_id == Matchup.other_id) & (Clip.seed == Matchup.other_seed)),
        )
        .where(Matchup.study_id == study.id, Matchup.is_gold.is_(False))
    ).scalar_one()
    return None if seconds is None else round(1000 * seconds)


def _votes_of(study: Study) -> Select[*tuple[int, ...]]:
    return (
        select(*_COLUMNS)
        .select_from(Vote)
        .join(Assignment, Assignment.id == Vote.assignment_id)
        .join(Comparison, Comparison.id == Vote.comparison_id)
        .where(Vote.study_id == study.id)
        .order_by(Vote.id)
    )


def _numbers(rows: Sequence[Sequence[int]]) -> IntArray:
    """Transpose rows of integers, one row per vote. Return an array of shape (columns, votes)."""
    count = len(rows) * len(_COLUMNS)
    cells = np.fromiter(chain.from_iterable(rows), dtype=np.int64, count=count)
    return np.ascontiguousarray(cells.reshape(-1, len(_COLUMNS)).T)


def _statuses(session: Session, study: Study, vote_ids: IntArray) -> IntArray:
    """Return the status of each vote. The last event sets the status; a vote without events is valid."""
    status = np.full(len(vote_ids), _VALID)
    events = session.execute(
        select(VoteEvent.vote_id, VoteEvent.status)
        .join(Vote, Vote.id == VoteEvent.vote_id)
        .where(Vote.study_id == study.id)
        .order_by(VoteEvent.id)
    )
    last = {row.vote_id: STATUSES.index(row.status) for row in events}
    ids = np.array(sorted(last), dtype=np.int64)
    status[np.searchsorted(vote_ids, ids)] = [last[id] for id in ids.tolist()]
    return status


def _votes(
    session: Session, study: Study, cells: IntArray, annotator: IntArray, annotators: tuple[str, ...]
) -> Votes:
    sides = matchup_sides(session, study)
    by_id = np.argsort([each.id for each in sides])
    ids = np.array([each.id for each in sides], dtype=np.int64)[by_id]
    pair_ids = np.unique(cells[2])
    pairs = select(Pair.id, Pair.name).where(Pair.benchmark_id == study.benchmark_id)
    names = {row.id: row.name for row in session.execute(pairs)}
    unknown = np.full(len(pair_ids), UNKNOWN)
    return Votes(
        matchups=tuple(NamedMatchup(each.name, each.reference, each.other, study.slug) for each in sides),
        pairs=tuple(names[id] for id in pair_ids.tolist()),
        images=(),
        scenarios=(),
        annotators=annotators,
        image_of_pair=unknown,
        scenario_of_pair=unknown,
        matchup=by_id[np.searchsorted(ids, cells[1])].astype(np.int64),
        pair=np.searchsorted(pair_ids, cells[2]).astype(np.int64),
        annotator=annotator.astype(np.int64),
        chose_reference=cells[4] == 1,
        reasons=cells[_FIRST_REASON:].T == 1,
        reference_left=cells[5],
        decision_ms=cells[6],
    )


def _gold(names: tuple[str, ...], annotator: IntArray, is_right: IntArray) -> dict[str, Gold]:
    shown = np.bincount(annotator, minlength=len(names)).tolist()
    right = np.bincount(annotator[is_right == 1], minlength=len(names)).tolist()
    return {name: Gold(*counts) for name, counts in zip(names, zip(right, shown, strict=True), strict=True)}


def _selected(votes: Votes, kept: BoolArray) -> Votes:
    return replace(
        votes,
        matchup=votes.matchup[kept],
        pair=votes.pair[kept],
        annotator=votes.annotator[kept],
        chose_reference=votes.chose_reference[kept],
        reasons=votes.reasons[kept],
        reference_left=votes.reference_left[kept],
        decision_ms=votes.decision_ms[kept],
    )

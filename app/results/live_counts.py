"""Keeps what was read of a study's votes between requests, so that a page reads only what was added since.

Votes and their events are only ever added, and a comparison's counters change with one of them in the same
transaction. So whatever was read stays right until a newer vote or event touches it. Reading 72,000 votes
and 14,400 comparisons anew takes about 400 ms on the 2-core machine, reading what one vote added 5 ms.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy import Engine, Row, func, select
from sqlalchemy.orm import Session

from app.panels.sides import matchup_sides
from app.results.tags import tags_of_pairs
from app.results.tallies import COUNTED, UNTIMED, CastVotes, CountedStudy, LiveCounts
from app.tables.bench import Pair
from app.tables.studies import Comparison, Study
from app.tables.voting import Assignment, Vote, VoteEvent
from benchmark.protocol import Justification, Side, VoteStatus
from benchmark.stats.arrays import IntArray
from benchmark.stats.breakdowns import Division
from benchmark.stats.tallies import Tallies, codes_of
from benchmark.stats.votes import Matchup

KEPT_STUDIES = 16
# More comparisons than this in one IN (...) are slower than reading all of them.
_MOST_TOUCHED = 400
_NO_GOLD = Comparison.is_gold.is_(False)
_VOTE_COLUMNS = (
    Vote.id,
    Vote.comparison_id,
    Vote.annotator_id,
    func.coalesce(Vote.decision_ms, UNTIMED),
    Vote.chosen_side == Assignment.left_side,
    Vote.chosen_side == Side.REFERENCE,
)
_COUNTERS = (
    Comparison.votes_reference,
    Comparison.votes_other,
    *(getattr(Comparison, f"{justification}_{side}") for justification in Justification for side in Side),
)


@dataclass(frozen=True)
class _Places:
    """What each comparison is about, which never changes; every array is (comparisons,).

    Names are in alphabetical order, as in a table of votes; `tags` are those of `pairs`.
    """

    comparison_id: IntArray
    matchup_id: IntArray
    pair: IntArray
    image: IntArray
    scenario: IntArray
    pairs: tuple[str, ...]
    images: tuple[str, ...]
    scenarios: tuple[str, ...]
    tags: Mapping[str, tuple[str, ...]]


class _StudyReader:
    """Reads one study, for one request at a time."""

    def __init__(self, study_id: int) -> None:
        self._study_id = study_id
        self._lock = threading.Lock()
        self._forget()

    def read(self, session: Session, study: Study) -> LiveCounts:
        with self._lock:
            if self._missed_something(session):
                self._forget()
            # Votes first: the counters may be newer than the votes, never older.
            touched = self._read_votes(session) | self._read_events(session)
            if not len(self._counters) or len(touched) > _MOST_TOUCHED:
                self._read_comparisons(session, study)
            elif touched:
                self._read_counters(session, sorted(touched))
            sides = matchup_sides(session, study)
            matchups = tuple(Matchup(each.name, each.reference, each.other, study.slug) for each in sides)
            tallies, order = self._tallies([each.id for each in sides])
            return LiveCounts(
                CountedStudy(matchups, tuple(sides), tallies),
                self._places.comparison_id[order],
                self._cast_votes(),
                {status: len(votes) for status, votes in self._of_status.items() if status not in COUNTED},
                is_imported=VoteStatus.IMPORTED in self._of_status,
            )

    def _forget(self) -> None:
        self._places = _places_of([], {})
        self._counters = np.empty((0, len(_COUNTERS)), dtype=np.int64)
        self._votes = np.empty((len(_VOTE_COLUMNS), 0), dtype=np.int64)
        self._statuses: dict[int, VoteStatus] = {}
        self._of_status: dict[VoteStatus, IntArray] = {}
        self._events, self._last_event = 0, 0

    @property
    def _last_vote(self) -> int:
        return int(self._votes[0, -1]) if self._votes.size else 0

    def _missed_something(self, session: Session) -> bool:
        """Tell whether a vote or an event older than the newest known one has turned up.

        On PostgreSQL two transactions may commit in another order than that of their ids. SQLite has one
        writer at a time, so there it cannot happen.
        """
        if session.get_bind().dialect.name == "sqlite":
            return False
        votes = select(func.count()).where(Vote.study_id == self._study_id, Vote.id <= self._last_vote)
        events = select(func.count()).where(VoteEvent.id <= self._last_event)
        return (
            session.execute(votes).scalar_one() != self._votes.shape[1]
            or session.execute(events).scalar_one() != self._events
        )

    def _read_votes(self, session: Session) -> set[int]:
        """Return the comparisons that votes were added to."""
        rows = (
            session.connection()
            .execute(
                select(*_VOTE_COLUMNS)
                .join(Assignment, Assignment.id == Vote.assignment_id)
                .where(Vote.study_id == self._study_id, Vote.id > self._last_vote)
                .order_by(Vote.id)
            )
            .all()
        )
        if not rows:
            return set()
        added = _numbers(rows, len(_VOTE_COLUMNS)).T
        # Column by column in memory: every statistic reads whole columns.
        self._votes = np.concatenate([self._votes, added], axis=1)
        return set(added[1].tolist())

    def _read_events(self, session: Session) -> set[int]:
        """Return the comparisons with a vote that counts as something else from now on."""
        rows = session.execute(
            select(VoteEvent.id, VoteEvent.vote_id, VoteEvent.status, Vote.study_id, Vote.comparison_id)
            .join(Vote, Vote.id == VoteEvent.vote_id)
            .where(VoteEvent.id > self._last_event)
            .order_by(VoteEvent.id)
        ).all()
        if rows:
            self._last_event, self._events = rows[-1].id, self._events + len(rows)
        own = [row for row in rows if row.study_id == self._study_id]
        if own:
            self._statuses |= {row.vote_id: row.status for row in own}
            ids, statuses = np.array(list(self._statuses)), np.array(list(self._statuses.values()))
            self._of_status = {VoteStatus(each): ids[statuses == each] for each in np.unique(statuses)}
        return {row.comparison_id for row in own}

    def _read_comparisons(self, session: Session, study: Study) -> None:
        # Two narrow reads: rows of text and numbers in one take twice as long.
        of_study = (Comparison.study_id == self._study_id) & _NO_GOLD
        places = (
            session.connection()
            .execute(
                select(Comparison.id, Comparison.matchup_id, Pair.name, Pair.image, Pair.scenario)
                .join(Pair, Pair.id == Comparison.pair_id)
                .where(of_study)
                .order_by(Comparison.id)
            )
            .all()
        )
        counters = (
            session.connection().execute(select(*_COUNTERS).where(of_study).order_by(Comparison.id)).all()
        )
        tags = {
            name: {Division.STYLE: of_pair.style or "", Division.HARD_CASE: of_pair.hard_case or ""}
            for name, of_pair in tags_of_pairs(session, study).items()
        }
        self._places, self._counters = _places_of(places, tags), _numbers(counters, len(_COUNTERS))

    def _read_counters(self, session: Session, comparison_ids: list[int]) -> None:
        rows = session.execute(
            select(Comparison.id, *_COUNTERS)
            .where(Comparison.id.in_(comparison_ids), _NO_GOLD)
            .order_by(Comparison.id)
        ).all()
        fresh = _numbers(rows, 1 + len(_COUNTERS))
        # A copy: a page that is being made from the old counters keeps them.
        self._counters = self._counters.copy()
        self._counters[np.searchsorted(self._places.comparison_id, fresh[:, 0])] = fresh[:, 1:]

    def _tallies(self, matchup_ids: list[int]) -> tuple[Tallies, IntArray]:
        """Return the tallies, and which of the known comparisons each is of."""
        places, counters = self._places, self._counters
        order = np.argsort(matchup_ids)
        sorted_ids = np.asarray(matchup_ids, dtype=np.int64)[order]
        matchup = order[np.searchsorted(sorted_ids, places.matchup_id)].astype(np.int64)
        # In the order a table of votes gives, so that every sum of floats comes out the same to the last bit.
        in_order = np.lexsort((places.pair, matchup))
        # Column by column in memory: every statistic adds up whole columns.
        columns = np.take(counters.T, in_order, axis=1)
        tallies = Tallies(
            matchup=matchup[in_order],
            pair=places.pair[in_order],
            image=places.image[in_order],
            scenario=places.scenario[in_order],
            votes_reference=columns[0],
            votes_other=columns[1],
            reasons=np.moveaxis(columns[2:].reshape(len(Justification), len(Side), -1), -1, 0),
            pairs=places.pairs,
            images=places.images,
            scenarios=places.scenarios,
            tags=places.tags,
        )
        return tallies, in_order

    def _cast_votes(self) -> CastVotes:
        id, comparison, annotator, decision_ms, chose_left, chose_reference = self._votes
        is_valid = np.ones(len(id), dtype=bool)
        for status, votes in self._of_status.items():
            if status not in COUNTED:
                is_valid &= np.isin(id, votes, invert=True)
        return CastVotes(
            id,
            comparison,
            annotator,
            decision_ms,
            chose_left.astype(bool),
            chose_reference.astype(bool),
            is_valid,
            is_excluded=np.isin(id, self._of_status.get(VoteStatus.EXCLUDED, ())),
        )


def _places_of(
    rows: Sequence[Row[int, int, str, str, str]], tags: Mapping[str, Mapping[Division, str]]
) -> _Places:
    ids, matchup_ids, *names = zip(*rows, strict=True) if rows else [()] * 5
    (pair, pairs), (image, images), (scenario, scenarios) = (_alphabetical(column) for column in names)
    numbers = np.array([ids, matchup_ids], dtype=np.int64)
    tags_of_pairs = {
        str(division): tuple(tags[name][division] for name in pairs)
        for division in (Division.STYLE, Division.HARD_CASE)
    }
    return _Places(numbers[0], numbers[1], pair, image, scenario, pairs, images, scenarios, tags_of_pairs)


def _alphabetical(names: Sequence[str]) -> tuple[IntArray, tuple[str, ...]]:
    """Return the code of each name, and the different names in alphabetical order."""
    codes, met = codes_of(names)
    ordered = sorted(met)
    place = {name: code for code, name in enumerate(ordered)}
    return np.array([place[name] for name in met], dtype=np.int64)[codes], tuple(ordered)


def _numbers(rows: Sequence[Sequence[int]], columns: int) -> IntArray:
    cells = np.fromiter(chain.from_iterable(rows), dtype=np.int64, count=len(rows) * columns)
    return cells.reshape(-1, columns)


_READERS: WeakKeyDictionary[Engine, OrderedDict[int, _StudyReader]] = WeakKeyDictionary()
_READERS_LOCK = threading.Lock()


def live_counts(session: Session, study: Study) -> LiveCounts:
    """Return a study's tallies and single votes, equal to what reading all of them anew would give."""
    engine: Engine = session.get_bind().engine
    with _READERS_LOCK:
        readers = _READERS.setdefault(engine, OrderedDict())
        reader: _StudyReader = readers.setdefault(study.id, _StudyReader(study.id))
        readers.move_to_end(study.id)
        if len(readers) > KEPT_STUDIES:
            readers.popitem(last=False)
    return reader.read(session, study)

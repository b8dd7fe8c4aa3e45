"""Reads a study's comparisons.

The keys of comparisons are read once; vote counters are read again after each change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.results.live.tags import tags_of_pairs
from app.tables.bench import Pair
from app.tables.studies import Comparison, Study
from benchmark.protocol import Justification, Side
from benchmark.stats.arrays import IntArray
from benchmark.stats.breakdowns import Division
from benchmark.stats.tallies import Tallies, codes_of

_NO_GOLD = Comparison.is_gold.is_(False)
_COUNTERS = (
    Comparison.votes_reference,
    Comparison.votes_other,
    *(getattr(Comparison, f"{justification}_{side}") for justification in Justification for side in Side),
)


@dataclass(frozen=True)
class _Keys:
    """The columns of the table `comparisons` whose values never change, such as matchup and pair.

    Arrays have shape (comparisons,).

    Names are sorted alphabetically, as in a votes table; `tags` has the tags of each pair in `pairs`.
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


class ComparisonCounters:
    """The comparisons of a study, without gold questions.

    Before the first read, the object contains no comparisons.
    """

    def __init__(self) -> None:
        self._keys = _keys_of([], {})
        self._counters = np.empty((0, len(_COUNTERS)), dtype=np.int64)

    def __len__(self) -> int:
        return len(self._counters)

    def read_all(self, session: Session, study: Study) -> None:
        # One query reads texts, another reads numbers. A single query would take twice as long.
        of_study = (Comparison.study_id == study.id) & _NO_GOLD
        keys = (
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
        self._keys, self._counters = _keys_of(keys, tags), int_table(counters, len(_COUNTERS))

    def read_some(self, session: Session, comparison_ids: Sequence[int]) -> None:
        """Read the counters of these comparisons again; IDs of gold questions are ignored."""
        rows = session.execute(
            select(Comparison.id, *_COUNTERS)
            .where(Comparison.id.in_(comparison_ids), _NO_GOLD)
            .order_by(Comparison.id)
        ).all()
        fresh = int_table(rows, 1 + len(_COUNTERS))
        # Copy the counters, because another thread may still build a page from the old counters.
        self._counters = self._counters.copy()
        self._counters[np.searchsorted(self._keys.comparison_id, fresh[:, 0])] = fresh[:, 1:]

    def tallies(self, matchup_ids: Sequence[int]) -> tuple[Tallies, IntArray]:
        """Return one tally per comparison, and the comparison ID of each tally."""
        keys, counters = self._keys, self._counters
        order = np.argsort(matchup_ids)
        sorted_ids = np.asarray(matchup_ids, dtype=np.int64)[order]
        matchup = order[np.searchsorted(sorted_ids, keys.matchup_id)].astype(np.int64)
        # Use the order of the votes table, so that sums of floats are identical to the last bit.
        in_order = np.lexsort((keys.pair, matchup))
        # Store the counts by column, because every statistic sums whole columns.
        columns = np.take(counters.T, in_order, axis=1)
        tallies = Tallies(
            matchup=matchup[in_order],
            pair=keys.pair[in_order],
            image=keys.image[in_order],
            scenario=keys.scenario[in_order],
            votes_reference=columns[0],
            votes_other=columns[1],
            reasons=np.moveaxis(columns[2:].reshape(len(Justification), len(Side), -1), -1, 0),
            pairs=keys.pairs,
            images=keys.images,
            scenarios=keys.scenarios,
            tags=keys.tags,
        )
        return tallies, keys.comparison_id[in_order]


def _keys_of(
    rows: Sequence[Row[int, int, str, str, str]], tags: Mapping[str, Mapping[Division, str]]
) -> _Keys:
    ids, matchup_ids, *names = zip(*rows, strict=True) if rows else [()] * 5
    (pair, pairs), (image, images), (scenario, scenarios) = (_alphabetical(column) for column in names)
    numbers = np.array([ids, matchup_ids], dtype=np.int64)
    tags_of_pairs = {
        str(division): tuple(tags[name][division] for name in pairs)
        for division in (Division.STYLE, Division.HARD_CASE)
    }
    return _Keys(numbers[0], numbers[1], pair, image, scenario, pairs, images, scenarios, tags_of_pairs)


def _alphabetical(names: Sequence[str]) -> tuple[IntArray, tuple[str, ...]]:
    """Return, for each name, its index in the sorted list of distinct names; also return this list."""
    codes, met = codes_of(names)
    ordered = sorted(met)
    code_of = {name: code for code, name in enumerate(ordered)}
    return np.array([code_of[name] for name in met], dtype=np.int64)[codes], tuple(ordered)


def int_table(rows: Sequence[Sequence[int]], columns: int) -> IntArray:
    """Return rows of integers as an int64 array of shape (rows, columns)."""
    cells = np.fromiter(chain.from_iterable(rows), dtype=np.int64, count=len(rows) * columns)
    return cells.reshape(-1, columns)

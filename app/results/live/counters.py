"""What is known of a study's comparisons: what each is about, read once, and its counters, read again."""

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


class KnownComparisons:
    """A study's comparisons without its gold questions; none are known at first."""

    def __init__(self) -> None:
        self._places = _places_of([], {})
        self._counters = np.empty((0, len(_COUNTERS)), dtype=np.int64)

    def __len__(self) -> int:
        return len(self._counters)

    def read_all(self, session: Session, study: Study) -> None:
        # Two narrow reads: rows of text and numbers in one take twice as long.
        of_study = (Comparison.study_id == study.id) & _NO_GOLD
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
        self._places, self._counters = _places_of(places, tags), int_table(counters, len(_COUNTERS))

    def read_again(self, session: Session, comparison_ids: Sequence[int]) -> None:
        """Read the counters of known comparisons; a gold question is none of them."""
        rows = session.execute(
            select(Comparison.id, *_COUNTERS)
            .where(Comparison.id.in_(comparison_ids), _NO_GOLD)
            .order_by(Comparison.id)
        ).all()
        fresh = int_table(rows, 1 + len(_COUNTERS))
        # A copy: a page that is being made from the old counters keeps them.
        self._counters = self._counters.copy()
        self._counters[np.searchsorted(self._places.comparison_id, fresh[:, 0])] = fresh[:, 1:]

    def tallies(self, matchup_ids: Sequence[int]) -> tuple[Tallies, IntArray]:
        """Return the tallies, and the database's id of the comparison each is of."""
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
        return tallies, places.comparison_id[in_order]


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


def int_table(rows: Sequence[Sequence[int]], columns: int) -> IntArray:
    """Return rows of whole numbers as (rows, columns) int64."""
    cells = np.fromiter(chain.from_iterable(rows), dtype=np.int64, count=len(rows) * columns)
    return cells.reshape(-1, columns)

"""Fills a database of an old schema with 10,000 votes of one study and 10 imported votes of another.

Schema 0004 is the first with today's names of the columns. Schema 0001 has no gold questions.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

FIRST_SCHEMA, SCHEMA = "0001", "0004"
ANNOTATORS, COMPARISONS = 50, 200
VOTES, IMPORTED_VOTES = ANNOTATORS * COMPARISONS, 10
STUDY, IMPORTED_STUDY = 1, 2
# The last comparison is a gold question, if the schema has gold questions.
GOLD = COMPARISONS
GOLD_MATCHUP = 2
# Names of columns in schemas before 0004.
_EARLIER_NAMES = {"slots_taken": "places_taken", "unfilled_comparisons": "comparisons_wanting"}
REFERENCE, OTHER = 1, 2
SEED_OF_OTHER = 7
_AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
_EMPTY: dict[type, object] = {bool: False, int: 0, float: 0.0, str: "", datetime: _AT, object: {}}
Rows = Iterable[dict[str, Any]]


def fill(connection: sa.Connection) -> None:
    metadata = sa.MetaData()
    metadata.reflect(connection)
    with_gold = "is_gold" in metadata.tables["comparisons"].c
    for name, rows in _tables(with_gold=with_gold):
        if name in metadata.tables:
            table = metadata.tables[name]
            connection.execute(sa.insert(table), [_whole(table, row) for row in rows])


def stored_votes(connection: sa.Connection) -> list[tuple[Any, ...]]:
    """Return every column of every vote."""
    votes = sa.Table("votes", sa.MetaData(), autoload_with=connection)
    return [tuple(row) for row in connection.execute(sa.select(votes).order_by(votes.c.id))]


def _whole(table: sa.Table, given: dict[str, Any]) -> dict[str, Any]:
    """Return a row with an empty value for each column that needs one, without columns of later schemas."""
    renamed = {name if name in table.c else _EARLIER_NAMES.get(name, name): given[name] for name in given}
    known = {name: value for name, value in renamed.items() if name in table.c}
    empty = {
        column.name: _EMPTY[column.type.python_type]
        for column in table.columns
        if not column.nullable and column.name != "id"
    }
    return empty | known


def _tables(*, with_gold: bool) -> Iterator[tuple[str, Rows]]:
    pairs = range(1, COMPARISONS + 1)
    yield "people", [{"id": 1, "name": "alice", "role": "researcher"}]
    yield "benchmarks", [{"id": 1, "slug": "tiny", "version": 1, "content_hash": "0" * 64}]
    yield "pairs", [{"id": n, "benchmark_id": 1, "position": n, "name": f"pair{n}"} for n in pairs]
    yield "video_models", [{"id": n, "slug": f"model{n}", "name": f"M{n}", "owner_id": 1} for n in (1, 2)]
    yield "submissions", [_submission(REFERENCE), _submission(OTHER)]
    yield "clips", [_clip(side, pair) for side in (REFERENCE, OTHER) for pair in pairs]
    yield "workers", [{"id": 1, "person_id": 1, "name": "w", "models": []}]
    yield "jobs", [_job(pair) for pair in pairs]
    yield "studies", [_study(STUDY, "old", "closed"), _study(IMPORTED_STUDY, "imported", "closed")]
    yield "matchups", list(_matchups(with_gold=with_gold))
    yield (
        "comparisons",
        [
            *(_comparison(n, is_gold=with_gold and n == GOLD) for n in pairs),
            _imported_comparison(),
        ],
    )
    yield "annotators", [*map(_annotator, range(1, ANNOTATORS + 1)), *map(_imported_annotator, range(10))]
    yield "assignments", [_assignment(*vote) for vote in _votes()]
    yield "votes", [_vote(*vote) for vote in _votes()]
    yield "vote_events", list(_events(with_gold=with_gold))


def _votes() -> Iterator[tuple[int, int, int, int]]:
    """Yield the id, study, comparison and annotator of each vote."""
    id = 0
    for comparison in range(1, COMPARISONS + 1):
        for annotator in range(1, ANNOTATORS + 1):
            id += 1
            yield id, STUDY, comparison, annotator
    for number in range(IMPORTED_VOTES):
        id += 1
        yield id, IMPORTED_STUDY, COMPARISONS + 1, 1001 + number


def _submission(id: int) -> dict[str, Any]:
    return {"id": id, "public_id": f"{id:016x}", "model_id": id, "benchmark_id": 1, "owner_id": 1} | {
        "status": "final",
        "finalised_at": _AT,
    }


def _clip(side: int, pair: int) -> dict[str, Any]:
    return {"submission_id": side, "pair_id": pair, "sha256": "0" * 64, "frames": 8, "fps": 8.0}


def _job(pair: int) -> dict[str, Any]:
    return {"public_id": f"{pair:016x}", "submission_id": OTHER, "pair_id": pair, "model_id": OTHER} | {
        "seed": SEED_OF_OTHER,
        "status": "done",
        "worker_id": 1,
    }


def _study(id: int, slug: str, status: str) -> dict[str, Any]:
    return {"id": id, "slug": slug, "title": slug, "benchmark_id": 1, "owner_id": 1, "status": status} | {
        "votes_per_comparison": ANNOTATORS + 1,
        "lease_s": 900,
        "watch_gate": "off",
        "renditions": "remux",
        "opened_at": _AT,
        "closed_at": _AT,
    }


def _matchups(*, with_gold: bool) -> Iterator[dict[str, Any]]:
    sides = {"reference_id": REFERENCE, "other_id": OTHER}
    yield {"id": 1, "study_id": STUDY, "position": 0, **sides}
    if with_gold:
        swapped = {"reference_id": OTHER, "other_id": REFERENCE}
        yield {"id": GOLD_MATCHUP, "study_id": STUDY, "position": 1, "is_gold": True, **swapped}
    yield {"id": 3, "study_id": IMPORTED_STUDY, "position": 0, **sides}


def _comparison(id: int, *, is_gold: bool) -> dict[str, Any]:
    half = ANNOTATORS // 2
    counted = {"slots_taken": 0} if is_gold else {"slots_taken": ANNOTATORS}
    votes = {} if is_gold else {"votes_reference": half, "votes_other": half}
    return {"id": id, "study_id": STUDY, "matchup_id": GOLD_MATCHUP if is_gold else 1, "pair_id": id} | {
        "is_gold": is_gold,
        **counted,
        **votes,
    }


def _imported_comparison() -> dict[str, Any]:
    return {"id": COMPARISONS + 1, "study_id": IMPORTED_STUDY, "matchup_id": 3, "pair_id": 1} | {
        "slots_taken": IMPORTED_VOTES,
        "votes_reference": IMPORTED_VOTES // 2,
        "votes_other": IMPORTED_VOTES // 2,
    }


def _annotator(id: int) -> dict[str, Any]:
    return {"id": id, "study_id": STUDY, "pseudonym": f"annotator-{id:03d}"}


def _imported_annotator(number: int) -> dict[str, Any]:
    return {"id": 1001 + number, "study_id": IMPORTED_STUDY, "pseudonym": f"annotator-{number:03d}"}


def _assignment(id: int, study: int, comparison: int, annotator: int) -> dict[str, Any]:
    pair = comparison if study == STUDY else 1
    return {"id": id, "token": f"{id:043d}", "study_id": study, "comparison_id": comparison} | {
        "pair_id": pair,
        "annotator_id": annotator,
        "left_side": "reference",
        "status": "voted",
    }


def _vote(id: int, study: int, comparison: int, annotator: int) -> dict[str, Any]:
    for_reference = (comparison + annotator) % 2 == 0
    return {"id": id, "assignment_id": id, "study_id": study, "comparison_id": comparison} | {
        "annotator_id": annotator,
        "chosen_side": "reference" if for_reference else "other",
        "chosen_id": REFERENCE if for_reference else OTHER,
    }


def _events(*, with_gold: bool) -> Iterator[dict[str, Any]]:
    for id, study, comparison, _annotator_id in _votes():
        if study == IMPORTED_STUDY:
            yield {"vote_id": id, "status": "imported"}
        elif with_gold and comparison == GOLD:
            yield {"vote_id": id, "status": "gold"}

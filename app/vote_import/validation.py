"""Validates an external votes table against a benchmark.

The error lists every problem with its line number.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Invalid
from app.tables.bench import Benchmark, Pair
from benchmark.plurals import counted
from benchmark.stats.votes import UNKNOWN, Votes
from benchmark.tables import Table, TableError, TableProblem
from benchmark.tables.cells import CellReader
from benchmark.votes.imported import ColumnMapping, convert_votes
from benchmark.votes.validate import check_votes
from benchmark.wire.text import is_one_line

MAX_LABEL = 64
# Maximum lengths of the database columns. PostgreSQL rejects longer values.
_MAX_NAME = 200
_MAX_MS = 2**31 - 1
_NOT_IN_SLUGS = re.compile(r"[^a-z0-9._-]+")
_SLUG = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@dataclass(frozen=True)
class ImportedSide:
    """A side of an imported matchup.

    If `submission_id` is None, the server stores the side as a new submission without clips. If
    `submission_id` is set, the side is the submission with this id.
    """

    name: str
    model: str
    label: str
    submission_id: int | None = None


@dataclass(frozen=True)
class ImportPlan:
    """Valid votes of an external table, ready to be stored.

    Attributes:
        votes: one entry per vote, in the order of the file.
        cast_at: the time of each vote; None if the table has no column of times.
        pair_ids: the database id of each pair in `votes.pairs`.
        sides: a mapping from a side's name in `votes.matchups` to the side.
        pseudonyms: the name that each annotator in `votes.annotators` gets.
        seeds: for each matchup, the seeds of the reference and of the other side.
        digest: sha256 of all imported cells, to detect a repeated import.
    """

    study: str
    benchmark_id: int
    votes: Votes
    cast_at: tuple[datetime | None, ...]
    pair_ids: tuple[int, ...]
    sides: Mapping[str, ImportedSide]
    pseudonyms: tuple[str, ...]
    seeds: tuple[tuple[int, int], ...]
    digest: str


def plan_import(
    session: Session, *, table: Table, mapping: ColumnMapping, study: str, benchmark: Benchmark
) -> ImportPlan:
    """Validate an external votes table and return the votes to store.

    Raises:
        TableError: a mapped column is missing, a name is invalid, or an answer could name either side.
        Invalid: rows or names are invalid; `problems` lists all problems.
    """
    if not _SLUG.fullmatch(study):
        raise Invalid("A slug has at most 64 lower-case letters, digits, '.', '_' and '-'.")
    if "annotator" not in mapping.columns:
        raise TableError(
            "The option --map for annotator is missing. Add, for example, --map annotator=COLUMN."
        )
    converted = convert_votes(table, mapping, study=study)
    pair_ids = {
        row.name: row.id
        for row in session.execute(select(Pair.name, Pair.id).where(Pair.benchmark_id == benchmark.id))
    }
    votes, found = _valid_votes(converted)
    cells = CellReader(converted)
    cast_at = cells.times("cast_at")
    cells.names("annotator", required=True)
    cells.whole_numbers("decision_ms", maximum=_MAX_MS)
    _check_pairs(cells, pair_ids, f"{benchmark.slug} {benchmark.version}")
    sides = _sides({*cells.names("reference").names, *cells.names("other").names}, study)
    problems = _sorted({*found, *cells.problems.found}, mapping)
    listed = [str(problem) for problem in problems] + _side_problems(sides)
    if listed or votes is None:
        raise Invalid(
            f"{table.source}: {counted(len(listed), 'problem')}; nothing was imported.", problems=listed
        )
    return ImportPlan(
        study=study,
        benchmark_id=benchmark.id,
        votes=votes,
        cast_at=tuple(cast_at),
        pair_ids=tuple(pair_ids[name] for name in votes.pairs),
        sides={side.name: side for side in sides},
        # Numbers replace the names in the table, because the names could identify people.
        pseudonyms=tuple(f"annotator-{number:03d}" for number in range(1, len(votes.annotators) + 1)),
        seeds=((0, 0),) * len(votes.matchups),
        digest=table_digest(converted),
    )


def _valid_votes(table: Table) -> tuple[Votes | None, tuple[TableProblem, ...]]:
    try:
        votes = check_votes(table)
    except TableError as error:
        if not error.found:
            raise
        return None, error.found
    return (None if (votes.annotator == UNKNOWN).any() else votes), ()


def _check_pairs(cells: CellReader, known: Mapping[str, int], benchmark: str) -> None:
    pairs = cells.names("pair")
    is_unknown = np.array([*(name not in known for name in pairs.names), False])[pairs.codes]
    cells.problems.add_where(
        is_unknown, lambda row: f'"{pairs.at(row)}" is not a pair of {benchmark}.', "pair"
    )


def _sorted(problems: Iterable[TableProblem], mapping: ColumnMapping) -> list[TableProblem]:
    """Return the problems sorted by line; replace our column names by the file's column names."""
    named = [
        replace(problem, column=mapping.columns.get(problem.column, problem.column))
        if problem.column
        else problem
        for problem in problems
    ]
    return sorted(named, key=lambda problem: (problem.line or 0, problem.column or "", problem.message))


def table_digest(table: Table) -> str:
    """Return the sha256 of all cells of a table."""
    rows = zip(*(table.cells(column) for column in table.columns), strict=True)
    content = json.dumps([list(table.columns), *rows], ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()


def _sides(names: Iterable[str], study: str) -> list[ImportedSide]:
    """Return the model and label of each side.

    The label contains the study's slug, because the model `cinemo` in the table and the model `cinemo` on
    this server may have different clips.
    """
    sides = []
    for name in sorted(names):
        model, _, label = name.partition("@")
        slug = _NOT_IN_SLUGS.sub("-", model.strip().lower()).strip("-._")
        own = _NOT_IN_SLUGS.sub("-", label.strip().lower()).strip("-._")
        sides.append(ImportedSide(name, slug, f"{own}.{study}" if own else study))
    return sides


def _side_problems(sides: list[ImportedSide]) -> list[str]:
    problems = [
        f'the model "{side.name}" cannot become a slug of at most 64 letters, digits, ".", "_" and "-"'
        for side in sides
        if not _SLUG.fullmatch(side.model)
    ]
    problems += [
        f"the name of the model {side.model} is longer than {_MAX_NAME} or contains control characters"
        for side in sides
        if len(side.name) > _MAX_NAME or not is_one_line(side.name)
    ]
    problems += [
        f'the label of "{side.name}" would be {side.label}, longer than {MAX_LABEL}: use a shorter study slug'
        for side in sides
        if len(side.label) > MAX_LABEL
    ]
    stored = Counter((side.model, side.label) for side in sides)
    problems += [
        f'the model "{side.name}" and another model would both be stored as {side.model}@{side.label}'
        for side in sides
        if stored[side.model, side.label] > 1
    ]
    return problems

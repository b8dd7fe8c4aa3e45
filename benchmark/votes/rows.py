"""Parses a votes table: all rows, whatever their status, with every cell checked.

`benchmark.votes.validate` selects the votes that count from the result, so one parse serves results with and
without excluded votes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from benchmark.protocol import VoteStatus
from benchmark.stats.arrays import BoolArray, IntArray
from benchmark.stats.votes import UNKNOWN
from benchmark.votes.cells import CellReader, Coded, Problems
from benchmark.votes.columns import (
    JUSTIFICATION_COLUMNS,
    NEEDED_COLUMNS,
    SIDE_COLUMNS,
    SIDE_PAIRS,
    TAG_COLUMNS,
    VoteTableError,
)

if TYPE_CHECKING:
    import pandas as pd

STATUSES = tuple(VoteStatus)


@dataclass(frozen=True)
class Sides:
    """The sides of each row as codes into `names`.

    `first` and `second` are reference and other where the table names them (`named`), else left and right.
    """

    names: tuple[str, ...]
    chosen: IntArray
    first: IntArray
    second: IntArray
    left: IntArray
    named: bool


@dataclass(frozen=True)
class VoteRows:
    """All rows of a votes table as columns; `status` holds indices into STATUSES."""

    study: Coded
    matchup: Coded
    pair: Coded
    image: Coded
    scenario: Coded
    tags: Mapping[str, Coded]
    annotator: Coded
    status: IntArray
    reasons: BoolArray
    decision_ms: IntArray
    sides: Sides
    header_lines: int


def parse_votes(table: pd.DataFrame, *, header_lines: int = 0) -> VoteRows:
    """Return the rows of a table of votes.

    Args:
        table: a column per name in VOTE_COLUMNS; others are ignored.
        header_lines: lines above row 1 in the file it was read from, to name lines as well as rows.

    Raises:
        VoteTableError: a needed column or every row is missing, or a cell is wrong: an unknown status, a
            flag that is not 0 or 1, a chosen model on neither side, a second study.
    """
    _check_columns(table)
    problems = Problems(header_lines)
    cells = CellReader(table, problems)
    rows = VoteRows(
        study=_one_study(cells),
        matchup=cells.required_names("matchup"),
        pair=cells.required_names("pair"),
        image=cells.names("image"),
        scenario=cells.names("scenario"),
        tags={name: cells.names(name) for name in TAG_COLUMNS if name in table.columns},
        annotator=cells.names("annotator"),
        status=_statuses(cells),
        reasons=np.stack([cells.flags(column) for column in JUSTIFICATION_COLUMNS], axis=1),
        decision_ms=cells.milliseconds("decision_ms"),
        sides=_sides(cells),
        header_lines=header_lines,
    )
    problems.raise_if_any()
    return rows


def _check_columns(table: pd.DataFrame) -> None:
    missing = [column for column in NEEDED_COLUMNS if column not in table.columns]
    if missing:
        raise VoteTableError(f"The table of votes lacks the columns {', '.join(missing)}.")
    if not any({first, second} <= set(table.columns) for first, second in SIDE_PAIRS):
        raise VoteTableError("The table of votes needs the columns reference and other, or left and right.")
    if not len(table):
        raise VoteTableError("The table of votes has no rows.")


def _one_study(cells: CellReader) -> Coded:
    study = cells.names("study")
    cells.problems.add(
        study.codes != study.codes[:1],
        lambda row: f'the study is "{study.at(row)}", above it was "{study.at(0)}"',
    )
    return study


def _statuses(cells: CellReader) -> IntArray:
    column = cells.required_names("status")
    known = {status.value: index for index, status in enumerate(STATUSES)}
    codes = np.array([*(known.get(name, UNKNOWN) for name in column.names), UNKNOWN])[column.codes]
    unknown = (codes == UNKNOWN) & (column.codes != UNKNOWN)
    cells.problems.add(unknown, lambda row: f'the status "{column.at(row)}" is none of {", ".join(known)}')
    # Wrong rows count as the first status until the error is raised.
    sound: IntArray = np.maximum(codes, 0)
    return sound


def _sides(cells: CellReader) -> Sides:
    """Return the sides of all rows; a blank side, equal sides and a vote for neither side are problems."""
    columns = {name: cells.names(name) for name in (*SIDE_COLUMNS, "chosen")}
    names = tuple(dict.fromkeys(name for column in columns.values() for name in column.names))
    codes = {name: _recoded(column, names) for name, column in columns.items()}
    named = {"reference", "other"} <= set(cells.table.columns)
    first_column, second_column = SIDE_PAIRS[0] if named else SIDE_PAIRS[1]
    sides = Sides(names, codes["chosen"], codes[first_column], codes[second_column], codes["left"], named)
    for name in (first_column, second_column, "chosen"):
        cells.problems.add(codes[name] == UNKNOWN, f"{name} is blank")
    _check_sides(sides, codes, cells.problems)
    return sides


def _recoded(column: Coded, names: tuple[str, ...]) -> IntArray:
    index = {name: index for index, name in enumerate(names)}
    codes: IntArray = np.array([*(index[name] for name in column.names), UNKNOWN])[column.codes]
    return codes


def _check_sides(sides: Sides, codes: Mapping[str, IntArray], problems: Problems) -> None:
    first, second = sides.first, sides.second
    complete = (first != UNKNOWN) & (second != UNKNOWN)
    problems.add(complete & (first == second), lambda row: f'both sides are "{sides.names[first[row]]}"')
    for column, label in (("chosen", "chosen model"), ("left", "left side"), ("right", "right side")):
        values = codes[column]
        wrong = complete & (values != UNKNOWN) & (values != first) & (values != second)
        problems.add(wrong, partial(_on_neither_side, label, values, sides))
    left, right = codes["left"], codes["right"]
    problems.add((left != UNKNOWN) & (left == right) & (first != second), "left and right are the same")


def _on_neither_side(label: str, values: IntArray, sides: Sides, row: int) -> str:
    value, first, second = (sides.names[code[row]] for code in (values, sides.first, sides.second))
    return f'the {label} "{value}" is neither "{first}" nor "{second}"'

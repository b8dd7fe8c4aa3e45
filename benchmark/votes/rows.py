"""Parses a votes table and checks every cell. The result contains votes of every status.

`benchmark.votes.validate` then selects the votes that count. Results with and without excluded votes are
computed from the same parsed table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from benchmark.protocol import VoteStatus
from benchmark.stats.arrays import BoolArray, IntArray
from benchmark.stats.votes import UNKNOWN
from benchmark.tables import Problems, Table, TableError
from benchmark.tables.cells import CellReader, Names, lookalike_message
from benchmark.tables.lookalikes import lookalikes
from benchmark.votes.columns import (
    JUSTIFICATION_COLUMNS,
    NEEDED_COLUMNS,
    SIDE_COLUMNS,
    SIDE_PAIRS,
    TAG_COLUMNS,
)

STATUSES = tuple(VoteStatus)


@dataclass(frozen=True)
class Sides:
    """The two sides of each row, as codes into `names`.

    If the table has the columns `reference` and `other` (`named` is True), `first` contains the column
    `reference`, and `second` contains the column `other`. In a table without these two columns, `first`
    contains the left side, and `second` contains the right side.
    """

    names: tuple[str, ...]
    chosen: IntArray
    first: IntArray
    second: IntArray
    left: IntArray
    named: bool


@dataclass(frozen=True)
class VoteRows:
    """All rows of a votes table as columns.

    Attributes:
        status: (rows,) the status of each row, as an index into STATUSES.
        source: the table name that messages show.
        lines: for each row, the number of the line on which the row begins; messages show this number.
    """

    study: Names
    matchup: Names
    pair: Names
    image: Names
    scenario: Names
    tags: Mapping[str, Names]
    annotator: Names
    status: IntArray
    reasons: BoolArray
    decision_ms: IntArray
    sides: Sides
    source: str
    lines: Sequence[int] | None


def parse_votes(table: Table) -> VoteRows:
    """Parse the columns that VOTE_COLUMNS lists, and ignore all other columns of the votes table.

    Raises:
        TableError: a required column is missing, there are no rows, the rows belong to several studies, or a
            cell is invalid (such as an unknown status, a flag that is not 0 or 1, or a chosen model that is
            neither side).
    """
    _check_columns(table)
    cells = CellReader(table)
    rows = VoteRows(
        study=_one_study(cells),
        matchup=cells.names("matchup", required=True),
        pair=cells.names("pair", required=True),
        image=cells.names("image"),
        scenario=cells.names("scenario"),
        tags={name: cells.names(name) for name in TAG_COLUMNS if name in table},
        annotator=cells.names("annotator"),
        status=_statuses(cells),
        reasons=np.stack([cells.flags(column) for column in JUSTIFICATION_COLUMNS], axis=1),
        decision_ms=cells.whole_numbers("decision_ms"),
        sides=_sides(cells),
        source=table.source,
        lines=table.lines,
    )
    cells.problems.raise_if_any()
    return rows


def _check_columns(table: Table) -> None:
    table.require(NEEDED_COLUMNS)
    if not any(set(pair) <= set(table.columns) for pair in SIDE_PAIRS):
        raise TableError(f"{table.source} needs the columns reference and other, or left and right.")
    if not len(table):
        raise TableError(f"{table.source} has no rows.")


def _one_study(cells: CellReader) -> Names:
    study = cells.names("study")
    cells.problems.add_where(
        study.codes != study.codes[:1],
        lambda row: f'The study is "{study.at(row)}"; in the first row it is "{study.at(0)}".',
        "study",
    )
    return study


def _statuses(cells: CellReader) -> IntArray:
    column = cells.names("status", required=True)
    known = {status.value: index for index, status in enumerate(STATUSES)}
    codes = np.array([*(known.get(name, UNKNOWN) for name in column.names), UNKNOWN])[column.codes]
    cells.problems.add_where(
        (codes == UNKNOWN) & (column.codes != UNKNOWN),
        lambda row: f'The status "{column.at(row)}" is unknown. It is one of {", ".join(known)}.',
        "status",
    )
    # Invalid rows have the first status until the error is raised.
    valid: IntArray = np.maximum(codes, 0)
    return valid


def _sides(cells: CellReader) -> Sides:
    """Return the two sides of each row.

    Report rows in which a side is empty, both sides are equal, or the answer is neither side.
    """
    named = {"reference", "other"} <= set(cells.table.columns)
    required = {*SIDE_PAIRS[0 if named else 1], "chosen"}
    columns = {name: cells.names(name, required=name in required) for name in (*SIDE_COLUMNS, "chosen")}
    names = tuple(dict.fromkeys(name for column in columns.values() for name in column.names))
    codes = {name: _recoded(column, names) for name, column in columns.items()}
    first, second = SIDE_PAIRS[0] if named else SIDE_PAIRS[1]
    sides = Sides(names, codes["chosen"], codes[first], codes[second], codes["left"], named)
    for name, earlier in lookalikes(names):
        for column, of_column in columns.items():
            if earlier not in of_column.names:  # if it is there, `names` has reported the name
                is_name = codes[column] == names.index(name)
                cells.problems.add_where(is_name, lookalike_message(name, earlier), column)
    _check_sides(sides, codes, cells.problems)
    return sides


def _recoded(column: Names, names: tuple[str, ...]) -> IntArray:
    index = {name: index for index, name in enumerate(names)}
    codes: IntArray = np.array([*(index[name] for name in column.names), UNKNOWN])[column.codes]
    return codes


def _check_sides(sides: Sides, codes: Mapping[str, IntArray], problems: Problems) -> None:
    first, second = sides.first, sides.second
    complete = (first != UNKNOWN) & (second != UNKNOWN)
    problems.add_where(
        complete & (first == second), lambda row: f'Both sides are "{sides.names[first[row]]}".'
    )
    for column in ("chosen", "left", "right"):
        values = codes[column]
        wrong = complete & (values != UNKNOWN) & (values != first) & (values != second)
        problems.add_where(wrong, partial(_on_neither_side, values, sides), column)
    left, right = codes["left"], codes["right"]
    problems.add_where(
        (left != UNKNOWN) & (left == right) & (first != second), "Left and right are the same side."
    )


def _on_neither_side(values: IntArray, sides: Sides, row: int) -> str:
    value, first, second = (sides.names[code[row]] for code in (values, sides.first, sides.second))
    return f'"{value}" is neither "{first}" nor "{second}".'

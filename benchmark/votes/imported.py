"""Converts an external votes table to our columns. Each vote gets the status `imported`.

The table needs columns with the pair, both models and the answer. A `ColumnMapping` contains the names of
these columns. An answer is a model's name or a position word. `benchmark.votes.rows` reports every other
answer, with the line number of the answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np

from benchmark.pairs import canonical_name
from benchmark.protocol import VoteStatus
from benchmark.stats.arrays import BoolArray
from benchmark.tables import Problems, Table, TableError, read_table
from benchmark.tables.cells import CellReader, Names
from benchmark.votes.answer_words import column_on_other_side, side_with_word
from benchmark.votes.columns import JUSTIFICATION_COLUMNS, NAME_COLUMNS, TAG_COLUMNS, VOTE_COLUMNS

LEFT_WORDS = frozenset({"left", "a", "model_a", "1"})
RIGHT_WORDS = frozenset({"right", "b", "model_b", "2"})
REQUIRED_COLUMNS = ("pair", "left", "right", "chosen")
FIXED_COLUMNS = frozenset(
    # The import sets the first five columns; the other four columns come from the benchmark's pair.
    {"study", "matchup", "status", "reference", "other", "image", "scenario", *TAG_COLUMNS}
)


class Answers(StrEnum):
    """The form of the answers in an external table: model names or positions."""

    SIDES = "sides"
    POSITIONS = "positions"


@dataclass(frozen=True)
class ColumnMapping:
    """The columns of an external votes table and the meaning of its answers.

    Attributes:
        columns: for each column of our votes table, the name of the external column. The columns pair, left,
            right and chosen are required.
        reference: a model. In every matchup of this model, the model is the reference. In a matchup without
            this model, the reference is the first model in alphabetical order.
        answers: whether the answers are names of models or the words left and right. By default, both forms
            are read; an answer that is both a model's name and a position word is an error.
        left_words, right_words: the answers that mean left and right, compared in lower case.

    Raises:
        TableError: a required column is not mapped, or the mapping contains a column that the import itself
            fills.
    """

    columns: Mapping[str, str]
    reference: str | None = None
    answers: Answers | None = None
    left_words: frozenset[str] = LEFT_WORDS
    right_words: frozenset[str] = RIGHT_WORDS

    def __post_init__(self) -> None:
        unmapped = [name for name in REQUIRED_COLUMNS if name not in self.columns]
        if unmapped:
            option = f"--map {unmapped[0]}=COLUMN"
            raise TableError(
                f"The option --map for {', '.join(unmapped)} is missing. Add, for example, {option}."
            )
        fixed = sorted(FIXED_COLUMNS & set(self.columns))
        if fixed:
            raise TableError(f"--map cannot set {', '.join(fixed)}: the import sets these columns.")


def parse_mapping(pairs: tuple[str, ...]) -> dict[str, str]:
    """Parse `--map` options: ("pair=item",) becomes {"pair": "item"}.

    Raises:
        TableError: an option does not have the form COLUMN=SOURCE, or COLUMN is unknown or mapped twice.
    """
    columns: dict[str, str] = {}
    for pair in pairs:
        column, separator, source = pair.partition("=")
        if not separator or not source.strip():
            raise TableError(f"--map {pair} is not of the form COLUMN=SOURCE, such as pair=item.")
        if column not in VOTE_COLUMNS:
            raise TableError(
                f"--map {pair}: the votes table has no column {column}. Use one of {', '.join(VOTE_COLUMNS)}."
            )
        if column in columns:
            raise TableError(f"--map maps {column} twice, to {columns[column]} and to {source}.")
        columns[column] = canonical_name(source.strip())
    return columns


def read_external_table(path: Path, mapping: ColumnMapping) -> Table:
    """Return the mapped columns of an external votes table.

    Raises:
        TableError: the file cannot be read, or a mapped column is missing.
    """
    wanted = list(dict.fromkeys(mapping.columns.values()))
    table = read_table(path, wanted, unescape=True)
    table.require(wanted)
    return table


def convert_votes(table: Table, mapping: ColumnMapping, *, study: str) -> Table:
    """Convert an external votes table to our columns, row by row. Every status is `imported`.

    If no external column is mapped to a justification, the justification is 0 in every row. Matchups are
    named `reference:other`.

    Raises:
        TableError: a mapped column is missing, a name is invalid, an answer has two meanings, or the
            reference is not a model in the table.
    """
    table.require(list(mapping.columns.values()))
    _refuse_shared_columns(mapping)
    cells = CellReader(table)
    names = {
        column: cells.names(source) for column, source in mapping.columns.items() if column in NAME_COLUMNS
    }
    cells.problems.raise_if_any()
    left, right = _texts(names["left"]), _texts(names["right"])
    wanted = None if mapping.reference is None else canonical_name(mapping.reference.strip())
    if wanted is not None and wanted not in {*left, *right}:
        raise TableError(f'The reference "{wanted}" is not a model of {table.source}.')
    chosen = _chosen(names, mapping, cells.problems)
    sides = [_sides(*both, wanted) for both in zip(left, right, strict=True)]
    columns: dict[str, Sequence[object]] = {
        column: _texts(names[column]) if column in names else table.cells(source)
        for column, source in mapping.columns.items()
    }
    columns |= {
        "chosen": chosen,
        "reference": [reference for reference, _ in sides],
        "other": [other for _, other in sides],
        "matchup": [f"{reference}:{other}" for reference, other in sides],
        "study": [study] * len(table),
        "status": [VoteStatus.IMPORTED.value] * len(table),
    }
    for reason in JUSTIFICATION_COLUMNS:
        columns.setdefault(reason, [0] * len(table))
    ordered = {column: columns[column] for column in VOTE_COLUMNS if column in columns}
    return Table.from_columns(table.source, ordered, lines=table.lines)


def _refuse_shared_columns(mapping: ColumnMapping) -> None:
    """Refuse two of our columns that are mapped to one external column, such as left and chosen."""
    first: dict[str, str] = {}
    for column in (*REQUIRED_COLUMNS, "annotator"):
        source = mapping.columns.get(column)
        if source is not None and first.setdefault(source, column) != column:
            raise TableError(f"--map maps {first[source]} and {column} to the same column {source}.")


def _chosen(names: Mapping[str, Names], mapping: ColumnMapping, problems: Problems) -> list[str]:
    """Return the chosen side of each row.

    An answer that is neither the name of a side nor a position word stays unchanged.
    """
    answers = names["chosen"]
    words = [name.lower() for name in answers.names]
    is_left = _is_word(answers, words, mapping.left_words)
    is_right = _is_word(answers, words, mapping.right_words)
    if mapping.answers is Answers.SIDES:
        return _texts(answers)
    if mapping.answers is Answers.POSITIONS:
        known = ", ".join(sorted(mapping.left_words | mapping.right_words))
        problems.add_where(
            ~is_left & ~is_right & (answers.codes >= 0),
            lambda row: f'"{answers.at(row)}" is not a position. Positions are {known}.',
            mapping.columns["chosen"],
        )
    _refuse_ambiguous(names, words, mapping, problems)
    columns = [_texts(names["left"]), _texts(names["right"]), _texts(answers)]
    meant = np.where(is_left, 0, np.where(is_right, 1, 2)).tolist()
    return [columns[index][row] for row, index in enumerate(meant)]


def _is_word(answers: Names, words: list[str], meant: frozenset[str]) -> BoolArray:
    is_meant: BoolArray = np.array([*(word in meant for word in words), False])[answers.codes]
    return is_meant


def _refuse_ambiguous(
    names: Mapping[str, Names], words: Sequence[str], mapping: ColumnMapping, problems: Problems
) -> None:
    """Raise TableError if an answer is a position word and can also mean a side or a column.

    If the mapping states that the answers are positions, only columns are checked.
    """
    sides = [name for column in ("left", "right") for name in names[column].names]
    for code, word in enumerate(words):
        if word not in mapping.left_words | mapping.right_words:
            continue
        meant = "left" if word in mapping.left_words else "right"
        side = None if mapping.answers else side_with_word(word, sides)
        column = column_on_other_side(word, side=meant, columns=mapping.columns)
        answer = f'The answer "{names["chosen"].names[code]}"'
        row = int(np.argmax(names["chosen"].codes == code))
        if side is not None:
            message = (
                f'{answer} can mean the side "{side}", and also a position ({meant}). '
                "Add --answers sides or --answers positions to say what the answers are."
            )
            problems.add(row, message, mapping.columns["chosen"])
        elif column is not None:
            message = (
                f'{answer} means {meant}, but the column "{column}" is mapped to the other side. '
                "Rename the column, or swap the columns of left and right."
            )
            problems.add(row, message, mapping.columns["chosen"])
    problems.raise_if_any()


def _texts(names: Names) -> list[str]:
    texts = (*names.names, "")
    return [texts[code] for code in names.codes.tolist()]


def _sides(left: str, right: str, reference: str | None) -> tuple[str, str]:
    first, second = sorted((left, right))
    return (second, first) if second == reference else (first, second)

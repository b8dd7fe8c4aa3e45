"""Converts an external votes table to our columns, with the status `imported`.

The table needs columns with the pair, both models and the answer; a mapping names them. An answer is a
model's name or a position word. Any other answer is kept as it is, and `benchmark.votes.validate` reports
its row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.protocol import VoteStatus
from benchmark.votes.columns import JUSTIFICATION_COLUMNS, VOTE_COLUMNS, VoteTableError

if TYPE_CHECKING:
    import pandas as pd

LEFT_WORDS = frozenset({"left", "a", "model_a", "1"})
RIGHT_WORDS = frozenset({"right", "b", "model_b", "2"})
MAX_SHOWN_COLUMNS = 200
REQUIRED_COLUMNS = ("pair", "left", "right", "chosen")


@dataclass(frozen=True)
class ColumnMapping:
    """The columns of an external votes table and the meaning of its answers.

    Attributes:
        columns: external column name by our column name; pair, left, right and chosen are required.
        reference: the reference of every matchup that includes it; in all other matchups the reference is
            the first model in alphabetical order.
        left_words, right_words: answers (compared in lower case) that are positions.
    """

    columns: Mapping[str, str]
    reference: str | None = None
    left_words: frozenset[str] = LEFT_WORDS
    right_words: frozenset[str] = RIGHT_WORDS


def parse_mapping(pairs: tuple[str, ...]) -> dict[str, str]:
    """Parse `--map` options: ("pair=item",) becomes {"pair": "item"}.

    Raises:
        VoteTableError: an option is not COLUMN=SOURCE, or its column is unknown or mapped twice.
    """
    columns: dict[str, str] = {}
    for pair in pairs:
        column, separator, source = pair.partition("=")
        if not separator or not source:
            raise VoteTableError(f"--map {pair} is not of the form COLUMN=SOURCE, such as pair=item.")
        if column not in VOTE_COLUMNS:
            raise VoteTableError(
                f"--map {pair}: the votes table has no column {column}. Use one of {', '.join(VOTE_COLUMNS)}."
            )
        if column in columns:
            raise VoteTableError(f"--map maps {column} twice, to {columns[column]} and to {source}.")
        columns[column] = source
    return columns


def read_external_table(path: Path) -> pd.DataFrame:
    """Return a CSV with any columns; all cells are texts.

    Raises:
        VoteTableError: the file cannot be read.
    """
    import pandas as pd

    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False)
    except UnicodeDecodeError as error:
        raise VoteTableError(f"{path.name} is not UTF-8 text. Save it as CSV in UTF-8.") from error
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise VoteTableError(f"{path.name} cannot be read: {error}") from error


def convert_votes(table: pd.DataFrame, mapping: ColumnMapping, *, study: str) -> pd.DataFrame:
    """Return an external votes table in our columns, row by row; every status is `imported`.

    Justifications without a column are 0. Matchups are named `reference:other`.

    Raises:
        VoteTableError: a required column is not mapped, or a mapped column is not in the table.
    """
    import pandas as pd

    _check_mapping(table, mapping)
    votes = pd.DataFrame(
        {name: table[source].to_numpy() for name, source in mapping.columns.items()}, index=range(len(table))
    )
    words = votes["chosen"].astype(str).str.strip().str.lower()
    votes["chosen"] = (
        votes["chosen"]
        .mask(words.isin(mapping.left_words), votes["left"])
        .mask(words.isin(mapping.right_words), votes["right"])
    )
    sides = [
        _sides(left, right, mapping.reference)
        for left, right in zip(votes["left"], votes["right"], strict=True)
    ]
    votes["reference"] = [reference for reference, _ in sides]
    votes["other"] = [other for _, other in sides]
    votes["matchup"] = [f"{reference}:{other}" for reference, other in sides]
    votes["study"], votes["status"] = study, VoteStatus.IMPORTED.value
    for reason in JUSTIFICATION_COLUMNS:
        if reason not in votes:
            votes[reason] = 0
    return votes[[column for column in VOTE_COLUMNS if column in votes]]


def _check_mapping(table: pd.DataFrame, mapping: ColumnMapping) -> None:
    unmapped = [name for name in REQUIRED_COLUMNS if name not in mapping.columns]
    if unmapped:
        raise VoteTableError(
            f"No --map for {', '.join(unmapped)}. Add one such as --map {unmapped[0]}=COLUMN."
        )
    absent = [source for source in mapping.columns.values() if source not in table.columns]
    if absent:
        present = ", ".join(map(str, table.columns))[:MAX_SHOWN_COLUMNS]
        raise VoteTableError(f"The table has no column {', '.join(absent)}. Its columns are: {present}")
    fixed = {"study", "matchup", "status", "reference", "other"} & set(mapping.columns)
    if fixed:
        raise VoteTableError(f"--map cannot set {', '.join(sorted(fixed))}: the import sets these columns.")


def _sides(left: str, right: str, reference: str | None) -> tuple[str, str]:
    first, second = sorted((str(left), str(right)))
    return (second, first) if second == reference else (first, second)

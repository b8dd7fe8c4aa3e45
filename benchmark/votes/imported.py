"""Votes of a study run elsewhere, brought into our columns and marked as imported.

Their table needs the pair, both models and the answer; which of their columns holds which of ours is said
by a mapping. An answer is a model's name, or a word for the place it stood in. Nothing is guessed: an
answer that is neither is left as it stands, and `benchmark.votes.validate` refuses the row by its number.
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
NEEDED = ("pair", "left", "right", "chosen")


@dataclass(frozen=True)
class ColumnMapping:
    """Which of their columns holds which of ours, and what their answers mean.

    Attributes:
        columns: our column name to theirs; pair, left, right and chosen are needed.
        reference: the model that is the reference wherever it takes part; the first of the alphabet
            elsewhere.
        left_words, right_words: answers (compared in lower case) that stand for a place.
    """

    columns: Mapping[str, str]
    reference: str | None = None
    left_words: frozenset[str] = LEFT_WORDS
    right_words: frozenset[str] = RIGHT_WORDS


def parse_mapping(pairs: tuple[str, ...]) -> dict[str, str]:
    """Return {"pair": "item"} of ("pair=item",), as the command line gives them.

    Raises:
        VoteTableError: a part is not OURS=THEIRS, or ours is no column of the votes table, or comes twice.
    """
    columns: dict[str, str] = {}
    for part in pairs:
        ours, separator, theirs = part.partition("=")
        if not separator or not theirs:
            raise VoteTableError(f"{part} does not read OURS=THEIRS, like pair=item.")
        if ours not in VOTE_COLUMNS:
            raise VoteTableError(f"{ours} is no column of the votes table: {', '.join(VOTE_COLUMNS)}.")
        if ours in columns:
            raise VoteTableError(f"{ours} is mapped twice, to {columns[ours]} and to {theirs}.")
        columns[ours] = theirs
    return columns


def read_foreign(path: Path) -> pd.DataFrame:
    """Return a CSV of any columns as texts.

    Raises:
        VoteTableError: it cannot be read.
    """
    import pandas as pd

    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False)
    except UnicodeDecodeError as error:
        raise VoteTableError(f"{path.name} is not UTF-8 text; save it as CSV in UTF-8.") from error
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise VoteTableError(f"{path.name} cannot be read: {error}") from error


def foreign_votes(table: pd.DataFrame, mapping: ColumnMapping, *, study: str) -> pd.DataFrame:
    """Return their votes as a table of ours, row by row, every status `imported`.

    Reasons they did not ask for are 0. Matchups are named `reference:other`.

    Raises:
        VoteTableError: a needed column is not mapped, or a mapped one is not in their table.
    """
    import pandas as pd

    _check_mapping(table, mapping)
    ours = pd.DataFrame(
        {name: table[theirs].to_numpy() for name, theirs in mapping.columns.items()}, index=range(len(table))
    )
    words = ours["chosen"].astype(str).str.strip().str.lower()
    ours["chosen"] = (
        ours["chosen"]
        .mask(words.isin(mapping.left_words), ours["left"])
        .mask(words.isin(mapping.right_words), ours["right"])
    )
    sides = [
        _sides(left, right, mapping.reference)
        for left, right in zip(ours["left"], ours["right"], strict=True)
    ]
    ours["reference"] = [reference for reference, _ in sides]
    ours["other"] = [other for _, other in sides]
    ours["matchup"] = [f"{reference}:{other}" for reference, other in sides]
    ours["study"], ours["status"] = study, VoteStatus.IMPORTED.value
    for reason in JUSTIFICATION_COLUMNS:
        if reason not in ours:
            ours[reason] = 0
    return ours[[column for column in VOTE_COLUMNS if column in ours]]


def _check_mapping(table: pd.DataFrame, mapping: ColumnMapping) -> None:
    unmapped = [name for name in NEEDED if name not in mapping.columns]
    if unmapped:
        raise VoteTableError(f"The mapping does not say which columns hold {', '.join(unmapped)}.")
    absent = [theirs for theirs in mapping.columns.values() if theirs not in table.columns]
    if absent:
        there = ", ".join(map(str, table.columns))[:MAX_SHOWN_COLUMNS]
        raise VoteTableError(f"The table has no columns {', '.join(absent)}. It has: {there}")
    fixed = {"study", "matchup", "status", "reference", "other"} & set(mapping.columns)
    if fixed:
        raise VoteTableError(f"{', '.join(sorted(fixed))} cannot be mapped: the import sets them itself.")


def _sides(left: str, right: str, reference: str | None) -> tuple[str, str]:
    first, second = sorted((str(left), str(right)))
    return (second, first) if second == reference else (first, second)

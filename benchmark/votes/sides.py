"""The sides of each row of a votes table, and the matchups they make."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from benchmark.stats.arrays import IntArray
from benchmark.stats.votes import UNKNOWN, Matchup
from benchmark.votes.columns import SIDE_COLUMNS, SIDE_PAIRS, Coded, Findings, coded, first_places

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Sides:
    """The sides of each row as codes into `names`.

    `first` and `second` are reference and other where the table names them, else left and right.
    """

    names: tuple[str, ...]
    chosen: IntArray
    first: IntArray
    second: IntArray
    left: IntArray
    named: bool


def read_sides(table: pd.DataFrame, findings: Findings) -> Sides:
    """Return the sides of all rows; a blank side, a side twice and a vote for neither side are refused."""
    columns = {name: coded(table, name) for name in (*SIDE_COLUMNS, "chosen")}
    names = tuple(dict.fromkeys(name for column in columns.values() for name in column.names))
    codes = {name: _recoded(column, names) for name, column in columns.items()}
    named = {"reference", "other"} <= set(table.columns)
    first_column, second_column = SIDE_PAIRS[0] if named else SIDE_PAIRS[1]
    sides = Sides(names, codes["chosen"], codes[first_column], codes[second_column], codes["left"], named)
    for name in (first_column, second_column, "chosen"):
        findings.refuse(codes[name] == UNKNOWN, f"{name} is blank")
    _check_sides(sides, codes, findings)
    return sides


def _recoded(column: Coded, names: tuple[str, ...]) -> IntArray:
    place = {name: index for index, name in enumerate(names)}
    codes: IntArray = np.array([*(place[name] for name in column.names), UNKNOWN])[column.codes]
    return codes


def _check_sides(sides: Sides, codes: dict[str, IntArray], findings: Findings) -> None:
    first, second = sides.first, sides.second
    whole = (first != UNKNOWN) & (second != UNKNOWN)
    findings.refuse(whole & (first == second), lambda row: f'both sides are "{sides.names[first[row]]}"')
    for column, wording in (("chosen", "chosen model"), ("left", "left side"), ("right", "right side")):
        values = codes[column]
        wrong = whole & (values != UNKNOWN) & (values != first) & (values != second)
        findings.refuse(wrong, partial(_on_neither_side, wording, values, sides))
    left, right = codes["left"], codes["right"]
    findings.refuse((left != UNKNOWN) & (left == right) & (first != second), "left and right are the same")


def _on_neither_side(wording: str, values: IntArray, sides: Sides, row: int) -> str:
    value, first, second = (sides.names[code[row]] for code in (values, sides.first, sides.second))
    return f'the {wording} "{value}" is neither "{first}" nor "{second}"'


def matchups_of(
    sides: Sides, matchup: Coded, kept: IntArray, findings: Findings
) -> tuple[IntArray, tuple[Matchup, ...]]:
    """Return (votes,) codes of each vote's reference, and the matchups."""
    names = sides.names
    first, second = sides.first[kept], sides.second[kept]
    start = first_places(matchup.codes, len(matchup.names))
    pairs_of_sides = list(zip(first[start].tolist(), second[start].tolist(), strict=True))
    if not sides.named:
        pairs_of_sides = [
            _reference_first(name, both, names)
            for name, both in zip(matchup.names, pairs_of_sides, strict=True)
        ]
    references, others = np.array(pairs_of_sides, dtype=np.int64).reshape(-1, 2).T
    reference, other = references[matchup.codes], others[matchup.codes]
    same = (first == reference) & (second == other)
    if not sides.named:
        same |= (first == other) & (second == reference)
    findings.refuse(
        ~same,
        lambda vote: (
            f'"{names[first[vote]]}" and "{names[second[vote]]}" are not the sides of matchup '
            f'"{matchup.at(vote)}", which compares "{names[reference[vote]]}" with "{names[other[vote]]}"'
        ),
        kept,
    )
    return reference, tuple(
        Matchup(name, names[left], names[right])
        for name, (left, right) in zip(matchup.names, pairs_of_sides, strict=True)
    )


def _reference_first(matchup: str, both: tuple[int, int], names: tuple[str, ...]) -> tuple[int, int]:
    """Return both sides, the reference first.

    It is the side the matchup's name begins with ("motif:cinemo"), else the first of the alphabet.
    """
    one, two = sorted(both, key=lambda side: names[side])
    # "motif2:motif" begins with both names: the longer one is meant.
    beginning = [side for side in (one, two) if matchup.startswith(names[side])]
    reference = max(beginning, key=lambda side: len(names[side]), default=one)
    return reference, (two if reference == one else one)

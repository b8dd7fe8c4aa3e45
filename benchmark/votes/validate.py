"""A table of votes, checked: every problem is named with its row, or the votes come out as columns.

The columns are the contract's (docs/tables.md). Needed are matchup, pair, chosen, status and the four
justifications, and reference and other or left and right; the rest only opens further statistics.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from benchmark.protocol import VoteStatus
from benchmark.stats.arrays import BoolArray, IntArray
from benchmark.stats.votes import UNKNOWN, Votes
from benchmark.votes.columns import (
    JUSTIFICATION_COLUMNS,
    NEEDED_COLUMNS,
    SIDE_PAIRS,
    TAG_COLUMNS,
    VOTE_COLUMNS,
    Coded,
    Findings,
    RowProblem,
    VoteTableError,
    coded,
    first_places,
    flag,
    milliseconds,
)
from benchmark.votes.sides import Sides, matchups_of, read_sides

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["VOTE_COLUMNS", "RowProblem", "VoteTableError", "check_votes", "missing_lines"]

LINES_WITHOUT = {
    "study": "the study is not named in the tables",
    "image": "nothing by image",
    "scenario": "nothing by scenario",
    "annotator": "nothing on annotators, and a second vote of one person is not noticed",
    "left": "no side bias",
    "reference": "which side is the reference is read from the name of the matchup, else from the alphabet",
    "decision_ms": "no speed of annotators",
    "style": "nothing by image style",
    "hard_case": "nothing by hard case",
}


STATUSES = tuple(VoteStatus)


def missing_lines(table: pd.DataFrame) -> list[str]:
    """Return a sentence for each column that is not there, saying what cannot be computed without it."""
    return [
        f"No column {column}: {consequence}."
        for column, consequence in LINES_WITHOUT.items()
        if column not in table.columns
    ]


def check_votes(table: pd.DataFrame, *, header_lines: int = 0, with_excluded: bool = False) -> Votes:
    """Return the votes that count, as columns.

    Counted are the valid votes; in a table without any valid one, the imported ones (a study run
    elsewhere). Votes of every other status must be sound as well, but only their number is kept.

    Args:
        table: a column per name in VOTE_COLUMNS; others are ignored.
        header_lines: lines above row 1 in the file it was read from, to name lines as well as rows.
        with_excluded: count excluded votes too, for results with and without exclusions side by side.

    Raises:
        VoteTableError: a needed column or every row is missing, or a row is wrong: an unknown status, a
            flag that is not 0 or 1, a chosen model on neither side, a second study, a matchup with other
            sides, a pair with another image or scenario, a second counting vote of one annotator.
    """
    _check_columns(table)
    findings = Findings(header_lines)
    rows = _read_rows(table, findings)
    findings.raise_if_any()
    numbers = np.bincount(rows.status, minlength=len(STATUSES)).tolist()
    left_out = {status: number for status, number in zip(STATUSES, numbers, strict=True) if number}
    counted = _counted_status(left_out)
    counting = {counted, VoteStatus.EXCLUDED} if with_excluded else {counted}
    left_out = {status: number for status, number in left_out.items() if status not in counting}
    kept = np.isin(rows.status, [STATUSES.index(status) for status in counting])
    votes = _counted_votes(rows, np.flatnonzero(kept), findings)
    findings.raise_if_any()
    return replace(votes, left_out=left_out, counted=counted)


@dataclass(frozen=True)
class _Rows:
    """All rows of the table, whatever their status; `status` indexes STATUSES."""

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


def _check_columns(table: pd.DataFrame) -> None:
    missing = [column for column in NEEDED_COLUMNS if column not in table.columns]
    if missing:
        raise VoteTableError(f"The table of votes lacks the columns {', '.join(missing)}.")
    if not any({first, second} <= set(table.columns) for first, second in SIDE_PAIRS):
        raise VoteTableError("The table of votes needs the columns reference and other, or left and right.")
    if not len(table):
        raise VoteTableError("The table of votes has no rows.")


def _read_rows(table: pd.DataFrame, findings: Findings) -> _Rows:
    study = coded(table, "study")
    first = study.codes[:1]
    findings.refuse(
        study.codes != first, lambda row: f'the study is "{study.at(row)}", above it was "{study.at(0)}"'
    )
    return _Rows(
        study=study,
        matchup=_filled(table, "matchup", findings),
        pair=_filled(table, "pair", findings),
        image=coded(table, "image"),
        scenario=coded(table, "scenario"),
        tags={name: coded(table, name) for name in TAG_COLUMNS if name in table.columns},
        annotator=coded(table, "annotator"),
        status=_statuses(_filled(table, "status", findings), findings),
        reasons=np.stack([flag(table, column, findings) for column in JUSTIFICATION_COLUMNS], axis=1),
        decision_ms=milliseconds(table, "decision_ms", findings),
        sides=read_sides(table, findings),
    )


def _filled(table: pd.DataFrame, column: str, findings: Findings) -> Coded:
    names = coded(table, column)
    findings.refuse(names.codes == UNKNOWN, f"{column} is blank")
    return names


def _statuses(column: Coded, findings: Findings) -> IntArray:
    known = {status.value: index for index, status in enumerate(STATUSES)}
    codes = np.array([*(known.get(name, UNKNOWN) for name in column.names), UNKNOWN])[column.codes]
    unknown = (codes == UNKNOWN) & (column.codes != UNKNOWN)
    findings.refuse(unknown, lambda row: f'the status "{column.at(row)}" is none of {", ".join(known)}')
    # Rows refused anyway are counted as the first status until the error is raised.
    sound: IntArray = np.maximum(codes, 0)
    return sound


def _counted_status(numbers: dict[VoteStatus, int]) -> VoteStatus:
    only_imported = VoteStatus.VALID not in numbers and VoteStatus.IMPORTED in numbers
    return VoteStatus.IMPORTED if only_imported else VoteStatus.VALID


def _counted_votes(rows: _Rows, kept: IntArray, findings: Findings) -> Votes:
    matchup, pair = rows.matchup.among(kept), rows.pair.among(kept)
    annotator = rows.annotator.among(kept)
    image, scenario = rows.image.among(kept), rows.scenario.among(kept)
    study = rows.study.at(0) or None
    reference, matchups = matchups_of(rows.sides, matchup, kept, findings)
    votes = Votes(
        matchups=tuple(replace(matchup, study=study) for matchup in matchups),
        pairs=pair.names,
        images=image.names,
        scenarios=scenario.names,
        annotators=annotator.names,
        image_of_pair=_of_pair("image", image, pair, kept, findings),
        scenario_of_pair=_of_pair("scenario", scenario, pair, kept, findings),
        matchup=matchup.codes,
        pair=pair.codes,
        annotator=annotator.codes,
        chose_reference=rows.sides.chosen[kept] == reference,
        reasons=rows.reasons[kept],
        reference_left=_reference_left(rows.sides.left[kept], reference),
        decision_ms=rows.decision_ms[kept],
        tags={
            name: _tag_of_pair(name, tag.among(kept), pair, kept, findings) for name, tag in rows.tags.items()
        },
    )
    _refuse_second_votes(votes, kept, findings)
    return votes


def _of_pair(column: str, values: Coded, pair: Coded, kept: IntArray, findings: Findings) -> IntArray:
    of_pair = values.codes[first_places(pair.codes, len(pair.names))]
    findings.refuse(
        values.codes != of_pair[pair.codes],
        lambda vote: f'{column} "{values.at(vote)}" differs from that of pair "{pair.at(vote)}" above',
        kept,
    )
    return of_pair


def _tag_of_pair(name: str, tag: Coded, pair: Coded, kept: IntArray, findings: Findings) -> tuple[str, ...]:
    codes = _of_pair(name, tag, pair, kept, findings)
    names = (*tag.names, "")  # the last one answers UNKNOWN, a pair without this tag
    return tuple(names[code] for code in codes.tolist())


def _reference_left(left: IntArray, reference: IntArray) -> IntArray:
    return np.where(left == UNKNOWN, UNKNOWN, left == reference).astype(np.int64)


def _refuse_second_votes(votes: Votes, kept: IntArray, findings: Findings) -> None:
    known = np.flatnonzero(votes.annotator != UNKNOWN)
    comparison = votes.matchup[known] * len(votes.pairs) + votes.pair[known]
    key = comparison * len(votes.annotators) + votes.annotator[known]
    in_order = np.sort(key)
    if (in_order[1:] != in_order[:-1]).all():
        return
    order = np.argsort(key, kind="stable")
    second = known[order[1:][key[order][1:] == key[order][:-1]]]
    findings.refuse(
        np.isin(np.arange(len(votes)), second),
        lambda vote: (
            f'"{votes.annotators[votes.annotator[vote]]}" already has a counting vote on this comparison'
        ),
        kept,
    )

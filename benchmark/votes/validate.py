"""Selects the votes of a table that count, checked across rows.

The columns are the contract's (docs/tables.md). Needed are matchup, pair, chosen, status and the four
justifications, and reference and other or left and right; the rest only opens further statistics.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from benchmark.protocol import VoteStatus
from benchmark.stats.arrays import IntArray
from benchmark.stats.votes import UNKNOWN, Matchup, Votes
from benchmark.votes.cells import Coded, Problems, first_places
from benchmark.votes.rows import STATUSES, Sides, VoteRows, parse_votes

if TYPE_CHECKING:
    import pandas as pd

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


def missing_lines(table: pd.DataFrame) -> list[str]:
    """Return a sentence for each column that is not there, saying what cannot be computed without it."""
    return [
        f"No column {column}: {consequence}."
        for column, consequence in LINES_WITHOUT.items()
        if column not in table.columns
    ]


def check_votes(table: pd.DataFrame, *, header_lines: int = 0, with_excluded: bool = False) -> Votes:
    """Return the votes of a table that count: `parse_votes`, then `count_votes`."""
    return count_votes(parse_votes(table, header_lines=header_lines), with_excluded=with_excluded)


def count_votes(rows: VoteRows, *, with_excluded: bool = False) -> Votes:
    """Return the votes that count, as columns.

    Counted are the valid votes; in a table without any valid one, the imported ones (a study run
    elsewhere). Of the votes of every other status only the number is selected.

    Args:
        rows: the parsed table.
        with_excluded: count excluded votes too, for results with and without exclusions side by side.

    Raises:
        VoteTableError: a matchup has other sides than in a row above, a pair another image or scenario, or
            one annotator two counting votes on one comparison.
    """
    numbers = np.bincount(rows.status, minlength=len(STATUSES)).tolist()
    left_out = {status: number for status, number in zip(STATUSES, numbers, strict=True) if number}
    counted = _counted_status(left_out)
    counting = {counted, VoteStatus.EXCLUDED} if with_excluded else {counted}
    left_out = {status: number for status, number in left_out.items() if status not in counting}
    is_counted = np.isin(rows.status, [STATUSES.index(status) for status in counting])
    problems = Problems(rows.header_lines)
    votes = _counted_votes(rows, np.flatnonzero(is_counted), problems)
    problems.raise_if_any()
    return replace(votes, left_out=left_out, counted=counted)


def _counted_status(numbers: dict[VoteStatus, int]) -> VoteStatus:
    only_imported = VoteStatus.VALID not in numbers and VoteStatus.IMPORTED in numbers
    return VoteStatus.IMPORTED if only_imported else VoteStatus.VALID


def _counted_votes(rows: VoteRows, selected: IntArray, problems: Problems) -> Votes:
    matchup, pair = rows.matchup.among(selected), rows.pair.among(selected)
    annotator = rows.annotator.among(selected)
    image, scenario = rows.image.among(selected), rows.scenario.among(selected)
    study = rows.study.at(0) or None
    reference, matchups = _matchups(rows.sides, matchup, selected, problems)
    votes = Votes(
        matchups=tuple(replace(matchup, study=study) for matchup in matchups),
        pairs=pair.names,
        images=image.names,
        scenarios=scenario.names,
        annotators=annotator.names,
        image_of_pair=_of_pair("image", image, pair, selected, problems),
        scenario_of_pair=_of_pair("scenario", scenario, pair, selected, problems),
        matchup=matchup.codes,
        pair=pair.codes,
        annotator=annotator.codes,
        chose_reference=rows.sides.chosen[selected] == reference,
        reasons=rows.reasons[selected],
        reference_left=_reference_left(rows.sides.left[selected], reference),
        decision_ms=rows.decision_ms[selected],
        tags={
            name: _tag_of_pair(name, tag.among(selected), pair, selected, problems)
            for name, tag in rows.tags.items()
        },
    )
    _refuse_second_votes(votes, selected, problems)
    return votes


def _of_pair(column: str, values: Coded, pair: Coded, selected: IntArray, problems: Problems) -> IntArray:
    of_pair = values.codes[first_places(pair.codes, len(pair.names))]
    problems.add(
        values.codes != of_pair[pair.codes],
        lambda vote: f'{column} "{values.at(vote)}" differs from that of pair "{pair.at(vote)}" above',
        selected,
    )
    return of_pair


def _tag_of_pair(
    name: str, tag: Coded, pair: Coded, selected: IntArray, problems: Problems
) -> tuple[str, ...]:
    codes = _of_pair(name, tag, pair, selected, problems)
    names = (*tag.names, "")  # the last one answers UNKNOWN, a pair without this tag
    return tuple(names[code] for code in codes.tolist())


def _reference_left(left: IntArray, reference: IntArray) -> IntArray:
    return np.where(left == UNKNOWN, UNKNOWN, left == reference).astype(np.int64)


def _refuse_second_votes(votes: Votes, selected: IntArray, problems: Problems) -> None:
    known = np.flatnonzero(votes.annotator != UNKNOWN)
    comparison = votes.matchup[known] * len(votes.pairs) + votes.pair[known]
    key = comparison * len(votes.annotators) + votes.annotator[known]
    in_order = np.sort(key)
    if (in_order[1:] != in_order[:-1]).all():
        return
    order = np.argsort(key, kind="stable")
    second = known[order[1:][key[order][1:] == key[order][:-1]]]
    problems.add(
        np.isin(np.arange(len(votes)), second),
        lambda vote: (
            f'"{votes.annotators[votes.annotator[vote]]}" already has a counting vote on this comparison'
        ),
        selected,
    )


def _matchups(
    sides: Sides, matchup: Coded, selected: IntArray, problems: Problems
) -> tuple[IntArray, tuple[Matchup, ...]]:
    """Return (votes,) codes of each vote's reference, and the matchups."""
    names = sides.names
    first, second = sides.first[selected], sides.second[selected]
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
    problems.add(
        ~same,
        lambda vote: (
            f'"{names[first[vote]]}" and "{names[second[vote]]}" are not the sides of matchup '
            f'"{matchup.at(vote)}", which compares "{names[reference[vote]]}" with "{names[other[vote]]}"'
        ),
        selected,
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

"""Selects the votes that count from a votes table, and checks that rows do not contradict each other.

docs/tables.md describes the columns. The required columns are `matchup`, `pair`, `chosen`, `status`, the four
justifications, and either `reference` and `other`, or `left` and `right`. Some statistics need further
columns.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from benchmark.protocol import COUNTED_STATUSES, VoteStatus
from benchmark.stats.arrays import IntArray
from benchmark.stats.votes import UNKNOWN, Matchup, Votes
from benchmark.tables import Problems, Table
from benchmark.tables.cells import Names, first_places
from benchmark.votes.rows import STATUSES, Sides, VoteRows, parse_votes

MISSING_COLUMN_EFFECTS = {
    "study": "the tables do not contain the study's name",
    "image": "there are no results by image",
    "scenario": "there are no results by scenario",
    "annotator": "there are no results by annotator, and two votes of one annotator on a comparison are "
    "not detected",
    "left": "no side bias",
    "reference": "the reference is the side that the matchup's name begins with, or the first by alphabet",
    "decision_ms": "no decision times",
    "style": "there are no results by image style",
    "hard_case": "there are no results by hard case",
}


def missing_column_remarks(table: Table) -> list[str]:
    """Return, for each missing optional column, a sentence that states which results need this column."""
    return [
        f"No column {column}: {effect}."
        for column, effect in MISSING_COLUMN_EFFECTS.items()
        if column not in table
    ]


def check_votes(table: Table, *, with_excluded: bool = False) -> Votes:
    """Parse the columns of a votes table, and return the votes that count."""
    return count_votes(parse_votes(table), with_excluded=with_excluded)


def count_votes(rows: VoteRows, *, with_excluded: bool = False) -> Votes:
    """Return the counted votes as columns.

    Votes with the status `valid` count. If a table has no valid votes, votes with the status `imported` count
    instead. If a table has neither valid nor imported votes, votes with the status `automatic` count. Votes
    with any other status do not count; `left_out` of the result states the number of such votes for each
    status.

    Args:
        rows: the parsed table.
        with_excluded: also count excluded votes, to compare results with and without exclusions.

    Raises:
        TableError: rows contradict each other: one matchup has different sides, one pair has different images
            or scenarios, or one annotator has two counted votes on one comparison.
    """
    numbers = np.bincount(rows.status, minlength=len(STATUSES)).tolist()
    left_out = {status: number for status, number in zip(STATUSES, numbers, strict=True) if number}
    counted = _counted_status(left_out)
    counting = {counted, VoteStatus.EXCLUDED} if with_excluded else {counted}
    left_out = {status: number for status, number in left_out.items() if status not in counting}
    is_counted = np.isin(rows.status, [STATUSES.index(status) for status in counting])
    problems = Problems(rows.source, rows.lines)
    votes = _counted_votes(rows, np.flatnonzero(is_counted), problems)
    problems.raise_if_any()
    return replace(votes, left_out=left_out, counted=counted)


def _counted_status(numbers: dict[VoteStatus, int]) -> VoteStatus:
    return next((status for status in COUNTED_STATUSES if status in numbers), VoteStatus.VALID)


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


def _of_pair(column: str, values: Names, pair: Names, selected: IntArray, problems: Problems) -> IntArray:
    of_pair = values.codes[first_places(pair.codes, len(pair.names))]
    problems.add_where(
        values.codes != of_pair[pair.codes],
        lambda vote: (
            f'"{values.at(vote)}" differs from the {column} of pair "{pair.at(vote)}" in a row above.'
        ),
        column,
        selected,
    )
    return of_pair


def _tag_of_pair(
    name: str, tag: Names, pair: Names, selected: IntArray, problems: Problems
) -> tuple[str, ...]:
    codes = _of_pair(name, tag, pair, selected, problems)
    names = (*tag.names, "")  # the last entry is for UNKNOWN, a pair without this tag
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
    problems.add_where(
        np.isin(np.arange(len(votes)), second),
        lambda vote: (
            f'"{votes.annotators[votes.annotator[vote]]}" has another counted vote on this comparison.'
        ),
        "annotator",
        selected,
    )


def _matchups(
    sides: Sides, matchup: Names, selected: IntArray, problems: Problems
) -> tuple[IntArray, tuple[Matchup, ...]]:
    """Return the reference of each vote as a (votes,) array of codes, and the matchups."""
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
    problems.add_where(
        ~same,
        lambda vote: (
            f'"{names[first[vote]]}" and "{names[second[vote]]}" are not the sides of matchup '
            f'"{matchup.at(vote)}", which are "{names[reference[vote]]}" and "{names[other[vote]]}".'
        ),
        "matchup",
        selected,
    )
    for name, earlier in _equal_matchups(matchup.names, pairs_of_sides):
        problems.add(
            int(selected[np.argmax(matchup.codes == matchup.names.index(name))]),
            f'"{name}" and "{earlier}" are names of one matchup: the sides are the same, but the names '
            "differ in case or spaces. Write the name in one way.",
            "matchup",
        )
    return reference, tuple(
        Matchup(name, names[left], names[right])
        for name, (left, right) in zip(matchup.names, pairs_of_sides, strict=True)
    )


def _equal_matchups(names: Sequence[str], sides: Sequence[tuple[int, int]]) -> Iterator[tuple[str, str]]:
    """Yield each name that differs from an earlier matchup of the same sides only in case or spaces."""
    seen: dict[tuple[str, tuple[int, int]], str] = {}
    for name, both in zip(names, sides, strict=True):
        first = seen.setdefault(("".join(name.split()).casefold(), both), name)
        if first != name:
            yield name, first


def _reference_first(matchup: str, both: tuple[int, int], names: tuple[str, ...]) -> tuple[int, int]:
    """Return the codes of a matchup's two sides, the reference first.

    The reference is the side with which the matchup's name begins ("motif:cinemo"). If the name begins with
    neither side, the reference is the first side in alphabetical order.
    """
    one, two = sorted(both, key=lambda side: names[side])
    # The name "motif2:motif" begins with both sides; the longer side is the reference.
    beginning = [side for side in (one, two) if matchup.startswith(names[side])]
    reference = max(beginning, key=lambda side: len(names[side]), default=one)
    return reference, (two if reference == one else one)

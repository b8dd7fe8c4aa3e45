"""Computes the justifications table: one row per matchup and justification."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmark.protocol import Justification
from benchmark.stats.arrays import group_slices
from benchmark.stats.permutation import sign_flip_test
from benchmark.stats.rounding import percent, significant
from benchmark.stats.scores import Counts, count_matchups
from benchmark.stats.significance import holm
from benchmark.stats.tallies import JUSTIFICATIONS, OTHER, REFERENCE, Tallies
from benchmark.stats.votes import Matchup


@dataclass(frozen=True)
class JustificationRow:
    """The rates of one justification in one matchup.

    Attributes:
        rate_reference, rate_other: the percentage of ALL valid votes of the matchup that chose the side and
            gave the justification, as in the paper.
        ticked_reference, ticked_other, votes: the numerators and the denominator of `rate_...`.
        side_rate_reference, side_rate_other: among the votes for the side, the percentage that gave the
            justification, as in Emu Video.
        votes_reference, votes_other: the denominators of `side_rate_...`.
        p_value: p-value of the exact sign-flip test over pairs; None if no vote of the matchup gives a
            reason.
        p_holm: the p-value after Holm's correction over all rows of the study; None if `p_value` is None.
    """

    study: str | None
    matchup: str
    reference: str
    other: str
    justification: Justification
    rate_reference: float | None
    rate_other: float | None
    ticked_reference: int
    ticked_other: int
    votes: int
    side_rate_reference: float | None
    side_rate_other: float | None
    votes_reference: int
    votes_other: int
    p_value: float | None
    p_holm: float | None


def justifications(
    tallies: Tallies, matchups: Sequence[Matchup], *, interim: bool = False
) -> list[JustificationRow]:
    """Return four rows per matchup, in the order of the matchups.

    If `interim` is set (the study is not closed), the rows have no p-values.
    """
    counts = count_matchups(tallies, len(matchups))
    rows = [
        _row(matchup, justification, counts, index, reason)
        for index, matchup in enumerate(matchups)
        for reason, justification in enumerate(JUSTIFICATIONS)
    ]
    return rows if interim else _with_p_values(rows, tallies, len(matchups))


def _row(
    matchup: Matchup, justification: Justification, counts: Counts, index: int, reason: int
) -> JustificationRow:
    ticked_reference = int(counts.reasons[index, reason, REFERENCE])
    ticked_other = int(counts.reasons[index, reason, OTHER])
    votes_reference, votes_other = int(counts.votes_reference[index]), int(counts.votes_other[index])
    votes = votes_reference + votes_other
    return JustificationRow(
        study=matchup.study,
        matchup=matchup.name,
        reference=matchup.reference,
        other=matchup.other,
        justification=justification,
        rate_reference=percent(ticked_reference, votes),
        rate_other=percent(ticked_other, votes),
        ticked_reference=ticked_reference,
        ticked_other=ticked_other,
        votes=votes,
        side_rate_reference=percent(ticked_reference, votes_reference),
        side_rate_other=percent(ticked_other, votes_other),
        votes_reference=votes_reference,
        votes_other=votes_other,
        p_value=None,
        p_holm=None,
    )


def _with_p_values(rows: list[JustificationRow], tallies: Tallies, matchups: int) -> list[JustificationRow]:
    order = np.argsort(tallies.matchup, kind="stable")
    differences = (tallies.reasons[:, :, REFERENCE] - tallies.reasons[:, :, OTHER])[order]
    places = group_slices(tallies.matchup[order], matchups)
    # Do not test a matchup without any reason: an imported study may not have asked for reasons.
    gives_reasons = [bool(tallies.reasons[order[place]].any()) for place in places]
    p_values: dict[int, float] = {}
    for index in range(len(rows)):
        matchup, reason = divmod(index, len(JUSTIFICATIONS))
        if gives_reasons[matchup]:
            p_values[index] = sign_flip_test(differences[places[matchup], reason])
    result = list(rows)
    for (index, p_value), adjusted in zip(p_values.items(), holm(list(p_values.values())), strict=True):
        result[index] = replace(rows[index], p_value=significant(p_value), p_holm=significant(adjusted))
    return result

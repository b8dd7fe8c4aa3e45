"""Computes the preferences table: one row per matchup, and a macro-average per reference."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from benchmark.protocol import Side
from benchmark.stats.arrays import IntArray
from benchmark.stats.averages import macro_average
from benchmark.stats.intervals import wilson
from benchmark.stats.rounding import percent, percent_of_bound, percent_of_share, significant
from benchmark.stats.scores import Counts, count_matchups
from benchmark.stats.significance import holm, sign_test
from benchmark.stats.tallies import JUSTIFICATIONS, OTHER, REFERENCE, Tallies
from benchmark.stats.votes import Matchup

AVERAGE = "average"
SCORE = "ti2v_score"
METRICS = (SCORE, *JUSTIFICATIONS)


@dataclass(frozen=True)
class PreferenceRow:
    """One row of the preferences table: a matchup or a macro-average. The fields are the table's columns.

    `<metric>_reference` and `<metric>_other` are percentages with one decimal, rounded half up. Fields that
    end in `_n` are the numerators of these percentages; fields that end in `_total` are the denominators.
    ci_low and ci_high are the bounds of ti2v_score_reference in percent. A field is None if it is undefined:
    a share with denominator 0, a p-value of a study that is not closed, or a count of a macro-average.
    """

    study: str | None
    matchup: str
    reference: str
    other: str | None
    ti2v_score_reference: float | None
    ti2v_score_other: float | None
    ti2v_score_reference_n: int | None
    ti2v_score_other_n: int | None
    ti2v_score_total: int | None
    image_alignment_reference: float | None
    image_alignment_other: float | None
    image_alignment_reference_n: int | None
    image_alignment_other_n: int | None
    image_alignment_total: int | None
    text_alignment_reference: float | None
    text_alignment_other: float | None
    text_alignment_reference_n: int | None
    text_alignment_other_n: int | None
    text_alignment_total: int | None
    object_motion_reference: float | None
    object_motion_other: float | None
    object_motion_reference_n: int | None
    object_motion_other_n: int | None
    object_motion_total: int | None
    overall_quality_reference: float | None
    overall_quality_other: float | None
    overall_quality_reference_n: int | None
    overall_quality_other_n: int | None
    overall_quality_total: int | None
    ci_low: float | None
    ci_high: float | None
    p_value: float | None
    p_holm: float | None
    pairs_decided: int
    pairs_undecided: int
    votes: int

    @property
    def is_average(self) -> bool:
        return self.other is None

    @property
    def gives_reasons(self) -> bool:
        """Return whether any vote gives a justification; the votes of an imported study may give none."""
        return any(self.share(reason, side) for reason in JUSTIFICATIONS for side in Side)

    def share(self, metric: str, side: Side) -> float | None:
        """Return the rounded percentage of a metric ("ti2v_score" or a justification) for a side."""
        value: float | None = getattr(self, f"{metric}_{side}")
        return value


def preferences(
    tallies: Tallies, matchups: Sequence[Matchup], *, interim: bool = False
) -> list[PreferenceRow]:
    """Return one row per matchup in the given order, then one row per reference that has an average.

    Args:
        tallies: the tallies; `tallies.matchup` contains indices into `matchups`.
        matchups: all matchups; a matchup without votes also has a row.
        interim: whether the study is not closed. While a study is not closed, no p-values are computed,
            because repeated tests inflate the error rate.
    """
    counts = count_matchups(tallies, len(matchups))
    rows = [_matchup_row(matchup, counts, index) for index, matchup in enumerate(matchups)]
    if not interim:
        rows = _with_p_values(rows)
    return rows + _average_rows(tallies, matchups, rows, counts)


def by_score(rows: Sequence[PreferenceRow]) -> list[PreferenceRow]:
    """Return the rows of a preferences table, in the order in which pages, figures and files show the rows.

    If all matchups have the same reference, the rows are sorted by the reference's score, highest first.
    If there are several references, the order of the rows does not change. Averages come last.
    """
    matchups = [row for row in rows if not row.is_average]
    averages = [row for row in rows if row.is_average]
    if len({row.reference for row in matchups}) == 1:
        matchups.sort(key=lambda row: -(row.ti2v_score_reference or 0) if row.pairs_decided else 1)
    return matchups + averages


def _matchup_row(matchup: Matchup, counts: Counts, index: int) -> PreferenceRow:
    won, lost = int(counts.won_reference[index]), int(counts.won_other[index])
    votes = int(counts.votes[index])
    columns = _shares(SCORE, won, lost, won + lost)
    for reason, name in enumerate(JUSTIFICATIONS):
        ticks = counts.reasons[index, reason]
        columns |= _shares(name, int(ticks[REFERENCE]), int(ticks[OTHER]), votes)
    interval = wilson(won, won + lost) if won + lost else None
    return PreferenceRow(
        study=matchup.study,
        matchup=matchup.name,
        reference=matchup.reference,
        other=matchup.other,
        **columns,  # type: ignore[arg-type]  # the keys are built at run time; a test checks them
        ci_low=percent_of_bound(interval.low) if interval else None,
        ci_high=percent_of_bound(interval.high) if interval else None,
        p_value=None,
        p_holm=None,
        pairs_decided=won + lost,
        pairs_undecided=int(counts.undecided[index]),
        votes=votes,
    )


def _shares(metric: str, reference: int, other: int, total: int) -> dict[str, float | int | None]:
    return {
        f"{metric}_reference": percent(reference, total),
        f"{metric}_other": percent(other, total),
        f"{metric}_reference_n": reference,
        f"{metric}_other_n": other,
        f"{metric}_total": total,
    }


def _with_p_values(rows: list[PreferenceRow]) -> list[PreferenceRow]:
    """Add the p-values of the sign test, with Holm's correction over all matchups with a decided pair."""
    tested = [index for index, row in enumerate(rows) if row.pairs_decided]
    p_values = [
        sign_test(row.ti2v_score_reference_n or 0, row.ti2v_score_other_n or 0)
        for row in (rows[index] for index in tested)
    ]
    result = list(rows)
    for index, p_value, adjusted in zip(tested, p_values, holm(p_values), strict=True):
        result[index] = replace(rows[index], p_value=significant(p_value), p_holm=significant(adjusted))
    return result


def _average_rows(
    tallies: Tallies, matchups: Sequence[Matchup], rows: list[PreferenceRow], counts: Counts
) -> list[PreferenceRow]:
    # Average only matchups with a decided pair. The average of a study and the average of its votes table are
    # then equal, although a votes table cannot contain a matchup without votes.
    decided = [index for index, row in enumerate(rows) if row.pairs_decided]
    places = [[decided[at] for at in group] for group in averaged_matchups([matchups[at] for at in decided])]
    return [
        _average_row(tallies, np.asarray(indices), [rows[index] for index in indices], counts)
        for indices in places
    ]


def averaged_matchups(matchups: Sequence[Matchup]) -> list[list[int]]:
    """Return, for each reference that has an average, the indices of the reference's matchups.

    A model has an average if the model is the reference of several matchups and never the other side. An
    average would ignore a matchup in which the model is the other side. The leaderboard includes such
    matchups.
    """
    others = {matchup.other for matchup in matchups}
    groups: dict[str, list[int]] = {}
    for index, matchup in enumerate(matchups):
        groups.setdefault(matchup.reference, []).append(index)
    return [group for reference, group in groups.items() if len(group) > 1 and reference not in others]


def _average_row(
    tallies: Tallies, indices: IntArray, rows: list[PreferenceRow], counts: Counts
) -> PreferenceRow:
    average = macro_average(tallies, indices, counts)
    assert average is not None  # callers pass only matchups with a decided pair
    columns: dict[str, float | int | None] = dict.fromkeys(_count_columns())
    columns[f"{SCORE}_reference"] = percent_of_share(average.share)
    columns[f"{SCORE}_other"] = percent_of_share(1 - average.share)
    voted = [index for index in indices.tolist() if counts.votes[index]]
    for reason, name in enumerate(JUSTIFICATIONS):
        columns[f"{name}_reference"] = _mean_rate(counts, voted, reason, REFERENCE)
        columns[f"{name}_other"] = _mean_rate(counts, voted, reason, OTHER)
    return PreferenceRow(
        study=rows[0].study,
        matchup=AVERAGE,
        reference=rows[0].reference,
        other=None,
        **columns,  # type: ignore[arg-type]  # the keys are built at run time; a test checks them
        ci_low=percent_of_bound(average.interval.low),
        ci_high=percent_of_bound(average.interval.high),
        p_value=None,
        p_holm=None,
        pairs_decided=sum(row.pairs_decided for row in rows),
        pairs_undecided=sum(row.pairs_undecided for row in rows),
        votes=sum(row.votes for row in rows),
    )


def _mean_rate(counts: Counts, voted: list[int], reason: int, side: int) -> float:
    rates = [Fraction(int(counts.reasons[i, reason, side]), int(counts.votes[i])) for i in voted]
    return percent_of_share(sum(rates, Fraction(0)) / len(rates))


def _count_columns() -> list[str]:
    return [f"{metric}_{column}" for metric in METRICS for column in ("reference_n", "other_n", "total")]

"""Computes the agreement table, with one row per matchup and question, and a sentence for each row."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.protocol import Justification
from benchmark.stats.agreement import Agreement, Coefficient, group_agreements
from benchmark.stats.arrays import IntArray
from benchmark.stats.rounding import percent, percent_of_bound, without_noise
from benchmark.stats.tallies import JUSTIFICATIONS, Tallies
from benchmark.stats.votes import Matchup

CHOICE = "choice"
ALL_MATCHUPS = "all"
QUESTIONS = (CHOICE, *JUSTIFICATIONS)
DIGITS = 3
# If an answer has at least this prevalence, kappa and alpha are noticeably lower than the percent agreement.
COMMON = 0.8


@dataclass(frozen=True)
class AgreementRow:
    """The agreement of a matchup's votes on one question: which side is better, or one justification.

    Percent columns are in percent with one decimal; kappa, alpha and AC1 have three decimals. `_low` and
    `_high` are the bounds of a 95 % interval. An undefined measure or interval is None.
    """

    study: str | None
    matchup: str
    question: str
    comparisons: int
    votes: int
    percent_agreement: float | None
    percent_agreement_low: float | None
    percent_agreement_high: float | None
    fleiss_kappa: float | None
    fleiss_kappa_low: float | None
    fleiss_kappa_high: float | None
    krippendorff_alpha: float | None
    krippendorff_alpha_low: float | None
    krippendorff_alpha_high: float | None
    gwet_ac1: float | None
    gwet_ac1_low: float | None
    gwet_ac1_high: float | None
    complete: float | None
    partial: float | None
    split: float | None
    complete_n: int
    partial_n: int
    split_n: int
    prevalence: float | None


def agreements(
    tallies: Tallies, matchups: Sequence[Matchup], *, questions: Sequence[str] = QUESTIONS
) -> list[AgreementRow]:
    """Return one row per matchup and question.

    If there are several matchups, each question also has a row `all` for all matchups together.
    """
    rows = agreements_apart(tallies, matchups, questions=questions)
    if len(matchups) > 1:
        rows += agreements_together(tallies, study=matchups[0].study, questions=questions)
    return rows


def agreements_together(
    tallies: Tallies, *, study: str | None, questions: Sequence[str] = QUESTIONS
) -> list[AgreementRow]:
    """Return one row per question, computed from the comparisons of all matchups."""
    everywhere = Matchup(ALL_MATCHUPS, "", "", study)
    return _rows(tallies, np.zeros_like(tallies.matchup), [everywhere], questions)


def agreements_apart(
    tallies: Tallies, matchups: Sequence[Matchup], *, questions: Sequence[str] = QUESTIONS
) -> list[AgreementRow]:
    """Return one row per matchup and question."""
    return _rows(tallies, tallies.matchup, matchups, questions)


def _rows(
    tallies: Tallies, group: IntArray, groups: Sequence[Matchup], questions: Sequence[str]
) -> list[AgreementRow]:
    votes = tallies.votes
    measured = [
        group_agreements(_answers(tallies, question), votes, group, len(groups)) for question in questions
    ]
    return [
        agreement_row(matchup.study, matchup.name, str(question), of_groups[index])
        for index, matchup in enumerate(groups)
        for question, of_groups in zip(questions, measured, strict=True)
    ]


def _answers(tallies: Tallies, question: str) -> IntArray:
    """Return each comparison's number of yes votes on a question.

    For a justification, a yes vote is a vote that ticked the justification, whichever side the vote chose.
    """
    if question == CHOICE:
        return tallies.votes_reference
    of_sides = tallies.reasons[:, JUSTIFICATIONS.index(Justification(question))]
    ticked: IntArray = of_sides[:, 0] + of_sides[:, 1]
    return ticked


def agreement_row(study: str | None, matchup: str, question: str, measured: Agreement) -> AgreementRow:
    """Return the row of the table with rounded measures."""
    return AgreementRow(
        study,
        matchup,
        question,
        measured.comparisons,
        measured.votes,
        *_percents(measured.percent),
        *_numbers(measured.fleiss_kappa),
        *_numbers(measured.krippendorff_alpha),
        *_numbers(measured.gwet_ac1),
        percent(measured.complete, measured.comparisons),
        percent(measured.partial, measured.comparisons),
        percent(measured.split, measured.comparisons),
        measured.complete,
        measured.partial,
        measured.split,
        percent(max(measured.yes, measured.votes - measured.yes), measured.votes),
    )


def _percents(measure: Coefficient) -> tuple[float | None, float | None, float | None]:
    low, high = (measure.interval.low, measure.interval.high) if measure.interval else (None, None)
    value, low, high = (
        None if x is None else percent_of_bound(max(0.0, x)) for x in (measure.value, low, high)
    )
    return value, low, high


def _numbers(measure: Coefficient) -> tuple[float | None, float | None, float | None]:
    low, high = (measure.interval.low, measure.interval.high) if measure.interval else (None, None)
    value, low, high = (
        None if x is None else round(without_noise(x), DIGITS) for x in (measure.value, low, high)
    )
    return value, low, high


def agreement_sentence(row: AgreementRow) -> str:
    """Return a sentence that interprets a row.

    If almost all votes give the same answer, the sentence warns that kappa and alpha are low even for high
    agreement (the prevalence paradox).

    Source: A. R. Feinstein and D. V. Cicchetti (1990), J. Clinical Epidemiology 43(6), 543-549.
    """
    if not row.comparisons:
        return "No comparison has two votes, so agreement cannot be measured."
    agreed = f"Two votes on the same comparison agree in {row.percent_agreement} % of the cases."
    if row.fleiss_kappa is None:
        return f"{agreed} All votes give the same answer, so kappa and alpha are undefined."
    if row.prevalence is not None and row.prevalence >= 100 * COMMON:
        return (
            f"{agreed} One answer has {row.prevalence} % of the votes, so agreement by chance is high, and "
            "kappa and alpha are low even for high agreement (prevalence paradox). Use AC1 and the percent "
            "agreement instead."
        )
    return (
        f"{agreed} Kappa and alpha measure agreement beyond chance (0 is chance, 1 is perfect). Equally good "
        "clips lower them, so low values do not imply careless votes."
    )

"""Tests whether resolution, length, file size or the amount of motion predicts the votes.

One logistic regression uses the differences between the two sides (reference minus other) in all four
properties, with standard errors clustered by image. An association is not a cause: models differ in many ways
at once.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.metrics.score_file import ScoreFile
from benchmark.stats.arrays import FloatArray, IntArray
from benchmark.stats.intervals import CONFIDENCE, normal_quantile
from benchmark.stats.logistic import LogisticFit, NoFit, fit_logistic
from benchmark.stats.rounding import significant
from benchmark.stats.tallies import Tallies
from benchmark.stats.votes import UNKNOWN, Matchup
from benchmark.votes.clip_values import clip_values, side_codes, sides_of

CONSTANT = "constant"
_DIGITS = 4
Facts = Mapping[str, float]


@dataclass(frozen=True)
class CovariateRow:
    """The association of one clip property, such as the resolution, with the odds of a vote.

    Attributes:
        covariate: the property that differs; `constant` is the reference's advantage if the two clips do not
            differ in any property.
        unit: the size of the difference for which `odds_ratio` is stated.
        odds_ratio: if a side has one `unit` more than the other side, the odds of a vote for this side are
            multiplied by this factor.
        ci_low, ci_high: 95 % interval.
        p_value: two-sided p-value of the hypothesis that there is no effect.
    """

    covariate: str
    unit: str
    comparisons: int
    votes: int
    images: int
    odds_ratio: float
    ci_low: float
    ci_high: float
    p_value: float


@dataclass(frozen=True)
class CovariateTable:
    """The rows of the regression, and sentences about omitted covariates and about errors."""

    rows: tuple[CovariateRow, ...]
    remarks: tuple[str, ...]


# For each covariate: its name, its unit, and a function that returns its value for a clip.
_COVARIATES: tuple[tuple[str, str, Callable[[Facts], float]], ...] = (
    ("resolution", "twice the pixels", lambda facts: math.log2(facts["width"] * facts["height"])),
    ("length", "1 s longer", lambda facts: facts["seconds"]),
    ("file size", "twice the bytes", lambda facts: math.log2(facts["bytes"])),
    ("motion", "mean flow +1 % of the side per s", lambda facts: facts["mean_flow"]),
)


def covariate_table(
    tallies: Tallies, matchups: Sequence[Matchup], files: Sequence[ScoreFile]
) -> CovariateTable:
    """Fit the regression on all comparisons for which the properties of both clips are known.

    Size, length, file size and mean flow of each clip come from the score files of the suite `motion`.
    """
    clips = {
        file.name: {
            pair: {**facts, "mean_flow": file.scores["mean_flow"][pair]}
            for pair, facts in file.facts.items()
            if pair in file.scores.get("mean_flow", {})
        }
        for file in files
        if file.suite == "motion"
    }
    differences, place = _differences(tallies, matchups, clips)
    if not len(place):
        return CovariateTable((), ("No covariates: name the score files of the suite motion too.",))
    used = tallies.select(place)
    varying = [index for index in range(len(_COVARIATES)) if np.ptp(differences[:, index]) > 0]
    remarks = [
        f"{name.capitalize()} is left out: its difference is the same in every comparison."
        for index, (name, _, _) in enumerate(_COVARIATES)
        if index not in varying
    ]
    design = np.column_stack([np.ones(len(place)), differences[:, varying]])
    image = used.pair if (used.image == UNKNOWN).any() else used.image
    try:
        fit = fit_logistic(design, used.votes_reference, used.votes, image)
    except NoFit as error:
        return CovariateTable((), (*remarks, f"No regression. {error}"))
    names = [(CONSTANT, "-"), *(_COVARIATES[index][:2] for index in varying)]
    return CovariateTable(tuple(_rows(names, fit, len(place))), tuple(remarks))


def _differences(
    tallies: Tallies, matchups: Sequence[Matchup], clips: Mapping[str, Mapping[str, Facts]]
) -> tuple[FloatArray, IntArray]:
    """Return the differences, (comparisons, covariates), and the index of each comparison in `tallies`."""
    reference, other = side_codes(matchups)
    columns = []
    for _, _, value in _COVARIATES:
        numbers = {side: {pair: value(facts) for pair, facts in of.items()} for side, of in clips.items()}
        values = clip_values(sides_of(matchups), tallies.pairs, numbers)
        first, second = (values[side[tallies.matchup], tallies.pair] for side in (reference, other))
        columns.append(first - second)
    differences = np.stack(columns, axis=1)
    place = np.flatnonzero(np.isfinite(differences).all(axis=1) & (tallies.votes > 0))
    return differences[place], place


def _rows(names: Sequence[tuple[str, str]], fit: LogisticFit, comparisons: int) -> list[CovariateRow]:
    z = normal_quantile(CONFIDENCE)
    rows = []
    for (name, unit), value, error, p in zip(
        names, fit.coefficients, fit.standard_errors, fit.p_values, strict=True
    ):
        ratio, low, high = (
            significant(math.exp(min(700.0, value + shift * error)), _DIGITS) for shift in (0, -z, z)
        )
        rows.append(
            CovariateRow(name, unit, comparisons, fit.votes, fit.clusters, ratio, low, high, float(p))
        )
    return rows

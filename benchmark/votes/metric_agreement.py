"""Joins votes with the metric scores of the compared submissions, to check how well metrics predict votes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.metrics.score_file import ScoreFile
from benchmark.metrics.vectors import MetricInputError
from benchmark.plurals import counted, listed
from benchmark.protocol import Direction
from benchmark.stats.arrays import IntArray
from benchmark.stats.breakdowns import ALL_PAIRS, Division
from benchmark.stats.metric_agreement import (
    MetricComparisons,
    StaticPreference,
    metric_agreement,
    static_preference,
)
from benchmark.stats.rounding import percent_of_bound
from benchmark.stats.tallies import Tallies
from benchmark.stats.votes import UNKNOWN, Matchup
from benchmark.votes.clip_values import clip_values, side_codes, sides_of

STATIC = "static"
DIGITS = 3
# The reason why no metric is compared with the votes of an automatic study.
AUTOMATIC_VOTES = (
    "No metric is compared with these votes: the automatic judge chose from scores of the suite motion, so "
    "an agreement would compare metrics with a metric."
)


@dataclass(frozen=True)
class MetricAgreementRow:
    """The agreement of one metric with the votes, on all pairs or on one scenario. Shares are in percent.

    Attributes:
        direction: whether higher or lower values of the metric are better. For the direction `none`, higher
            values count as better.
        comparisons: number of decided comparisons in which both sides have scores.
        ties: number of comparisons with equal scores; each tie counts as half an agreement.
        accuracy: share of comparisons in which the metric chooses the side that most votes chose.
        ci_low, ci_high: 95 % interval of the accuracy, clustered by image.
        spearman, kendall: rank correlations, over models, between the metric's mean and the share of
            comparisons that the model won.
        matchups: number of matchups in which one side won more comparisons than the other side.
        same_winner: number of matchups, among `matchups`, in which the metric prefers the side that won.
        static_clips: number of clips that have a score and whose pair also has a scored clip of the model
            `static`.
        prefers_static: among the clips counted in `static_clips`, the share that the metric rates worse than
            the clip of the model `static` for the same pair.
    """

    suite: str
    metric: str
    direction: Direction
    division: Division
    part: str
    comparisons: int
    ties: int
    accuracy: float | None
    ci_low: float | None
    ci_high: float | None
    models: int
    spearman: float | None
    kendall: float | None
    matchups: int
    same_winner: int
    static_clips: int
    prefers_static: float | None


@dataclass(frozen=True)
class MetricScores:
    """The scores of all sides in one metric, with a sign that makes higher scores better."""

    suite: str
    metric: str
    direction: Direction
    by_side: Mapping[str, Mapping[str, float]]


def scores_by_metric(files: Sequence[ScoreFile]) -> list[MetricScores]:
    """Return the scores of each metric of each suite, in order of first appearance.

    Raises:
        MetricInputError: two files have the same suite and side, or the files of one suite have different
            settings.
    """
    seen: dict[tuple[str, str], ScoreFile] = {}
    first: dict[str, ScoreFile] = {}
    for file in files:
        if (file.suite, file.name) in seen:
            raise MetricInputError(
                f"Two files have scores of {file.name} in the suite {file.suite}. Name one file per side."
            )
        seen[file.suite, file.name] = file
        if first.setdefault(file.suite, file).settings != file.settings:
            raise MetricInputError(
                f"The scores of {file.name} and {first[file.suite].name} in the suite {file.suite} were "
                "computed with different settings. Compute both with the same settings and version."
            )
    return [
        MetricScores(suite, metric, direction, _oriented(files, suite, metric, direction))
        for suite, file in first.items()
        for metric, direction in file.directions.items()
    ]


def metric_agreement_rows(
    tallies: Tallies, matchups: Sequence[Matchup], files: Sequence[ScoreFile], *, by_scenario: bool = False
) -> Iterator[MetricAgreementRow]:
    """Yield one row per metric; if `by_scenario` is set, also yield one row per metric and scenario.

    Raises:
        MetricInputError: see `scores_by_metric`.
    """
    decided = tallies.select(tallies.lead != 0)
    for scores in scores_by_metric(files):
        known, place = _comparisons(decided, matchups, scores.by_side)
        static = scores.by_side.get(STATIC, {})
        models = {side: of for side, of in scores.by_side.items() if side != STATIC}
        preference = _static(models, static, pairs=None)
        yield _row(scores, Division.WHOLE, ALL_PAIRS, known, preference)
        if not by_scenario:
            continue
        scenario = decided.scenario[place]
        for code in sorted(set(scenario.tolist()) - {UNKNOWN}, key=lambda code: decided.scenarios[code]):
            inside = scenario == code
            pairs = {decided.pairs[pair] for pair in decided.pair[place][inside]}
            preference = _static(models, static, pairs=pairs)
            name = decided.scenarios[code]
            yield _row(scores, Division.SCENARIO, name, known.select(inside), preference)


def missing_scores(tallies: Tallies, matchups: Sequence[Matchup], files: Sequence[ScoreFile]) -> list[str]:
    """Return a sentence for each suite that has no scores for some sides of the matchups."""
    sides = sorted({side for matchup in matchups for side in (matchup.reference, matchup.other)})
    sentences = []
    for suite in dict.fromkeys(file.suite for file in files):
        scored = {file.name for file in files if file.suite == suite}
        lacking = [side for side in sides if side not in scored]
        if lacking:
            sentences.append(
                f"No scores of {listed(lacking)} in the suite {suite}: their comparisons are left out. The "
                "name of a score file (ti2v metrics --name) must be the side's name in the votes."
            )
    undecided = int((tallies.lead == 0).sum())
    if undecided:
        sentences.append(f"{counted(undecided, 'comparison')} without a majority left out.")
    return sentences


def _oriented(
    files: Sequence[ScoreFile], suite: str, metric: str, direction: Direction
) -> dict[str, dict[str, float]]:
    sign = -1.0 if direction is Direction.LOWER else 1.0
    return {
        file.name: {pair: sign * value for pair, value in file.scores.get(metric, {}).items()}
        for file in files
        if file.suite == suite
    }


def _comparisons(
    decided: Tallies, matchups: Sequence[Matchup], by_side: Mapping[str, Mapping[str, float]]
) -> tuple[MetricComparisons, IntArray]:
    """Return the comparisons in which both sides have scores, and their indices in `decided`."""
    reference, other = side_codes(matchups)
    values = clip_values(sides_of(matchups), decided.pairs, by_side)
    first = values[reference[decided.matchup], decided.pair]
    second = values[other[decided.matchup], decided.pair]
    at = np.flatnonzero(np.isfinite(first) & np.isfinite(second))
    image = decided.image[at]
    return (
        MetricComparisons(
            decided.lead[at],
            reference[decided.matchup[at]],
            other[decided.matchup[at]],
            first[at],
            second[at],
            decided.pair[at] if (image == UNKNOWN).any() else image,
        ),
        at,
    )


def _static(
    models: Mapping[str, Mapping[str, float]], static: Mapping[str, float], pairs: set[str] | None
) -> StaticPreference:
    compared = [pair for pair in static if pairs is None or pair in pairs]
    values = clip_values(sorted(models), compared, models)
    repeated = np.broadcast_to([static[pair] for pair in compared], values.shape)
    known = np.isfinite(values)
    return static_preference(values[known], repeated[known])


def _row(
    scores: MetricScores,
    division: Division,
    part: str,
    comparisons: MetricComparisons,
    preference: StaticPreference,
) -> MetricAgreementRow:
    found = metric_agreement(comparisons)
    low, high = (found.interval.low, found.interval.high) if found.interval else (None, None)
    return MetricAgreementRow(
        suite=scores.suite,
        metric=scores.metric,
        direction=scores.direction,
        division=division,
        part=part,
        comparisons=found.comparisons,
        ties=found.ties,
        accuracy=_percent(found.accuracy),
        ci_low=_percent(low),
        ci_high=_percent(high),
        models=found.models,
        spearman=_rounded(found.spearman),
        kendall=_rounded(found.kendall),
        matchups=found.matchups,
        same_winner=found.same_winner,
        static_clips=preference.clips,
        prefers_static=_percent(preference.share),
    )


def _percent(share: float | None) -> float | None:
    return None if share is None else percent_of_bound(share)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)

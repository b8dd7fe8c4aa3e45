"""Computes the results of the re-test from measurements, as docs/reproduction.md specifies."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from benchmark.metrics.automatic_judge import PairJudgement, judge_pair
from benchmark.protocol import Justification, Side
from benchmark.repro.measurements import Measurement
from benchmark.repro.paper_results import PAPER_ROWS, PaperRow
from benchmark.repro.paper_settings import Setting
from benchmark.repro.stored_runs import StoredRuns
from benchmark.stats.crossed import CrossedEstimate, crossed_mean, crossed_share
from benchmark.stats.significance import holm

FEWEST_SEEDS = 3
SIGNIFICANCE = 0.05


class Verdict(StrEnum):
    """What a row of the re-test says about the paper's claim."""

    AGREES = "agrees"
    DISAGREES = "disagrees"
    NOT_DECIDED = "not decided"


@dataclass(frozen=True)
class RowResult:
    """The result of one row of the paper's tables.

    Attributes:
        paper: the paper's row.
        seeds: the seeds for which the runs of both sides are finished.
        won, lost, ties, not_measured: numbers of cells; a cell is one pair in the runs of one seed. `won` is
            the number of cells that the reference won; `lost` is the number of cells that the reference lost.
        reasons: for each reason, the numbers of votes for the reference and for the other side.
        score: the share of decided cells that the reference won; None for too few seeds or decided cells.
        p_holm: the p-value of the score, adjusted over all rows; None if there is no score.
        differences: for each measure, the mean difference (reference minus other side); None if no interval
            can be computed.
    """

    paper: PaperRow
    seeds: tuple[int, ...]
    won: int
    lost: int
    ties: int
    not_measured: int
    reasons: Mapping[Justification, tuple[int, int]]
    score: CrossedEstimate | None
    differences: Mapping[str, CrossedEstimate | None]
    p_holm: float | None = None

    @property
    def verdict(self) -> Verdict:
        if self.score is None or self.p_holm is None or self.p_holm >= SIGNIFICANCE:
            return Verdict.NOT_DECIDED
        return Verdict.AGREES if self.score.mean > 0.5 else Verdict.DISAGREES


@dataclass(frozen=True)
class SettingMean:
    """The mean of one measure in all finished runs of a setting.

    `seed_sd` is the standard deviation of the runs' means; None for fewer than two runs.
    """

    setting: Setting
    measure: str
    runs: int
    mean: float | None
    seed_sd: float | None


def analyse(runs: StoredRuns) -> list[RowResult]:
    """Return the result of every row of the paper's tables.

    Holm's method adjusts the p-values over all rows. A row without a score counts with the p-value 1, so that
    the result of a row does not depend on which other rows are complete.
    """
    results = [_row(paper, runs) for paper in PAPER_ROWS]
    adjusted = holm([1.0 if each.score is None else each.score.p_value for each in results])
    return [
        each if each.score is None else replace(each, p_holm=p_holm)
        for each, p_holm in zip(results, adjusted, strict=True)
    ]


def setting_means(runs: StoredRuns) -> list[SettingMean]:
    """Return the mean of each measure for each setting; pairs without the measure are left out."""
    rows = []
    for setting in Setting:
        of_setting = [run for (each, _), run in runs.finished.items() if each is setting]
        for measure in runs.columns:
            means = [float(mean) for run in of_setting if (mean := _mean(run, measure)) is not None]
            rows.append(
                SettingMean(
                    setting,
                    measure,
                    runs=len(means),
                    mean=float(np.mean(means)) if means else None,
                    seed_sd=float(np.std(means, ddof=1)) if len(means) > 1 else None,
                )
            )
    return rows


def _mean(run: Measurement, measure: str) -> float | None:
    values = [value for row in run.rows if (value := row[measure]) is not None]
    return float(np.mean(values)) if values else None


def _row(paper: PaperRow, runs: StoredRuns) -> RowResult:
    seeds = runs.common_seeds(paper.reference, paper.other)
    judged = [
        _judged(runs.finished[paper.reference, seed], runs.finished[paper.other, seed]) for seed in seeds
    ]
    cells = [each for of_seed in judged for each in of_seed]
    counts = Counter(
        "not_measured" if not each.is_measured else each.chosen.value if each.chosen else "tie"
        for each in cells
    )
    return RowResult(
        paper=paper,
        seeds=seeds,
        won=counts[Side.REFERENCE.value],
        lost=counts[Side.OTHER.value],
        ties=counts["tie"],
        not_measured=counts["not_measured"],
        reasons={
            reason: (_ticked(cells, reason, Side.REFERENCE), _ticked(cells, reason, Side.OTHER))
            for reason in Justification
        },
        score=_score(judged),
        differences={name: _difference(paper, runs, seeds, name) for name in runs.columns},
    )


def _judged(reference: Measurement, other: Measurement) -> list[PairJudgement]:
    return [
        judge_pair(_known(first), _known(second))
        for first, second in zip(reference.rows, other.rows, strict=True)
    ]


def _known(row: Mapping[str, float | None]) -> dict[str, float]:
    return {name: value for name, value in row.items() if value is not None}


def _ticked(cells: Sequence[PairJudgement], reason: Justification, side: Side) -> int:
    return sum(each.chosen is side and reason in each.reasons for each in cells)


def _score(judged: Sequence[Sequence[PairJudgement]]) -> CrossedEstimate | None:
    outcome = {Side.REFERENCE: 1.0, Side.OTHER: 0.0, None: np.nan}
    cells = np.array([[outcome[each.chosen] for each in of_seed] for of_seed in judged])
    return crossed_share(cells) if _has_interval(cells) else None


def _difference(
    paper: PaperRow, runs: StoredRuns, seeds: Sequence[int], measure: str
) -> CrossedEstimate | None:
    cells = np.array(
        [
            _values(runs.finished[paper.reference, seed], measure)
            - _values(runs.finished[paper.other, seed], measure)
            for seed in seeds
        ]
    )
    return crossed_mean(cells) if _has_interval(cells) else None


def _values(run: Measurement, measure: str) -> npt.NDArray[np.float64]:
    return np.array([np.nan if row[measure] is None else row[measure] for row in run.rows], dtype=np.float64)


def _has_interval(cells: npt.NDArray[np.float64]) -> bool:
    """Return whether enough seeds and pairs have a value (docs/reproduction.md states the limits)."""
    if cells.ndim != 2:
        return False
    is_known = ~np.isnan(cells)
    seeds, pairs = int(is_known.any(axis=1).sum()), int(is_known.any(axis=0).sum())
    return seeds >= FEWEST_SEEDS and pairs > 1

"""Writes the page of the re-test's results, with tables in the layout of the paper's tables."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from benchmark.plurals import counted
from benchmark.protocol import Justification
from benchmark.repro.analysis import FEWEST_SEEDS, RowResult, SettingMean, Verdict
from benchmark.repro.measurements import run_name
from benchmark.repro.paper_settings import Setting
from benchmark.repro.stored_runs import StoredRuns
from benchmark.stats.crossed import CrossedEstimate
from benchmark.stats.number_format import stated_p
from benchmark.stats.rounding import percent

NONE = "–"
_REASONS = tuple(Justification)
_SCORES_FIGURE = ("![Scores of the re-test beside the paper's](scores.svg)", "")
_VERDICTS = {
    Verdict.AGREES: "agrees with the paper: {winner} wins",
    Verdict.DISAGREES: "disagrees with the paper: {loser} wins",
    Verdict.NOT_DECIDED: "is not decided",
}


def results_page(
    runs: StoredRuns,
    results: Sequence[RowResult],
    means: Sequence[SettingMean],
    calibration: Mapping[str, float | None],
) -> str:
    """Return the Markdown page of the results."""
    return "\n".join(
        [
            "# Results of the re-test",
            "",
            "`ti2v repro report` wrote this page from the measurements in the folder `measurements`; do not "
            "edit it. The design is in [reproduction.md](../reproduction.md).",
            "",
            *_runs_part(runs),
            *_scores_part(results),
            *_reasons_part(results),
            *_measures_part(means, runs, calibration),
            *_figure6_part(runs),
        ]
    )


def _runs_part(runs: StoredRuns) -> list[str]:
    total = len(Setting) * len(runs.seeds)
    lines = [
        "## Runs",
        "",
        f"{len(runs.finished)} of {total} runs are finished ({len(Setting)} settings, "
        f"{counted(len(runs.seeds), 'seed')}). Only finished runs are used.",
        "",
    ]
    if runs.not_finite:
        names = [run_name(each.facts.setting, each.facts.seed) for each in runs.not_finite]
        lines += [f"Excluded, because the loss became NaN or infinite: {', '.join(names)}.", ""]
    if runs.damaged:
        lines += [f"Not used, because the files are half-written or damaged: {', '.join(runs.damaged)}.", ""]
    if runs.missing:
        lines += [f"Missing: {', '.join(runs.missing)}.", ""]
    return lines


def _scores_part(results: Sequence[RowResult]) -> list[str]:
    rows = [
        [
            each.paper.table,
            f"`{each.paper.reference}` / `{each.paper.other}`",
            str(len(each.seeds)),
            _pair_of_percents(each.won, each.lost, each.won + each.lost),
            _interval(each.score),
            "/".join(each.paper.ti2v_score),
            f"{each.won}/{each.lost}/{each.ties}/{each.not_measured}",
            _p_value(each.p_holm),
            each.verdict.value,
        ]
        for each in results
    ]
    header = ["table", "reference / other", "seeds", "TI2V score", "95 % interval", "paper"]
    header += ["won/lost/tied/not measured", "p (Holm)", "result"]
    return [
        "## TI2V scores",
        "",
        *_table(header, rows),
        "",
        *(f"- {sentence(each)}" for each in results),
        "",
        *_SCORES_FIGURE,
    ]


def _reasons_part(results: Sequence[RowResult]) -> list[str]:
    header = ["table", "reference / other", *(f"{each.replace('_', ' ')}: ours, paper" for each in _REASONS)]
    rows = []
    for each in results:
        votes = each.won + each.lost
        cells = [
            f"{_pair_of_percents(*each.reasons[reason], votes)}, {'/'.join(getattr(each.paper, reason))}"
            for reason in _REASONS
        ]
        rows.append([each.paper.table, f"`{each.paper.reference}` / `{each.paper.other}`", *cells])
    return [
        "## Reasons",
        "",
        "Percent of all votes of the row that chose the side and ticked the reason. The judge never ticks "
        "`overall_quality`, because no measure covers it.",
        "",
        *_table(header, rows),
        "",
    ]


def _measures_part(
    means: Sequence[SettingMean], runs: StoredRuns, calibration: Mapping[str, float | None]
) -> list[str]:
    if not runs.columns:
        return ["## Measures", "", "No run is finished.", ""]
    cells = {(each.setting, each.measure): each for each in means}
    rows = [
        [f"`{setting}`", str(cells[setting, runs.columns[0]].runs)]
        + [_mean_and_sd(cells[setting, name]) for name in runs.columns]
        for setting in Setting
    ]
    if calibration:
        rows.append(["true clips", "", *(_decimals(calibration.get(name)) for name in runs.columns)])
    return [
        "## Measures",
        "",
        "Mean over pairs and runs ± standard deviation of the runs' means. The row `true clips` shows the "
        "error of the flow estimator: an exact estimator would give 1, 0, 1, 1, 0 and 0. The differences "
        "with intervals are in `differences.csv`, Figure 6 is in `figure6.csv`.",
        "",
        *_table(["setting", "runs", *(f"`{name}`" for name in runs.columns)], rows),
        "",
    ]


def _figure6_part(runs: StoredRuns) -> list[str]:
    rows = []
    for setting in Setting:
        ratios = [
            float(np.mean([point["inside"] / point["overall"] for point in run.facts.figure6]))
            for (each, _), run in runs.finished.items()
            if each is setting and run.facts.figure6
        ]
        mean = float(np.mean(ratios)) if ratios else None
        sd = float(np.std(ratios, ddof=1)) if len(ratios) > 1 else None
        rows.append([f"`{setting}`", str(len(ratios)), _with_sd(mean, sd)])
    return [
        "## Figure 6",
        "",
        "Loss in high-motion regions divided by the loss overall: mean over timesteps and runs ± standard "
        "deviation over runs. The motion focal loss weights these regions, so a lower ratio alone does not "
        "show that a network follows the text better.",
        "",
        *_table(["setting", "runs", "ratio"], rows),
        "",
        "![Loss ratio of each setting by timestep](figure6.svg)",
        "",
    ]


def sentence(result: RowResult) -> str:
    """Return one sentence: whether a row agrees with the paper, disagrees, or is not decided."""
    paper = result.paper
    said = _VERDICTS[result.verdict].format(winner=f"`{paper.reference}`", loser=f"`{paper.other}`")
    start = f"Table {paper.table}, `{paper.reference}` against `{paper.other}`, {said}"
    if result.score is None:
        return f"{start}: {_missing_for_score(result)}."
    share = f"`{paper.reference}` wins {100 * result.score.mean:.1f} % of {result.score.cells} decided cells"
    return f"{start} ({share}, 95 % interval {_interval(result.score)} %, {_p_value(result.p_holm)})."


def _missing_for_score(result: RowResult) -> str:
    if len(result.seeds) < FEWEST_SEEDS:
        return f"{counted(len(result.seeds), 'complete seed')}; at least {FEWEST_SEEDS} are needed"
    return (
        f"{result.won + result.lost} decided cells; an interval needs decided cells of at least "
        f"{FEWEST_SEEDS} seeds and of at least 2 pairs"
    )


def _pair_of_percents(first: int, second: int, total: int) -> str:
    left, right = percent(first, total), percent(second, total)
    return NONE if left is None or right is None else f"{left}/{right}"


def _interval(found: CrossedEstimate | None) -> str:
    return NONE if found is None else f"{100 * found.low:.1f} to {100 * found.high:.1f}"


def _p_value(p_holm: float | None) -> str:
    return NONE if p_holm is None else stated_p(p_holm)


def _mean_and_sd(each: SettingMean) -> str:
    return _with_sd(each.mean, each.seed_sd)


def _with_sd(mean: float | None, sd: float | None) -> str:
    return _decimals(mean) + ("" if sd is None else f" ± {_decimals(sd)}")


def _decimals(value: float | None) -> str:
    return NONE if value is None else f"{value:.3f}" if abs(value) < 100 else f"{value:.1f}"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [header, ["---"] * len(header), *rows]
    return [f"| {' | '.join(line)} |" for line in lines]

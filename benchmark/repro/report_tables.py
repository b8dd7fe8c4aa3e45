"""Writes the results of the re-test as CSV tables."""

from collections.abc import Sequence

from benchmark.protocol import Justification
from benchmark.repro.analysis import RowResult, SettingMean
from benchmark.repro.stored_runs import StoredRuns
from benchmark.stats.crossed import CrossedEstimate
from benchmark.stats.rounding import percent
from benchmark.tables.csv_text import csv_text

_REASONS = tuple(Justification)


def results_csv(results: Sequence[RowResult]) -> str:
    """Return one line per row of the paper's tables, with our numbers and the paper's."""
    header = ["table", "reference", "other", "seeds", "won", "lost", "ties", "not_measured"]
    header += ["score_reference", "score_other", "ci_low", "ci_high", "p_value", "p_holm", "verdict"]
    header += ["paper_score_reference", "paper_score_other"]
    for reason in _REASONS:
        header += [f"{reason}_reference", f"{reason}_other"]
        header += [f"paper_{reason}_reference", f"paper_{reason}_other"]
    return csv_text([header, *(_result_cells(each) for each in results)])


def differences_csv(results: Sequence[RowResult]) -> str:
    """Return, for each row of the paper's tables, each measure's difference: reference minus other side."""
    header = ["table", "reference", "other", "measure", "difference", "ci_low", "ci_high", "seeds", "pairs"]
    return csv_text(
        [
            header,
            *(
                [row.paper.table, row.paper.reference, row.paper.other, measure, *_estimate_cells(found)]
                for row in results
                for measure, found in row.differences.items()
            ),
        ]
    )


def measures_csv(means: Sequence[SettingMean]) -> str:
    """Return the mean of each measure for each setting."""
    header = ["setting", "measure", "runs", "mean", "seed_sd"]
    return csv_text(
        [
            header,
            *(
                [each.setting, each.measure, each.runs, _number(each.mean), _number(each.seed_sd)]
                for each in means
            ),
        ]
    )


def figure6_csv(runs: StoredRuns) -> str:
    """Return the data of Figure 6: for every finished run, the losses of each timestep."""
    header = ["setting", "seed", "timestep", "inside", "overall", "ratio"]
    return csv_text(
        [
            header,
            *(
                [
                    setting,
                    seed,
                    int(row["timestep"]),
                    _number(row["inside"]),
                    _number(row["overall"]),
                    _number(row["inside"] / row["overall"]),
                ]
                for (setting, seed), run in runs.finished.items()
                for row in run.facts.figure6
            ),
        ]
    )


def _result_cells(each: RowResult) -> list[object]:
    votes = each.won + each.lost
    score = each.score
    cells: list[object] = [each.paper.table, each.paper.reference, each.paper.other, len(each.seeds)]
    cells += [each.won, each.lost, each.ties, each.not_measured]
    cells += [_share(each.won, votes), _share(each.lost, votes)]
    if score is None:
        cells += ["", "", ""]
    else:
        cells += [_number(100 * score.low), _number(100 * score.high), _number(score.p_value)]
    cells += [_number(each.p_holm), each.verdict, *each.paper.ti2v_score]
    for reason in _REASONS:
        reference, other = each.reasons[reason]
        cells += [_share(reference, votes), _share(other, votes), *getattr(each.paper, reason)]
    return cells


def _estimate_cells(found: CrossedEstimate | None) -> list[object]:
    if found is None:
        return [""] * 5
    return [_number(found.mean), _number(found.low), _number(found.high), found.seeds, found.pairs]


def _share(count: int, total: int) -> object:
    share = percent(count, total)
    return "" if share is None else share


def _number(value: float | None) -> str:
    """Round a value to 6 significant digits, so that every machine writes the same text."""
    return "" if value is None else f"{value:.6g}"

"""Writes the report of the re-test, with tables, a page and figures, from the stored measurements only."""

import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from benchmark.repro.analysis import analyse, setting_means
from benchmark.repro.measurements import MeasurementError
from benchmark.repro.report_figures import figure6_figure, scores_figure
from benchmark.repro.report_page import results_page
from benchmark.repro.report_tables import (
    differences_csv,
    figure6_csv,
    measures_csv,
    results_csv,
)
from benchmark.repro.stored_runs import StoredRuns, read_runs

# `ti2v repro calibrate` writes the measures of the true clips to this file, next to the runs' measurements.
CALIBRATION_FILE = "true_clips.csv"


def report_files(measurements: Path, *, figures: bool = True) -> tuple[StoredRuns, dict[str, bytes]]:
    """Return the runs that the report uses, and the report's files, keyed by name.

    The same measurements give the same bytes.

    Raises:
        MeasurementError: two runs cannot be compared, or a file is damaged (see `read_runs`).
    """
    runs = read_runs(measurements)
    results, means = analyse(runs), setting_means(runs)
    texts = {
        "results.csv": results_csv(results),
        "differences.csv": differences_csv(results),
        "measures.csv": measures_csv(means),
        "figure6.csv": figure6_csv(runs),
        "results.md": results_page(runs, results, means, read_calibration(measurements)),
    }
    files = {name: text.encode() for name, text in texts.items()}
    if figures:
        files |= {"scores.svg": scores_figure(results), "figure6.svg": figure6_figure(runs)}
    return runs, files


def read_calibration(measurements: Path) -> Mapping[str, float | None]:
    """Return the mean of each measure of the true clips; empty if `ti2v repro calibrate` was not run.

    Raises:
        MeasurementError: a cell is not a number.
    """
    path = measurements / CALIBRATION_FILE
    if not path.exists():
        return {}
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        measures = [name for name in (rows[0] if rows else {}) if name != "pair_id"]
        known = {name: [float(row[name]) for row in rows if row[name]] for name in measures}
    except (ValueError, KeyError, TypeError) as error:
        raise MeasurementError(
            f"{path} is damaged. Remove it, and run `ti2v repro calibrate` again."
        ) from error
    return {name: float(np.mean(values)) if values else None for name, values in known.items()}

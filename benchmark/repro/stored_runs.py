"""Reads the measurements of all planned runs, and names the runs that cannot be used."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmark.repro.measurements import (
    Measurement,
    MeasurementError,
    RunStatus,
    read_measurement,
    run_name,
    stored_runs,
)
from benchmark.repro.paper_settings import PLANNED_SEEDS, Setting


@dataclass(frozen=True)
class StoredRuns:
    """The runs of the grid.

    Attributes:
        finished: the measurements of each finished run, by setting and seed.
        not_finite: the runs whose loss became NaN or infinite; the report names them, but does not use them.
        missing: for each planned run without files, its name and a message with the next step.
        damaged: for each run with half-written or damaged files, its name and a message with the next step.
        seeds: all planned and stored seeds.
    """

    finished: Mapping[tuple[Setting, int], Measurement]
    not_finite: tuple[Measurement, ...]
    missing: Mapping[str, str]
    damaged: Mapping[str, str]
    seeds: tuple[int, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the measures; empty if no run is finished."""
        return next((run.columns for run in self.finished.values()), ())

    def common_seeds(self, first: Setting, second: Setting) -> tuple[int, ...]:
        """Return the seeds for which the runs of both settings are finished."""
        return tuple(
            seed for seed in self.seeds if {(first, seed), (second, seed)} <= set(self.finished.keys())
        )


def read_runs(folder: Path) -> StoredRuns:
    """Read all runs in a folder of measurements.

    Raises:
        MeasurementError: a file belongs to no setting, or two runs cannot be compared. All runs must have
            the same held-out clips, measures, steps and clips per step; all runs of one setting must also
            have the same training settings.
    """
    stored = stored_runs(folder) if folder.is_dir() else []
    unknown = sorted({setting for setting, _ in stored} - set(Setting))
    if unknown:
        raise MeasurementError(
            f"{folder} has measurements of {unknown[0]}, which is no setting of the experiments. Remove them."
        )
    seeds = tuple(sorted({*PLANNED_SEEDS, *(seed for _, seed in stored)}))
    finished: dict[tuple[Setting, int], Measurement] = {}
    not_finite = []
    missing: dict[str, str] = {}
    damaged: dict[str, str] = {}
    for setting in Setting:
        for seed in seeds:
            try:
                run = read_measurement(folder, setting, seed)
            except MeasurementError as error:
                unused = damaged if (setting, seed) in stored else missing
                unused[run_name(setting, seed)] = str(error)
                continue
            if run.facts.status is RunStatus.NOT_FINITE:
                not_finite.append(run)
            else:
                finished[setting, seed] = run
    _refuse_different_runs(list(finished.values()))
    return StoredRuns(finished, tuple(not_finite), missing, damaged, seeds)


def _refuse_different_runs(runs: list[Measurement]) -> None:
    first_of_setting: dict[str, Measurement] = {}
    for run in runs:
        _refuse_difference(run, runs[0], _shared_by_all)
        _refuse_difference(run, first_of_setting.setdefault(run.facts.setting, run), _shared_by_seeds)


def _shared_by_all(run: Measurement) -> dict[str, object]:
    """Return the properties that must be equal in all runs of the grid."""
    return {
        "held-out clips": (run.facts.benchmark, run.pair_ids),
        "measures": run.columns,
        "number of steps": run.facts.steps,
        "number of clips per step": run.facts.clips_per_step,
    }


def _shared_by_seeds(run: Measurement) -> dict[str, object]:
    """Return the properties that must be equal in all runs of one setting."""
    return {"settings": run.facts.settings}


def _refuse_difference(
    run: Measurement, other: Measurement, shared: Callable[[Measurement], dict[str, object]]
) -> None:
    values, other_values = shared(run), shared(other)
    different = [what for what in values if values[what] != other_values[what]]
    if different:
        name, other_name = (run_name(each.facts.setting, each.facts.seed) for each in (run, other))
        raise MeasurementError(
            f"The {different[0]} of {name} and {other_name} differ, so these runs cannot be compared. Remove "
            "the files of the wrong run, and run it again."
        )

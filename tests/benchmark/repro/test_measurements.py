"""Measurements of runs: reading returns the written values; an incomplete file is refused with its name."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmark.repro.measurements import (
    Measurement,
    MeasurementError,
    RunFacts,
    RunStatus,
    read_measurement,
    stored_runs,
    write_measurement,
)

FACTS = RunFacts(
    "lambda-0.5",
    3,
    RunStatus.FINISHED,
    600,
    16,
    1_364_488,
    812.5,
    61.0,
    "a1",
    "b2",
    "2.13",
    ({"timestep": 50},),
)
MEASURED = Measurement(
    FACTS, ("share_inside", "direction_error"), ("p1", "p2"),
    ({"share_inside": 0.5, "direction_error": 12.25}, {"share_inside": 0.0, "direction_error": None}),
)  # fmt: skip


def test_measurements_are_read_as_they_were_written(tmp_path: Path) -> None:
    write_measurement(tmp_path, MEASURED)

    assert read_measurement(tmp_path, "lambda-0.5", 3) == MEASURED
    assert stored_runs(tmp_path) == [("lambda-0.5", 3)]
    assert (
        tmp_path / "lambda-0.5-3.csv"
    ).read_text() == "pair_id,share_inside,direction_error\np1,0.5,12.25\np2,0.0,\n"


def test_a_run_whose_loss_is_not_finite_is_kept_without_rows(tmp_path: Path) -> None:
    broken = Measurement(replace(FACTS, status=RunStatus.NOT_FINITE, figure6=()), MEASURED.columns, (), ())

    write_measurement(tmp_path, broken)

    assert read_measurement(tmp_path, "lambda-0.5", 3).facts.status is RunStatus.NOT_FINITE


@pytest.mark.parametrize(
    ("seed", "command"),
    [(0, "ti2v repro run reference-0"), (7, "ti2v repro run reference-7 --seeds 8")],
    ids=["in the grid", "outside the grid"],
)
def test_a_missing_run_is_named_with_the_command_that_runs_it(
    tmp_path: Path, seed: int, command: str
) -> None:
    with pytest.raises(MeasurementError, match=rf"reference-{seed} is missing in .* Run `{command}`\."):
        read_measurement(tmp_path, "reference", seed)


def test_a_run_that_was_killed_while_it_wrote_is_half_written(tmp_path: Path) -> None:
    write_measurement(tmp_path, MEASURED)
    (tmp_path / "lambda-0.5-3.json").unlink()

    assert stored_runs(tmp_path) == [("lambda-0.5", 3)]
    with pytest.raises(MeasurementError, match=r"lambda-0\.5-3 is half-written"):
        read_measurement(tmp_path, "lambda-0.5", 3)


def test_a_temporary_file_of_a_killed_process_is_no_run(tmp_path: Path) -> None:
    write_measurement(tmp_path, MEASURED)
    (tmp_path / ".reference-0.json").write_text("{")

    assert stored_runs(tmp_path) == [("lambda-0.5", 3)]


@pytest.mark.parametrize("damage", ["shorter table", "other seed"])
def test_a_damaged_run_is_refused(tmp_path: Path, damage: str) -> None:
    write_measurement(tmp_path, MEASURED)
    path = tmp_path / ("lambda-0.5-3.csv" if damage == "shorter table" else "lambda-0.5-3.json")
    text = path.read_text()
    path.write_text(text[:-9] if damage == "shorter table" else text.replace('"seed": 3', '"seed": 4'))

    with pytest.raises(MeasurementError, match=r"lambda-0\.5-3 in .* is damaged"):
        read_measurement(tmp_path, "lambda-0.5", 3)


def test_a_measure_that_is_not_a_number_is_never_written(tmp_path: Path) -> None:
    rows = ({"share_inside": float("nan"), "direction_error": None},)

    with pytest.raises(ValueError, match="not JSON compliant"):
        write_measurement(tmp_path, replace(MEASURED, pair_ids=("p1",), rows=rows))

"""Runs of the grid: they resume after a kill, repeat byte for byte, and record a loss that is NaN."""

import json
import shutil
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from benchmark.repro.measurements import MeasurementError, RunStatus, read_measurement
from benchmark.repro.paper_settings import Setting
from models.repro.processes import GridResult, run_in_processes
from models.repro.run import Outcome, RunFolders, complete_run
from models.repro.run_configs import Run
from models.training.checkpoints import newest_checkpoint
from tests.models.repro.toys import run_until_killed, toy_run

WEIGHTS = "pipeline/unet/diffusion_pytorch_model.safetensors"


def folders(path: Path) -> RunFolders:
    return RunFolders(path / "runs", path / "measurements")


def result(path: Path, run: Run) -> tuple[bytes, bytes]:
    """Return the weights and the measured clips of a run."""
    return (path / "runs" / run.name / WEIGHTS).read_bytes(), (
        path / "measurements" / f"{run.name}.csv"
    ).read_bytes()


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that was not interrupted."""
    path = tmp_path_factory.mktemp("finished")
    assert complete_run(toy_run(), folders(path)) is Outcome.FINISHED
    return path


def test_a_run_writes_one_row_for_each_held_out_clip(finished: Path) -> None:
    measured = read_measurement(finished / "measurements", "reference", 0)

    assert (measured.facts.status, measured.facts.steps) == (RunStatus.FINISHED, 6)
    assert len(measured.rows) == len(set(measured.pair_ids)) == 4
    assert all(row["first_frame_mse"] is not None for row in measured.rows)
    assert [row["timestep"] for row in measured.facts.figure6] == [500]


def test_a_finished_run_is_not_repeated_and_lost_measurements_are_made_again(finished: Path) -> None:
    run = toy_run()
    before = result(finished, run)
    assert complete_run(run, folders(finished)) is Outcome.ALREADY
    for file in (finished / "measurements").iterdir():
        file.unlink()

    assert complete_run(run, folders(finished)) is Outcome.FINISHED
    assert result(finished, run) == before


@pytest.mark.parametrize("stale", ["no keys", "other settings", "damaged"])
def test_stale_clips_are_not_measured(finished: Path, tmp_path: Path, stale: str) -> None:
    run = toy_run()
    shutil.copytree(finished / "runs", tmp_path / "runs")
    path = tmp_path / "runs" / run.name / "clips.npz"
    with np.load(path) as stored:
        arrays = {name: stored[name] for name in stored}
    arrays["frames"] = np.zeros_like(arrays["frames"])
    if stale == "no keys":
        arrays = {name: arrays[name] for name in ("frames", "pair_ids", "seconds")}
    else:
        arrays["settings"] = np.array("other settings")
    np.savez(path, **arrays)
    if stale == "damaged":
        path.write_bytes(path.read_bytes()[:-30])

    assert complete_run(run, folders(tmp_path)) is Outcome.FINISHED
    assert result(tmp_path, run) == result(finished, run)


def test_a_run_that_is_killed_ends_with_the_weights_of_an_uninterrupted_run(
    finished: Path, tmp_path: Path
) -> None:
    run, where = toy_run(), folders(tmp_path)
    reports: list[str] = []
    ended = run_in_processes(
        [run],
        partial(run_until_killed, folders=where),
        devices=[""],
        seconds=None,
        report=lambda _, outcome: reports.append(outcome),
    )
    assert (ended, reports) == (GridResult.FAILED, ["failed with exit code -9"])
    assert newest_checkpoint(where.runs / run.name / "checkpoints") is not None

    assert complete_run(run, where) is Outcome.FINISHED
    assert result(tmp_path, run) == result(finished, run)


def test_a_run_with_other_settings_is_not_mixed_with_the_measurements(finished: Path) -> None:
    with pytest.raises(MeasurementError, match=r"reference-0 in .* was measured with other settings"):
        complete_run(toy_run(optimiser={"learning_rate": 1e-4}), folders(finished))


def test_a_run_whose_loss_is_not_finite_is_kept_and_marked(tmp_path: Path) -> None:
    run = toy_run(Setting.LAMBDA_5, optimiser={"learning_rate": 1e30, "warmup_steps": 0})

    assert complete_run(run, folders(tmp_path)) is Outcome.NOT_FINITE

    facts = json.loads((tmp_path / "measurements/lambda-5-0.json").read_text())
    assert (facts["status"], facts["rows"]) == ("not_finite", 0)
    assert 1 <= facts["steps"] < 6
    assert complete_run(run, folders(tmp_path)) is Outcome.ALREADY


@pytest.mark.full_size
@pytest.mark.filterwarnings("ignore")  # Ray leaves sockets and processes to the garbage collector
def test_a_task_on_ray_writes_the_same_bytes(finished: Path, tmp_path: Path) -> None:
    from models.repro.grid_on_ray import run_on_ray
    from models.worker.ray_engine import ray_cluster

    run, reports = toy_run(), []
    task = partial(complete_run, folders=folders(tmp_path))
    with ray_cluster(None):
        ended = run_on_ray([run], task, gpus=None, report=lambda _, outcome: reports.append(outcome))

    assert (ended, reports) == (GridResult.COMPLETE, [Outcome.FINISHED])
    assert result(tmp_path, run) == result(finished, run)

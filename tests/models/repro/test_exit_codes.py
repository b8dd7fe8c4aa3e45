"""Exit codes of `ti2v repro run`: 0 for complete runs, 1 if a run failed, 143 if a run was stopped."""

from pathlib import Path

import pytest

from benchmark.cli.main import main
from benchmark.repro.measurements import Measurement, RunFacts, RunStatus, write_measurement
from models.repro.held_out import benchmark_key
from models.repro.processes import GridResult, run_in_processes
from models.repro.run_configs import chosen_runs, result_key
from models.training.sprite_dataset import held_out_sprites
from tests.models.repro.seeded_run import SeededRun, stopped_or_failed


def write_measured_run(folder: Path, *, settings: str | None = None) -> None:
    """Write measurements of the run reference-0, which is then not executed again."""
    (run,) = chosen_runs(["reference-0"], 1)
    facts = RunFacts(
        setting=run.setting,
        seed=run.seed,
        status=RunStatus.NOT_FINITE,
        steps=3,
        clips_per_step=16,
        parameters=0,
        train_s=0.0,
        sample_s=0.0,
        settings=settings or result_key(run.config),
        benchmark=benchmark_key(held_out_sprites(run.config.data)),
        torch="2",
    )
    write_measurement(folder, Measurement(facts, ("share_inside",), (), ()))


def repro_run(folder: Path, *options: str) -> int:
    names = ["--output", str(folder / "runs"), "--measurements", str(folder / "measurements")]
    return main(["repro", "run", "reference-0", *names, *options])


def test_a_measured_run_exits_with_0(tmp_path: Path) -> None:
    write_measured_run(tmp_path / "measurements")

    assert repro_run(tmp_path) == 0


def test_a_failed_run_exits_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_measured_run(tmp_path / "measurements", settings="other settings")

    assert repro_run(tmp_path) == 1
    assert "reference-0: failed with exit code 1" in capsys.readouterr().err


def test_a_run_stopped_by_the_time_limit_exits_with_143(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert repro_run(tmp_path, "--minutes", "0.001") == 143
    assert "reference-0: stopped; run the same command again to resume" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("seeds", "expected"), [([0], GridResult.STOPPED), ([0, 1], GridResult.FAILED)], ids=str
)
def test_a_failure_is_more_important_than_a_stop(seeds: list[int], expected: GridResult) -> None:
    reports: list[int] = []
    result = run_in_processes(
        [SeededRun(seed) for seed in seeds],
        stopped_or_failed,
        devices=[""],
        seconds=None,
        report=lambda run, _: reports.append(run.seed),
    )

    assert (result, reports) == (expected, seeds)

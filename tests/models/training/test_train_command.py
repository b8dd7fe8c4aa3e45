"""`ti2v train`: single runs, comparisons and errors."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from models.cli.train import train
from models.training.config_io import to_toml
from models.training.errors import BadConfig, CannotResume, NoClips
from tests.models.training.toys import toy_config, write_toml


@pytest.fixture
def config_file(tmp_path: Path) -> Path:
    config = toy_config(data={"images": 1, "held_out_images": 1}, optimiser={"steps": 1, "batch_size": 1})
    return write_toml(tmp_path, to_toml(config))


def run(*arguments: object) -> Result:
    return CliRunner().invoke(train, [str(each) for each in arguments], standalone_mode=False)


def test_two_configs_are_compared_seed_by_seed(config_file: Path, tmp_path: Path) -> None:
    other = 'base = "run.toml"\nname = "toy-without"\nloss.motion_focal_weight = 0.0\n'
    against = write_toml(tmp_path, other, "without.toml")
    result = run(config_file, "--against", against, "--seeds", 1, "--output", tmp_path / "runs")
    assert result.stdout.splitlines()[0] == "| timestep | toy | toy-without | toy lower |"
    assert result.stdout.splitlines()[-1].startswith("| mean | ")
    assert (tmp_path / "runs" / "figure6.png").exists()


def test_a_finished_run_is_not_trained_again(config_file: Path, tmp_path: Path) -> None:
    run(config_file, "--seed", 4, "--output", tmp_path / "runs")
    summary = tmp_path / "runs" / "toy-4" / "training.json"
    before = summary.stat().st_mtime_ns
    result = run(config_file, "--seed", 4, "--output", tmp_path / "runs")
    assert "toy-4 is finished" in result.stderr
    assert summary.stat().st_mtime_ns == before


def test_a_finished_run_with_other_settings_is_refused(config_file: Path, tmp_path: Path) -> None:
    run(config_file, "--output", tmp_path / "runs")
    config_file.write_text('base = "before.toml"\nname = "toy"\noptimiser.learning_rate = 0.5\n')
    write_toml(tmp_path, to_toml(toy_config(optimiser={"steps": 1})), "before.toml")
    result = run(config_file, "--output", tmp_path / "runs")
    assert isinstance(result.exception, CannotResume)
    assert "toy-0 was trained with other settings" in str(result.exception)


def test_more_steps_resume_from_the_last_checkpoint(config_file: Path, tmp_path: Path) -> None:
    run(config_file, "--output", tmp_path / "runs")
    run(config_file, "--output", tmp_path / "runs", "--steps", 2)
    log = (tmp_path / "runs" / "toy-0" / "log.jsonl").read_text(encoding="utf-8")
    assert len(log.splitlines()) == 2


def test_a_comparison_needs_held_out_clips(tmp_path: Path) -> None:
    data = {"images": 1, "held_out_images": 0}
    config = toy_config(data=data, optimiser={"steps": 1, "batch_size": 1})
    path = write_toml(tmp_path, to_toml(config))
    result = run(path, "--against", path, "--seeds", 1, "--output", tmp_path / "runs")
    assert isinstance(result.exception, NoClips)


def test_a_comparison_in_several_processes_is_refused(
    config_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    exception = run(config_file, "--against", config_file).exception
    assert "--against works in a single process only" in str(exception)


def test_a_missing_config_is_refused(tmp_path: Path) -> None:
    result = run(tmp_path / "none.toml")
    assert isinstance(result.exception, BadConfig)

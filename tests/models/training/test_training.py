"""Runs at toy size: resuming, signals, full disks, checkpoints and exports."""

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch

from models.motif.pipeline import MotifImageToVideoPipeline
from models.training.checkpoints import copy_state, load_checkpoint, newest_checkpoint, write_checkpoint
from models.training.config_io import to_toml
from models.training.errors import BadConfig, CannotResume, CannotWrite, LossNotFinite
from models.training.export import export
from models.training.loop import StopReason, learning_rate
from models.training.run import TrainingResult, run_training
from models.training.run_log import RunLog, read_log
from tests.models.training.processes import start_training
from tests.models.training.toys import hooks_with, open_setup, toy_config, train_quietly, write_toml


def curve(folder: Path) -> list[float]:
    return [float(line["loss"] or 0) for line in read_log(folder / "log.jsonl")]


def kill_after_checkpoint(config_file: Path, output: Path, checkpoint: Path) -> None:
    """Run `ti2v train` until it has written a checkpoint, then end it with SIGKILL."""
    (child,) = start_training(config_file, output, kill_after=checkpoint)
    child.join()
    assert child.exitcode == -signal.SIGKILL
    assert checkpoint.exists()


def figures(result: TrainingResult) -> list[tuple[float, float]]:
    return [(row.inside, row.overall) for row in result.figure6]


def test_a_killed_run_resumes_with_the_same_numbers(tmp_path: Path) -> None:
    config = toy_config(optimiser={"steps": 6}, run={"checkpoint_every": 2, "validate_every": 1000})
    whole = run_training(config, tmp_path / "whole", tmp_path / "runs" / "cache")
    killed = tmp_path / "runs" / "toy-0"
    config_file = write_toml(tmp_path, to_toml(config))
    kill_after_checkpoint(config_file, tmp_path / "runs", killed / "checkpoints" / "step-000002")
    done_before = len(curve(killed))
    resumed = run_training(config, killed, tmp_path / "runs" / "cache")
    assert done_before < 6
    np.testing.assert_allclose(curve(killed), curve(tmp_path / "whole"), rtol=0, atol=1e-6)
    np.testing.assert_allclose(figures(resumed), figures(whole), rtol=1e-6)


def test_gradient_accumulation_equals_the_whole_batch(shared_cache: Path) -> None:
    networks = []
    for accumulation in (1, 2):
        settings = {"steps": 1, "batch_size": 4, "accumulation": accumulation, "clip_norm": 0}
        setup = open_setup(toy_config(optimiser=settings), shared_cache)
        setup.state.network.eval()
        train_quietly(setup)
        networks.append(setup.state.ema.weights)
    for name, weight in networks[0].items():
        torch.testing.assert_close(weight, networks[1][name], rtol=0, atol=2e-3)


def test_a_batch_size_that_is_not_divisible_is_refused(tmp_path: Path, shared_cache: Path) -> None:
    config = toy_config(optimiser={"batch_size": 3, "accumulation": 2})
    with pytest.raises(BadConfig, match="batch_size 3 is not divisible by 1 processes times"):
        run_training(config, tmp_path, shared_cache)


def test_sigterm_saves_a_checkpoint(shared_cache: Path) -> None:
    setup = open_setup(toy_config(optimiser={"steps": 50}), shared_cache)
    saved = []
    hooks = hooks_with(
        log=lambda step, _: os.kill(os.getpid(), signal.SIGTERM) if step == 2 else None,
        save=lambda: saved.append(setup.state.steps_done),
    )
    assert train_quietly(setup, hooks) is StopReason.STOPPED
    assert saved == [2]


def test_a_loss_that_is_not_finite_stops_the_run(shared_cache: Path) -> None:
    settings = {"learning_rate": 1e30, "clip_norm": 0, "steps": 10}
    setup = open_setup(toy_config(optimiser=settings), shared_cache)
    with pytest.raises(
        LossNotFinite, match=r"The loss of step \d+ is not finite for the clips kites.*learning_rate"
    ):
        train_quietly(setup)


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """Limit the size of files in bytes; writes fail as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_keeps_the_last_good_checkpoint(tmp_path: Path, shared_cache: Path) -> None:
    setup = open_setup(toy_config(), shared_cache)
    setup.state.steps_done = 1
    good = write_checkpoint(tmp_path, copy_state(setup.state), settings_key="k", keep=2)
    setup.state.steps_done = 2
    (tmp_path / "unfinished-1-step-000002").mkdir()  # left by an earlier kill
    with (
        file_size_limit(10_000),
        pytest.raises(CannotWrite, match=r"the last good checkpoint is .*step-000001"),
    ):
        write_checkpoint(tmp_path, copy_state(setup.state), settings_key="k", keep=2)
    assert list(tmp_path.iterdir()) == [good]
    load_checkpoint(good, setup.state, settings_key="k")
    assert setup.state.steps_done == 1


def test_a_full_disk_leaves_no_partial_pipeline(tmp_path: Path, shared_cache: Path) -> None:
    setup = open_setup(toy_config(), shared_cache)
    parts = (setup.config, setup.pipeline, setup.state, setup.dataset, [])
    with (
        file_size_limit(10_000),
        pytest.raises(CannotWrite, match=r"pipeline could not be written.*Free disk space"),
    ):
        export(tmp_path, *parts)
    assert list(tmp_path.iterdir()) == []


def test_only_the_newest_checkpoints_are_kept(tmp_path: Path, shared_cache: Path) -> None:
    state = open_setup(toy_config(), shared_cache).state
    for state.steps_done in (1, 2, 3):
        newest = write_checkpoint(tmp_path, copy_state(state), settings_key="k", keep=2)
    assert newest_checkpoint(tmp_path) == newest
    assert sorted(path.name for path in tmp_path.iterdir()) == ["step-000002", "step-000003"]


def test_a_checkpoint_with_other_settings_is_refused(tmp_path: Path, shared_cache: Path) -> None:
    state = open_setup(toy_config(), shared_cache).state
    checkpoint = write_checkpoint(tmp_path, copy_state(state), settings_key="one", keep=1)
    with pytest.raises(CannotResume, match="trained with other settings"):
        load_checkpoint(checkpoint, state, settings_key="two")


def test_a_damaged_checkpoint_is_named(tmp_path: Path, shared_cache: Path) -> None:
    state = open_setup(toy_config(), shared_cache).state
    checkpoint = write_checkpoint(tmp_path, copy_state(state), settings_key="k", keep=1)
    (checkpoint / "optimiser.safetensors").write_bytes(b"half")
    with pytest.raises(CannotResume, match="step-000000 is damaged"):
        load_checkpoint(checkpoint, state, settings_key="k")


def test_a_finished_run_exports_a_pipeline_and_a_summary(tmp_path: Path, shared_cache: Path) -> None:
    config = toy_config(optimiser={"steps": 2}, validation={"samples": 1}, run={"half_weights": True})
    result = run_training(config, tmp_path, shared_cache)
    names = {path.name for path in tmp_path.iterdir()}
    assert {"config.toml", "training.json", "log.jsonl", "tensorboard", "figure6-000002.csv"} <= names
    assert {"figure6-000002.png", "samples-000002.png", "pipeline"} <= names
    assert [row.timestep for row in result.figure6] == [100, 900]
    pipeline = MotifImageToVideoPipeline.from_pretrained(tmp_path / "pipeline")
    image = np.zeros((64, 64, 3), np.uint8)
    clip = pipeline(image, "a kite", num_inference_steps=1, output_type="uint8").frames
    assert np.asarray(clip).shape == (1, 4, 64, 64, 3)


def test_losses_of_static_and_moving_clips_are_logged_separately(shared_cache: Path) -> None:
    setup = open_setup(toy_config(optimiser={"steps": 1}), shared_cache)
    logged: list[dict[str, float | int | None]] = []
    hooks = hooks_with(log=lambda _, metrics: logged.append(dict(metrics)))
    train_quietly(setup, hooks)
    assert logged[0]["diffusion_moving"] == pytest.approx(logged[0]["diffusion"])
    assert logged[0]["diffusion_still"] is None


def test_bf16_trains(shared_cache: Path, tmp_path: Path) -> None:
    config = toy_config(optimiser={"steps": 2}, run={"precision": "bf16"})
    result = run_training(config, tmp_path, shared_cache)
    assert np.isfinite(curve(result.folder)).all()


def test_gradient_checkpointing_does_not_change_the_losses(shared_cache: Path) -> None:
    curves: list[list[float]] = []
    for checkpointing in (False, True):
        losses: list[float] = []
        hooks = hooks_with(log=lambda _, metrics, losses=losses: losses.append(metrics["loss"] or 0))
        config = toy_config(optimiser={"steps": 2}, run={"gradient_checkpointing": checkpointing})
        train_quietly(open_setup(config, shared_cache), hooks)
        curves.append(losses)
    assert len(curves[0]) == 2
    np.testing.assert_allclose(curves[0], curves[1], atol=1e-6)


def test_log_lines_after_the_checkpoint_are_removed(tmp_path: Path) -> None:
    log = RunLog(tmp_path, steps_done=0)
    for step in (1, 2, 3):
        log.write(step, {"loss": 1.0, "diffusion_still": None})
    log.close()
    with (tmp_path / "log.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"step": 4, "lo')  # a line truncated by the kill
    RunLog(tmp_path, steps_done=2).close()
    assert [line["step"] for line in read_log(tmp_path / "log.jsonl")] == [1, 2]


def test_the_learning_rate_warms_up_and_decays_with_a_cosine() -> None:
    settings = toy_config(
        optimiser={"learning_rate": 1.0, "schedule": "cosine", "warmup_steps": 2, "steps": 6}
    ).optimiser
    rates = [learning_rate(settings, step) for step in range(6)]
    # 1/2, 1, then (1 + cos(pi * k / 4)) / 2 for k = 0..3
    assert rates == pytest.approx([0.5, 1.0, 1.0, 0.853553, 0.5, 0.146447], abs=1e-6)

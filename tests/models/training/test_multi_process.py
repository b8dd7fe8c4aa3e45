"""Runs on two processes with sharded moments or weights: same results as one process, and a common stop."""

import json
import signal
import time
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
import torch
import torch.distributed as dist
from safetensors.torch import load_file

from models.training.checkpoints import newest_checkpoint
from models.training.config_io import to_toml
from models.training.datasets import clip_sources
from models.training.networks import create_pipeline
from models.training.run import run_training
from models.training.run_log import read_log
from models.training.sharded_weights import shard_weights
from tests.models.training.processes import start_ranks, start_training
from tests.models.training.toys import toy_config, write_toml

WAIT_S = 300


def wait_for_step(run: Path, step: int, children: list[ForkServerProcess]) -> None:
    deadline = time.monotonic() + WAIT_S
    while len(read_log(run / "log.jsonl")) < step or newest_checkpoint(run / "checkpoints") is None:
        assert all(child.is_alive() for child in children)
        assert time.monotonic() < deadline
        time.sleep(0.02)


def exit_codes(children: list[ForkServerProcess]) -> list[int | None]:
    for child in children:
        child.join(WAIT_S)
    return [child.exitcode for child in children]


def write_sizes(folder: Path) -> None:
    """Shard the weights of a toy network; write the number of all weights and of this process's weights."""
    dist.init_process_group("gloo")
    network = create_pipeline(toy_config(), clip_sources(toy_config().data)).unet
    total = sum(weight.numel() for weight in network.parameters())
    shard_weights(network)
    own = sum(weight.to_local().numel() for weight in network.parameters())
    (folder / f"{dist.get_rank()}.json").write_text(json.dumps([total, own]))
    dist.destroy_process_group()


def test_each_process_stores_half_of_the_weights(tmp_path: Path) -> None:
    assert exit_codes(start_ranks(write_sizes, tmp_path, processes=2)) == [0, 0]

    sizes = [json.loads((tmp_path / f"{rank}.json").read_text()) for rank in (0, 1)]
    total = sizes[0][0]
    assert sum(own for _, own in sizes) == total
    assert all(own == pytest.approx(total / 2, rel=0.01) for _, own in sizes)


def test_processes_that_divide_the_weights_train_like_processes_with_whole_weights(tmp_path: Path) -> None:
    validation = {"timesteps": [100, 500, 900], "samples": 1}

    def trained(name: str, steps: int, **run: object) -> Path:
        config = toy_config(optimiser={"steps": steps}, validation=validation, run=run)
        config_file = write_toml(tmp_path, to_toml(config), f"{name}.toml")
        assert exit_codes(start_training(config_file, tmp_path / name, processes=2)) == [0, 0]
        return tmp_path / name / "toy-0"

    whole = trained("whole", 3)
    trained("divided", 2, shard_weights=True, gradient_checkpointing=True)
    divided = trained("divided", 3, shard_weights=True, gradient_checkpointing=True)

    # The second run of `divided` resumed at the checkpoint of step 2.
    for file in ("pipeline/unet/diffusion_pytorch_model", "checkpoints/step-000003/optimiser"):
        expected, found = (load_file(run / f"{file}.safetensors") for run in (whole, divided))
        assert expected.keys() == found.keys()
        for name, tensor in expected.items():
            torch.testing.assert_close(found[name], tensor, rtol=1e-5, atol=1e-6)
    losses = [[line["loss"] for line in read_log(run / "log.jsonl")] for run in (whole, divided)]
    assert losses[1] == pytest.approx(losses[0], rel=1e-6)
    figures = [json.loads((run / "figure6-000003.json").read_text()) for run in (whole, divided)]
    ratios = [[row["ratio"] for row in rows] for rows in figures]
    assert ratios[1] == pytest.approx(ratios[0], rel=1e-5)
    # One process continues the run with whole weights.
    config = toy_config(optimiser={"steps": 4}, validation=validation)
    run_training(config, divided, tmp_path / "divided" / "cache")
    assert len(read_log(divided / "log.jsonl")) == 4


def test_two_processes_train_like_one_survive_a_killed_rank_and_stop_together(tmp_path: Path) -> None:
    config = toy_config(optimiser={"steps": 10_000}, run={"checkpoint_every": 1, "shard_optimiser": True})
    run, config_file = tmp_path / "runs" / "toy-0", write_toml(tmp_path, to_toml(config))
    children = start_training(config_file, tmp_path / "runs", processes=2)
    wait_for_step(run, 2, children)
    children[1].kill()
    # The other rank must not wait for hours in a collective operation.
    first, second = exit_codes(children)
    assert (first not in (0, None), second) == (True, -signal.SIGKILL)
    done = newest_checkpoint(run / "checkpoints")
    assert done is not None

    children = start_training(config_file, tmp_path / "runs", processes=2)
    wait_for_step(run, int(done.name.removeprefix("step-")) + 2, children)
    # Only the second process gets the signal; the first one, which writes the files, must stop as well.
    children[1].terminate()
    assert exit_codes(children) == [143, 143]

    lines = read_log(run / "log.jsonl")
    last = run / "checkpoints" / f"step-{len(lines):06d}"
    # The checkpoint has the moments of all weights, from both processes.
    weights, moments = (load_file(last / f"{name}.safetensors") for name in ("network", "optimiser"))
    assert sum(name.endswith("exp_avg") for name in moments) == len(weights)
    alone = toy_config(optimiser={"steps": 1}, validation={"clips": 1, "timesteps": [100]})
    run_training(alone, tmp_path / "alone", tmp_path / "runs" / "cache")
    of_one = read_log(tmp_path / "alone" / "log.jsonl")[0]
    # Later steps differ slightly, because network dropout differs between processes.
    assert lines[0]["loss"] == pytest.approx(of_one["loss"], rel=1e-6)
    # One process continues a run of two, and its optimiser is not sharded.
    config = toy_config(optimiser={"steps": len(lines) + 1}, validation={"clips": 1, "timesteps": [100]})
    run_training(config, run, tmp_path / "runs" / "cache")
    assert len(read_log(run / "log.jsonl")) == len(lines) + 1

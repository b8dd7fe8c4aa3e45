"""A run on two processes that share the optimiser's moments: it survives a killed rank and stops together."""

import signal
import time
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
from safetensors.torch import load_file

from models.training.checkpoints import newest_checkpoint
from models.training.config_io import to_toml
from models.training.run import run_training
from models.training.run_log import read_log
from tests.models.training.processes import start_training
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

"""A run on two processes: it equals a run on one process, and both processes stop together."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from models.training.config_io import to_toml
from models.training.run import run_training
from models.training.run_log import read_log
from tests.models.training.toys import toy_config, write_toml
from tests.ports import free_port

WAIT_S = 300


def start_processes(config_file: Path, output: Path, *, processes: int) -> list[subprocess.Popen[bytes]]:
    """Start the processes that `torchrun` would start, on the CPU."""
    shared = {
        "WORLD_SIZE": str(processes),
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(free_port()),
        "GLOO_SOCKET_IFNAME": "lo",
        "ACCELERATE_USE_CPU": "true",
        "OMP_NUM_THREADS": "1",
    }
    command = [sys.executable, "-m", "models.training", str(config_file), "--output", str(output)]
    return [
        subprocess.Popen(command, env=os.environ | shared | {"RANK": str(rank), "LOCAL_RANK": str(rank)})
        for rank in range(processes)
    ]


def test_two_processes_train_like_one_and_stop_together(tmp_path: Path) -> None:
    config = toy_config(optimiser={"steps": 10_000}, run={"checkpoint_every": 10_000})
    run = tmp_path / "runs" / "toy-0"
    children = start_processes(write_toml(tmp_path, to_toml(config)), tmp_path / "runs", processes=2)
    deadline = time.monotonic() + WAIT_S
    while not read_log(run / "log.jsonl") and time.monotonic() < deadline:
        assert all(child.poll() is None for child in children)
        time.sleep(0.1)
    # Only the second process gets the signal; the first one, which writes the files, must stop as well.
    children[1].send_signal(signal.SIGTERM)
    assert [child.wait(WAIT_S) for child in children] == [143, 143]

    lines = read_log(run / "log.jsonl")
    assert (run / "checkpoints" / f"step-{len(lines):06d}").is_dir()
    alone = toy_config(optimiser={"steps": 1}, validation={"clips": 1, "timesteps": [100]})
    run_training(alone, tmp_path / "alone", tmp_path / "runs" / "cache")
    first, of_one = lines[0], read_log(tmp_path / "alone" / "log.jsonl")[0]
    # Later steps differ slightly, because network dropout differs between processes.
    assert first["loss"] == pytest.approx(of_one["loss"], rel=1e-6)

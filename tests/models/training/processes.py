"""Starts training processes as forks of one server process that has already imported torch and diffusers.

The imports take several seconds of processor time, which each process would need without the server.
"""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Mapping
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import torch

from benchmark.cli.main import main
from tests.models.self_kill import kill_this_process_after
from tests.ports import free_port

_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(["tests.models.training.processes", "models.training.run"])


def start_training(
    config_file: Path, output: Path, *, processes: int = 1, kill_after: Path | None = None
) -> list[ForkServerProcess]:
    """Start `ti2v train` as `torchrun` starts it, on the CPU; exit codes are those of the command.

    Each process kills itself with SIGKILL once it has written `kill_after`.
    """
    words = ["train", str(config_file), "--output", str(output)]
    return start_ranks(_train, words, kill_after, processes=processes)


def start_ranks(target: Callable[..., None], *arguments: object, processes: int) -> list[ForkServerProcess]:
    """Start a module-level function in several processes, with the environment variables of `torchrun`."""
    shared = {
        "WORLD_SIZE": str(processes),
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(free_port()),
        "GLOO_SOCKET_IFNAME": "lo",
        "ACCELERATE_USE_CPU": "true",
        "OMP_NUM_THREADS": "1",  # accelerate sets torch to this number of threads
    }
    started = []
    for rank in range(processes):
        variables = shared | {"RANK": str(rank), "LOCAL_RANK": str(rank)} if processes > 1 else {}
        process = _SERVER.Process(target=_run_rank, args=(target, variables, *arguments), daemon=True)
        process.start()
        started.append(process)
    return started


def _run_rank(target: Callable[..., None], variables: Mapping[str, str], *arguments: object) -> None:
    os.environ.update(variables)
    target(*arguments)


def _train(words: list[str], kill_after: Path | None) -> None:
    if kill_after:
        kill_this_process_after(kill_after.parent, kill_after.name)
    # multiprocessing ignores Ctrl-C in its server, and children inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    torch.set_num_threads(1)
    sys.exit(main(words))

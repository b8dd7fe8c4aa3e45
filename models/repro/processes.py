"""Executes several runs at the same time on this machine, with one process per core or GPU."""

import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from types import FrameType

from models.repro.run_configs import Run

Task = Callable[[Run], str]
_STOPPED = 143


def run_in_processes(
    runs: Sequence[Run],
    task: Task,
    *,
    devices: Sequence[str],
    seconds: float | None,
    report: Callable[[Run, str], None],
) -> bool:
    """Complete runs in parallel, one process per device; return whether all ended without an error.

    SIGTERM, Ctrl-C or the time limit stops the processes. A run that is stopped first writes a checkpoint.

    Args:
        runs: the runs, in the order in which they start.
        task: module-level function that completes a run and returns the outcome.
        devices: one value of CUDA_VISIBLE_DEVICES per process; an empty text for a process on the CPU.
        seconds: time after which the processes are stopped; None for no limit.
        report: function that is called when a run ends, with the run and its result.
    """
    waiting, free, running = list(runs), list(devices), dict[BaseProcess, tuple[Run, str]]()
    deadline = None if seconds is None else time.monotonic() + seconds
    all_good = True
    with _stop_on_signal(lambda: list(running)) as is_stopped:
        while running or (waiting and not is_stopped()):
            while waiting and free and not is_stopped():
                run, device = waiting.pop(0), free.pop(0)
                process: BaseProcess = get_context("spawn").Process(target=_child, args=(task, run, device))
                process.start()
                running[process] = run, device
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            if not wait([process.sentinel for process in running], timeout=left) and not is_stopped():
                os.kill(os.getpid(), signal.SIGTERM)
                deadline = None
            for process in [process for process in running if not process.is_alive()]:
                run, device = running.pop(process)
                free.append(device)
                all_good &= process.exitcode in (0, _STOPPED)
                report(run, _RESULTS.get(process.exitcode or 0, f"failed with exit code {process.exitcode}"))
    return all_good and not waiting


_RESULTS = {0: "done", _STOPPED: "stopped; run the same command again to resume"}


def _child(task: Task, run: Run, device: str) -> None:
    # Set the variable before torch looks for GPUs.
    os.environ["CUDA_VISIBLE_DEVICES"] = device
    logging.basicConfig(level=logging.INFO, format=f"{run.name}: %(message)s", stream=sys.stderr)
    if task(run) == "stopped":
        sys.exit(_STOPPED)


@contextmanager
def _stop_on_signal(processes: Callable[[], list[BaseProcess]]) -> Iterator[Callable[[], bool]]:
    """Forward SIGTERM and Ctrl-C to the processes; yield a function that returns whether a signal arrived."""
    stopped: list[int] = []

    def forward(number: int, _: FrameType | None) -> None:
        stopped.append(number)
        for process in processes():
            process.terminate()

    numbers = (signal.SIGTERM, signal.SIGINT)
    previous = {number: signal.signal(number, forward) for number in numbers}
    try:
        yield lambda: bool(stopped)
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)

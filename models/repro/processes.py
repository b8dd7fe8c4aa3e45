"""Executes several runs at the same time on this machine, with one process per core or GPU."""

import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import contextmanager
from enum import StrEnum
from multiprocessing import get_context
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import Protocol, TypeVar

_STOPPED = 143


class NamedRun(Protocol):
    """What a process needs to know of a run; `models.repro.run_configs.Run` is one."""

    @property
    def name(self) -> str: ...


RunType = TypeVar("RunType", bound=NamedRun)
Task = Callable[[RunType], str]


class GridResult(StrEnum):
    """How the execution of several runs ended."""

    COMPLETE = "complete"
    FAILED = "failed"
    STOPPED = "stopped"


def run_in_processes(
    runs: Sequence[RunType],
    task: Task[RunType],
    *,
    devices: Sequence[str],
    seconds: float | None,
    report: Callable[[RunType, str], None],
) -> GridResult:
    """Execute the remaining steps of runs in parallel, with one process per device.

    SIGTERM, Ctrl-C or the time limit stops the processes. A run that is stopped first writes a checkpoint.
    Returns FAILED if any run failed, even if the other runs were stopped.

    Args:
        runs: the runs, in the order in which they start.
        task: module-level function that completes a run and returns the outcome.
        devices: one value of CUDA_VISIBLE_DEVICES per process; an empty text for a process on the CPU.
        seconds: time after which the processes are stopped; None for no limit.
        report: function that is called when a run ends, with the run and its result.
    """
    waiting, free, running = list(runs), list(devices), dict[BaseProcess, tuple[RunType, str]]()
    deadline = None if seconds is None else time.monotonic() + seconds
    results = set[GridResult]()
    with _stop_on_signal(lambda: list(running)) as is_stopped:
        while running or (waiting and not is_stopped()):
            while waiting and free and not is_stopped():
                run, device = waiting.pop(0), free.pop(0)
                process: BaseProcess = get_context("spawn").Process(target=_child, args=(task, run, device))
                process.start()
                running[process] = run, device
                if is_stopped():  # the signal may have arrived before `running` contained the process
                    process.terminate()
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            if running and not wait([process.sentinel for process in running], timeout=left):
                deadline = None
                os.kill(os.getpid(), signal.SIGTERM)
            for process in [process for process in running if not process.is_alive()]:
                run, device = running.pop(process)
                free.append(device)
                results.add(result := _result(process.exitcode))
                report(run, _MESSAGES[result].format(process.exitcode))
    return overall_result(results | {GridResult.STOPPED} if waiting else results)


def overall_result(results: Set[GridResult]) -> GridResult:
    """Return the result of the grid: FAILED if a run failed, else STOPPED if a run was stopped."""
    return next(
        (each for each in (GridResult.FAILED, GridResult.STOPPED) if each in results), GridResult.COMPLETE
    )


_MESSAGES = {
    GridResult.COMPLETE: "done",
    GridResult.STOPPED: "stopped; run the same command again to resume",
    GridResult.FAILED: "failed with exit code {}",
}


def _result(exit_code: int | None) -> GridResult:
    if exit_code == 0:
        return GridResult.COMPLETE
    # Outside the training loop, SIGTERM ends the process at once.
    return GridResult.STOPPED if exit_code in (_STOPPED, -signal.SIGTERM) else GridResult.FAILED


def _child(task: Task[RunType], run: RunType, device: str) -> None:
    # A terminal sends Ctrl-C to all processes. The parent process forwards it as SIGTERM.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
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

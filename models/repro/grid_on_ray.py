"""Runs the grid (all runs of the experiments) on a Ray cluster, whose machines share the output folders."""

from collections.abc import Callable, Sequence
from typing import Any

from models.ray_setup import RayError, ray
from models.repro.processes import GridResult, Task, overall_result
from models.repro.run_configs import Run


def run_on_ray(
    runs: Sequence[Run], task: Task[Run], *, gpus: int | None, report: Callable[[Run, str], None]
) -> GridResult:
    """Run one task per run on the Ray cluster to which this process is connected.

    If a machine dies, Ray starts its run again, at most three times; the run continues at its checkpoint.

    Args:
        runs: the runs.
        task: see `run_in_processes`.
        gpus: number of GPUs. Each run gets one GPU, so this is also the number of simultaneous runs. If None,
            the runs use the CPUs of the cluster, one run per CPU.
        report: see `run_in_processes`.
    """
    remote = ray.remote(num_cpus=1, num_gpus=1 if gpus else 0, max_retries=3)(_complete)
    waiting, running = list(runs), dict[Any, Run]()
    results = set[GridResult]()
    while waiting or running:
        while waiting and (gpus is None or len(running) < gpus):
            run = waiting.pop(0)
            running[remote.remote(task, run)] = run
        (ready,), _ = ray.wait(list(running), num_returns=1)
        run = running.pop(ready)
        try:
            outcome = ray.get(ready)
        except RayError as error:
            results.add(GridResult.FAILED)
            report(run, f"failed: {error}")
        else:
            results.add(GridResult.STOPPED if outcome == "stopped" else GridResult.COMPLETE)
            report(run, outcome)
    return overall_result(results)


def _complete(task: Task[Run], run: Run) -> str:
    # Ray accepts only functions. A task may have bound arguments (`functools.partial`), so it is called
    # inside a function.
    return task(run)

"""Plans the grid: measures a few training steps, computes hours and disk space, and groups the runs."""

import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch

from models.metrics.synthetic_scores import measure_clips
from models.motif.pipeline import MotifImageToVideoPipeline
from models.repro.run_configs import Run
from models.training.config import TrainingConfig
from models.training.config_io import parse_config
from models.training.run import run_training
from models.training.run_log import read_log
from models.training.sprite_dataset import held_out_sprites

_PROBE_STEPS = 4
_PROBE_CLIPS = 2


@dataclass(frozen=True)
class RunCost:
    """The time and disk space that a run needs on this machine.

    Attributes:
        train_s: seconds of training.
        sample_s: seconds to generate and measure the held-out clips, and to compute Figure 6.
        disk_bytes: size of the run's folder while its checkpoints are written.
        core_share: share of a core that this process got during the measurement. The share is below 1 if
            other programs used the cores.
    """

    train_s: float
    sample_s: float
    disk_bytes: int
    core_share: float

    @property
    def seconds(self) -> float:
        return self.train_s + self.sample_s


@dataclass(frozen=True)
class Plan:
    """The cost of a grid.

    Attributes:
        costs: the cost of every run; the runs are in the order in which they start.
        processes: number of runs that are executed at the same time.
    """

    costs: Mapping[Run, RunCost]
    processes: int

    @property
    def hours(self) -> float:
        """Hours of wall-clock time until the last run ends."""
        return self._wall_s(list(self.costs)) / 3600

    @property
    def idle_hours(self) -> float:
        """Approximate hours until the last run ends, if no other program uses the cores."""
        return self.hours * sum(cost.core_share for cost in self.costs.values()) / len(self.costs)

    @property
    def disk_bytes(self) -> int:
        return sum(cost.disk_bytes for cost in self.costs.values())

    def pieces(self, minutes: float) -> list[list[Run]]:
        """Split the runs, in order, into groups ("pieces") that take at most `minutes` minutes each.

        Raises:
            ValueError: a single run takes longer than `minutes` minutes.
        """
        pieces: list[list[Run]] = [[]]
        for run, cost in self.costs.items():
            if cost.seconds > 60 * minutes:
                raise ValueError(
                    f"{run.name} takes {cost.seconds / 60:.0f} minutes alone; expected at most {minutes:.0f}"
                )
            if self._wall_s([*pieces[-1], run]) > 60 * minutes:
                pieces.append([])
            pieces[-1].append(run)
        return [piece for piece in pieces if piece]

    def minutes(self, runs: Sequence[Run]) -> float:
        """Minutes of wall-clock time until the last of these runs ends."""
        return self._wall_s(runs) / 60

    def _wall_s(self, runs: Sequence[Run]) -> float:
        """Return the seconds until the last run ends; each run starts in the process that is free first."""
        ends = [0.0] * self.processes
        for run in runs:
            ends[ends.index(min(ends))] += self.costs[run].seconds
        return max(ends)


def plan_grid(runs: Sequence[Run], *, processes: int) -> Plan:
    """Measure the cost of one run per image conditioning, and return the plan for all runs.

    For each image conditioning, the measurement trains a few steps, and generates and measures two clips. If
    other programs use the cores during the measurement, the plan overestimates the time.
    """
    measured: dict[str, RunCost] = {}
    costs = {}
    for run in runs:
        kind = run.config.network.conditioning
        if kind not in measured:
            measured[kind] = _measure(run.config)
        costs[run] = measured[kind]
    return Plan(costs, processes)


def refusals(plan: Plan, *, hours: float, free_bytes: int) -> list[str]:
    """Return the reasons why a grid must not start: it needs too many hours or too much disk space."""
    found = []
    runs = len(plan.costs)
    if plan.hours > hours:
        found.append(
            f"{runs} runs take {plan.hours:.1f} hours, {plan.processes} at a time (on idle cores about "
            f"{plan.idle_hours:.1f} hours); the limit is {hours:g}. Choose fewer settings "
            "or fewer --seeds, or raise --hours."
        )
    if plan.disk_bytes > free_bytes:
        found.append(
            f"{runs} runs write {plan.disk_bytes / 1e9:.2f} GB; {free_bytes / 1e9:.2f} GB are free. "
            "Choose another --output, or free disk space."
        )
    return found


def _measure(config: TrainingConfig) -> RunCost:
    tree = config.model_dump(mode="json")
    tree["optimiser"]["steps"] = _PROBE_STEPS
    tree["validation"] |= {"clips": 1, "timesteps": [config.validation.timesteps[0]], "samples": 0}
    wall, processor = time.perf_counter(), time.process_time()
    with TemporaryDirectory() as name:
        folder = Path(name) / "run"
        run_training(parse_config(tree, config.name), folder, Path(name) / "cache")
        seconds = [float(line["seconds"] or 0) for line in read_log(folder / "log.jsonl")[1:]]
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        generate_s, measure_s = _clip_seconds(folder, config)
    share = min(1.0, (time.process_time() - processor) / (time.perf_counter() - wall))
    clips = held_out_sprites(config.data)
    # Because of guidance, the generation of a clip runs the network twice per step. Figure 6 runs the network
    # once per clip and timestep.
    passes = config.validation.clips * len(config.validation.timesteps)
    figure6_s = passes * generate_s / (2 * config.validation.sampling_steps)
    frames = sum(clip.frames.nbytes for clip in clips)
    # While a checkpoint is written, the older checkpoints still need disk space.
    copies = config.run.checkpoints_kept + 1
    sample_s = len(clips) * (generate_s + measure_s) + figure6_s
    train_s = statistics.median(seconds) * config.optimiser.steps
    return RunCost(train_s, sample_s, size * copies + frames, share)


def _clip_seconds(folder: Path, config: TrainingConfig) -> tuple[float, float]:
    """Return the seconds to generate a clip and the seconds to measure a clip."""
    pipeline = MotifImageToVideoPipeline.from_pretrained(folder / "pipeline", dtype=torch.float32)
    pipeline.to("cuda" if torch.cuda.is_available() else "cpu")
    pipeline.set_progress_bar_config(disable=True)  # type: ignore[no-untyped-call]  # diffusers'
    clips = held_out_sprites(config.data)[:_PROBE_CLIPS]
    started = time.perf_counter()
    output = pipeline(
        [clip.frames[0] for clip in clips],
        [clip.prompt for clip in clips],
        num_inference_steps=config.validation.sampling_steps,
        guidance_scale=config.validation.guidance,
        output_type="uint8",
    )
    generated = time.perf_counter()
    measure_clips(np.asarray(output.frames, np.uint8), [clip.truth for clip in clips])
    measured = time.perf_counter()
    return (generated - started) / len(clips), (measured - generated) / len(clips)

"""Executes one run of the grid: trains, generates the held-out clips, measures them, writes the results.

If the result of a step exists, the step is skipped. An interrupted run therefore continues where it stopped.
"""

import json
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import torch

from benchmark.repro.generated_clips import CLIPS_FILE, GeneratedClips
from benchmark.repro.measurements import (
    Measurement,
    MeasurementError,
    RunFacts,
    RunStatus,
    read_measurement,
    write_measurement,
)
from models.metrics.synthetic_scores import COLUMNS, measure_clips
from models.motif.encoders import NotFinite
from models.motif.pipeline import MotifImageToVideoPipeline
from models.repro.held_out import benchmark_key, generate_clips, read_clips, write_clips
from models.repro.run_configs import Run, result_key
from models.training.compare_runs import read_finished_figure6
from models.training.config import TrainingConfig
from models.training.errors import LossNotFinite
from models.training.loop import StopReason
from models.training.run import run_training
from models.training.run_log import read_log
from models.training.sprite_dataset import held_out_sprites


class Outcome(StrEnum):
    """What `complete_run` did."""

    FINISHED = "finished"
    NOT_FINITE = "not finite"
    STOPPED = "stopped"
    ALREADY = "already finished"


@dataclass(frozen=True)
class RunFolders:
    """Where a run writes.

    Attributes:
        runs: the folder that contains one folder per run.
        measurements: the folder that contains the measurement files.
    """

    runs: Path
    measurements: Path


@dataclass(frozen=True)
class _Keys:
    """The hashes that tell whether stored clips and measurements belong to a run."""

    settings: str
    benchmark: str


def complete_run(run: Run, folders: RunFolders) -> Outcome:
    """Execute the missing steps of a run, until the run is complete or a signal stops it.

    Raises:
        TrainingError: see models.training.errors.
        MeasurementError: the measurements in the folder belong to a run with other settings.
    """
    config = run.config
    clips = held_out_sprites(config.data)
    keys = _Keys(result_key(config), benchmark_key(clips))
    if _is_measured(run, keys, folders.measurements):
        return Outcome.ALREADY
    folder = folders.runs / run.name
    try:
        if read_finished_figure6(folder, config) is None:
            # The weights are about to change.
            (folder / CLIPS_FILE).unlink(missing_ok=True)
            result = run_training(config, folder, folders.runs / "cache")
            if result.reason is StopReason.STOPPED:
                return Outcome.STOPPED
        generated = _generated(config, folder, keys)
    except (LossNotFinite, NotFinite):
        facts = _facts(run, folder, keys, RunStatus.NOT_FINITE, 0.0)
        write_measurement(folders.measurements, Measurement(facts, COLUMNS, (), ()))
        return Outcome.NOT_FINITE
    rows = measure_clips(generated.frames, [clip.truth for clip in clips], fps=float(config.data.fps))
    facts = _facts(run, folder, keys, RunStatus.FINISHED, generated.seconds)
    write_measurement(folders.measurements, Measurement(facts, COLUMNS, generated.pair_ids, tuple(rows)))
    return Outcome.FINISHED


def _is_measured(run: Run, keys: _Keys, measurements: Path) -> bool:
    """Return whether the run has complete measurements; incomplete files count as no measurements."""
    try:
        facts = read_measurement(measurements, run.setting, run.seed).facts
    except MeasurementError:
        return False
    if _Keys(facts.settings, facts.benchmark) != keys:
        raise MeasurementError(
            f"{run.name} in {measurements} was measured with other settings. Choose another folder with "
            "--measurements, or remove the two files to repeat the run."
        )
    return True


def _generated(config: TrainingConfig, folder: Path, keys: _Keys) -> GeneratedClips:
    stored = read_clips(folder, settings=keys.settings, benchmark=keys.benchmark)
    if stored is not None:
        return stored
    device = "cuda" if torch.cuda.is_available() else "cpu"
    # A run exports its weights in float16, and computation in float16 is slow on a CPU.
    pipeline = MotifImageToVideoPipeline.from_pretrained(folder / "pipeline", dtype=torch.float32)
    pipeline.to(device)
    started = time.perf_counter()
    frames = generate_clips(pipeline, config)
    seconds = time.perf_counter() - started
    pairs = tuple(clip.pair_id for clip in held_out_sprites(config.data))
    generated = GeneratedClips(frames, pairs, seconds, keys.settings, keys.benchmark)
    write_clips(folder, generated)
    return generated


def _facts(run: Run, folder: Path, keys: _Keys, status: RunStatus, sample_s: float) -> RunFacts:
    log = read_log(folder / "log.jsonl")
    summary_path = folder / "training.json"
    summary = json.loads(summary_path.read_text(encoding="utf-8")) if summary_path.exists() else {}
    is_finished = status is RunStatus.FINISHED
    return RunFacts(
        setting=run.setting,
        seed=run.seed,
        status=status,
        steps=int(log[-1]["step"] or 0) if log else 0,
        clips_per_step=run.config.optimiser.batch_size,
        parameters=int(summary.get("parameters", 0)),
        train_s=round(sum(float(line["seconds"] or 0) for line in log), 1),
        sample_s=round(sample_s, 1),
        settings=keys.settings,
        benchmark=keys.benchmark,
        torch=torch.__version__,
        figure6=tuple(summary["figure6"]) if is_finished else (),
    )

"""Runs a complete training: reads a config, trains, and exports the pipeline.

Files in the run's folder:

    config.toml    all settings
    log.jsonl      metrics, one line per step; tensorboard/ has the same metrics
    checkpoints/   state for resuming an interrupted run
    figure6-*.csv, .json, .png and samples-*.png   validation results, by completed steps
    pipeline/      for MotifImageToVideoPipeline.from_pretrained
    training.json  summary of the training
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from accelerate import Accelerator, InitProcessGroupKwargs  # type: ignore[import-untyped]
from accelerate.utils import gather_object  # type: ignore[import-untyped]

from models.motif.pipeline import MotifImageToVideoPipeline
from models.motif.torch_threads import cpu_threads
from models.motif.unet import MotifUNet
from models.training.atomic_io import atomic_write_text
from models.training.averaged_weights import averaged_weights
from models.training.background_writer import BackgroundWriter
from models.training.batches import BatchBuilder, create_batch_builder
from models.training.cache import TensorCache
from models.training.checkpoints import (
    copy_state,
    load_checkpoint,
    newest_checkpoint,
    write_checkpoint,
)
from models.training.config import TrainingConfig
from models.training.config_io import settings_key, to_toml
from models.training.datasets import clip_sources
from models.training.encoded_clips import Dataset, EncodedClip
from models.training.enums import DataSource, NetworkKind
from models.training.errors import BadConfig
from models.training.export import export
from models.training.figure6 import RegionLoss, region_losses, select_evenly
from models.training.figure6_files import plot_region_losses, write_region_losses
from models.training.loop import Hooks, StopReason, autocast, train
from models.training.networks import create_pipeline
from models.training.optimisers import collect_moments
from models.training.run_dataset import build_run_dataset
from models.training.run_log import Metrics, RunLog
from models.training.samples import SampleStrip, sample_strip, write_sample_sheet
from models.training.sharded_weights import is_sharded
from models.training.train_state import new_train_state

logger = logging.getLogger(__name__)
_BARRIER_TIMEOUT = timedelta(hours=6)


@dataclass(frozen=True)
class TrainingResult:
    """The result of a training run.

    Attributes:
        reason: the reason why the loop stopped.
        folder: the run's folder.
        steps_done: completed optimiser steps.
        clips: number of training clips.
        broken: the reasons why clips were skipped; each key is a clip's name.
        figure6: rows of Figure 6, measured with the averaged weights after the last step. The list has no
            rows if no held-out clip moves.
    """

    reason: StopReason
    folder: Path
    steps_done: int
    clips: int
    broken: dict[str, str]
    figure6: list[RegionLoss]


def run_training(config: TrainingConfig, folder: Path, cache_folder: Path) -> TrainingResult:
    """Train from the start, or resume from the newest checkpoint in the folder.

    Raises:
        TrainingError: see models.training.errors.
    """
    # At the first barrier, all processes wait for the process that caches its clips last. This may take
    # longer than NCCL's default time limit of ten minutes.
    accelerator = Accelerator(kwargs_handlers=[InitProcessGroupKwargs(timeout=_BARRIER_TIMEOUT)])
    _check_batch_size(config, accelerator.num_processes)
    with cpu_threads(config.run.cpu_threads):
        # If there are prepared shards, the clips are needed only to fit the toy autoencoder. Sprite clips are
        # not listed, because they are rendered when they are needed.
        needs_clips = config.data.source is not DataSource.SPRITES and (
            not config.data.prepared or config.network.kind is NetworkKind.TINY
        )
        sources = clip_sources(config.data) if needs_clips else []
        pipeline = create_pipeline(config, sources)
        pipeline.to(accelerator.device)
        dataset = build_run_dataset(config, accelerator, pipeline, sources, TensorCache(cache_folder))
        return Trainer(config, folder, accelerator, pipeline, dataset).run()


class Trainer:
    """Runs the training loop and implements its hooks: logging, checkpoints and validation."""

    def __init__(
        self,
        config: TrainingConfig,
        folder: Path,
        accelerator: Accelerator,
        pipeline: MotifImageToVideoPipeline,
        dataset: Dataset,
    ) -> None:
        self._config, self._folder, self._accelerator = config, folder, accelerator
        self._pipeline, self._dataset = pipeline, dataset
        self._batch_builder: BatchBuilder = create_batch_builder(pipeline, dataset, device=accelerator.device)
        self._state = new_train_state(config, pipeline)
        self._writer = BackgroundWriter()
        self._figure6: list[RegionLoss] = []
        self._validated_at: int | None = None

    def run(self) -> TrainingResult:
        """Train, validate and export.

        Raises:
            TrainingError: see models.training.errors.
        """
        config, state = self._config, self._state
        checkpoint = newest_checkpoint(self._folder / "checkpoints")
        if checkpoint is not None:
            load_checkpoint(checkpoint, state, settings_key=settings_key(config))
            logger.info("resuming from %s", checkpoint)
        log = self._open_log()
        try:
            hooks = Hooks(log=log.write if log else _discard, save=self._save, validate=self._validate)
            reason = train(config, self._accelerator, state, self._batch_builder, hooks)
            self._writer.wait()
        finally:
            self._writer.close()
            if log:
                log.close()
        if reason is StopReason.FINISHED:
            # The loop has validated the network after the last step, unless the resumed run had no steps
            # left.
            if self._validated_at != state.steps_done:
                self._validate()
            with averaged_weights(state, self._pipeline):
                if self._accelerator.is_main_process:
                    export(self._folder, config, self._pipeline, state, self._dataset, self._figure6)
        clips, broken = len(self._dataset.training), self._dataset.broken
        return TrainingResult(reason, self._folder, state.steps_done, clips, broken, self._figure6)

    def _open_log(self) -> RunLog | None:
        if not self._accelerator.is_main_process:
            return None
        log = RunLog(self._folder, steps_done=self._state.steps_done)
        atomic_write_text(self._folder / "config.toml", to_toml(self._config))
        # Remove the summary of a shorter run that is now extended; the export writes a new one.
        (self._folder / "training.json").unlink(missing_ok=True)
        return log

    def _save(self) -> None:
        """Copy the state, and write the copy to a checkpoint while the training continues."""
        collect_moments(self._state.optimiser)
        is_main = self._accelerator.is_main_process
        if is_main or is_sharded(self._state.network):
            copied = copy_state(self._state, keeps=is_main)
        if is_main:
            write = partial(
                write_checkpoint,
                self._folder / "checkpoints",
                copied,
                settings_key=settings_key(self._config),
                keep=self._config.run.checkpoints_kept,
            )
            self._writer.start(write)

    def _validate(self) -> None:
        """Compute Figure 6 and the sample sheet with the averaged weights, on held-out clips."""
        self._validated_at = self._state.steps_done
        clips = select_evenly(self._dataset.held_out, self._config.validation.clips)
        if not clips:
            return
        with (
            averaged_weights(self._state, self._pipeline) as network,
            autocast(self._config, self._accelerator.device),
        ):
            rows, strips = self._measure(network, clips)
        self._figure6 = sorted(rows, key=lambda row: row.timestep)
        if self._accelerator.is_main_process:
            self._write_validation(strips)
        self._accelerator.wait_for_everyone()

    def _measure(
        self, network: MotifUNet, clips: Sequence[EncodedClip]
    ) -> tuple[list[RegionLoss], list[SampleStrip]]:
        """Return the rows of Figure 6 and the sample strips.

        Each process computes a share of the rows and a share of the strips.
        """
        settings, accelerator = self._config.validation, self._accelerator
        own = slice(accelerator.process_index, None, accelerator.num_processes)
        rows = region_losses(
            network,
            self._batch_builder,
            clips,
            timesteps=settings.timesteps[own],
            region_above=settings.region_above,
        )
        numbered = list(enumerate(select_evenly(clips, settings.samples)))
        strips = [sample_strip(self._pipeline, clip, self._config, number) for number, clip in numbered[own]]
        if accelerator.num_processes > 1:
            rows, strips = gather_object(rows), gather_object(strips)
        return rows, strips

    def _write_validation(self, strips: Sequence[SampleStrip]) -> None:
        if self._figure6:
            stem = self._folder / f"figure6-{self._state.steps_done:06d}"
            write_region_losses(stem, self._figure6)
            plot_region_losses(stem.with_suffix(".png"), {self._config.name: [self._figure6]})
        write_sample_sheet(self._folder / f"samples-{self._state.steps_done:06d}.png", strips)


def _discard(step: int, metrics: Metrics) -> None:
    """Ignore the metrics of a step, because another process logs them."""


def _check_batch_size(config: TrainingConfig, processes: int) -> None:
    settings = config.optimiser
    if settings.batch_size % (processes * settings.accumulation):
        raise BadConfig(
            f"optimiser.batch_size {settings.batch_size} is not divisible by {processes} processes times "
            f"optimiser.accumulation {settings.accumulation}. Change one of them."
        )

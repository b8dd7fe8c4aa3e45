"""One run, from a config and a folder to a pipeline that animates.

FOLDER/config.toml    every setting, written out
       log.jsonl      one line a step;  tensorboard/ the same
       checkpoints/   what an interrupted run goes on from
       figure6-*.csv, .json, .png and samples-*.png       validation by steps done
       pipeline/      what MotifImageToVideoPipeline.from_pretrained loads
       training.json  what was trained on what, and how it went
"""

import logging
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
import torch
from accelerate import Accelerator  # type: ignore[import-untyped]

from models.motif.pipeline import MotifImageToVideoPipeline
from models.motif.torch_threads import cpu_threads
from models.training.atomic_io import write_text
from models.training.batches import Batcher, batcher_for
from models.training.cache import TensorCache
from models.training.cache_builder import Dataset, prepare
from models.training.checkpoints import TrainState, load_checkpoint, newest_checkpoint, save_checkpoint
from models.training.config import TrainingConfig
from models.training.config_io import as_toml, settings_key
from models.training.datasets import Source, sources
from models.training.ema import MovingAverage
from models.training.errors import BadConfig, NoClips
from models.training.export import export
from models.training.figure6 import RegionLoss, region_losses, spread_evenly
from models.training.figure6_files import draw_region_losses, write_region_losses
from models.training.loop import Ended, Hooks, train
from models.training.networks import open_pipeline
from models.training.run_log import Numbers, RunLog
from models.training.samples import draw_samples

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What a run came to.

    Attributes:
        figure6: of the averaged weights after the last step; empty where no held-out clip moves.
        broken: clips skipped, with their reasons.
    """

    ended: Ended
    folder: Path
    steps_done: int
    clips: int
    broken: dict[str, str]
    figure6: list[RegionLoss]


def run_training(config: TrainingConfig, folder: Path, cache_folder: Path) -> Outcome:
    """Train, or go on where the folder's newest checkpoint left off.

    Raises:
        TrainingError: see models.training.errors.
    """
    accelerator = Accelerator()
    _check_batch(config, accelerator.num_processes)
    with cpu_threads(config.run.cpu_threads):
        found = sources(config.data)
        pipeline = open_pipeline(config, found)
        pipeline.to(accelerator.device)
        dataset = _prepared(config, accelerator, pipeline, found, TensorCache(cache_folder))
        run = _Run(config, folder, accelerator, pipeline, dataset)
        return run.go()


class _Run:
    """Holds together what the hooks of the loop need."""

    def __init__(
        self,
        config: TrainingConfig,
        folder: Path,
        accelerator: Accelerator,
        pipeline: MotifImageToVideoPipeline,
        dataset: Dataset,
    ) -> None:
        self._config, self._folder, self._accelerator = config, folder, accelerator
        self._pipeline, self._library = pipeline, dataset
        self._batcher: Batcher = batcher_for(
            pipeline, dataset, fps=config.data.fps, device=accelerator.device
        )
        self._learner = new_train_state(config, pipeline)
        self._figure6: list[RegionLoss] = []
        self._measured_at: int | None = None

    def go(self) -> Outcome:
        config, state = self._config, self._learner
        checkpoint = newest_checkpoint(self._folder / "checkpoints")
        if checkpoint is not None:
            load_checkpoint(checkpoint, state, settings_key=settings_key(config))
            logger.info("going on from %s", checkpoint)
        log = self._log()
        try:
            hooks = Hooks(log=log.write if log else _ignore, save=self._save, validate=self._validate)
            ended = train(config, self._accelerator, state, self._batcher, hooks)
        finally:
            if log:
                log.close()
        if ended is Ended.FINISHED:
            # The loop measures after the last step; a run that had done it before it was killed has not.
            if self._measured_at != state.steps_done:
                self._validate()
            if self._accelerator.is_main_process:
                export(self._folder, config, self._pipeline, state, self._library, self._figure6)
        clips = len(self._library.training)
        broken = self._library.broken
        return Outcome(ended, self._folder, state.steps_done, clips, broken, self._figure6)

    def _log(self) -> RunLog | None:
        if not self._accelerator.is_main_process:
            return None
        log = RunLog(self._folder, steps_done=self._learner.steps_done)
        write_text(self._folder / "config.toml", as_toml(self._config))
        # The account of a shorter run that now goes on; at the end there is another.
        (self._folder / "training.json").unlink(missing_ok=True)
        return log

    def _save(self) -> None:
        if self._accelerator.is_main_process:
            save_checkpoint(
                self._folder / "checkpoints",
                self._learner,
                settings_key=settings_key(self._config),
                keep=self._config.run.checkpoints_kept,
            )
        self._accelerator.wait_for_everyone()

    def _validate(self) -> None:
        """Measure and draw with the averaged weights, on held-out clips."""
        settings = self._config.validation
        self._measured_at = self._learner.steps_done
        clips = spread_evenly(self._library.held_out, settings.clips)
        if self._accelerator.is_main_process and clips:
            state = self._learner
            state.average.swap(state.network)
            try:
                self._figure6 = region_losses(
                    state.network,
                    self._batcher,
                    clips,
                    timesteps=settings.timesteps,
                    region_above=settings.region_above,
                )
                if self._figure6:
                    named = self._folder / f"figure6-{state.steps_done:06d}"
                    write_region_losses(named, self._figure6)
                    draw_region_losses(named.with_suffix(".png"), {self._config.name: [self._figure6]})
                sheet = self._folder / f"samples-{state.steps_done:06d}.png"
                draw_samples(sheet, self._pipeline, spread_evenly(clips, settings.samples), self._config)
            finally:
                state.average.swap(state.network)
        self._accelerator.wait_for_everyone()


def _ignore(step: int, numbers: Numbers) -> None:
    """Log nothing: another process does."""


def _check_batch(config: TrainingConfig, processes: int) -> None:
    settings = config.optimiser
    if settings.batch_size % (processes * settings.accumulation):
        raise BadConfig(
            f"optimiser.batch_size {settings.batch_size} does not divide among {processes} processes with "
            f"optimiser.accumulation {settings.accumulation}."
        )


def new_train_state(config: TrainingConfig, pipeline: MotifImageToVideoPipeline) -> TrainState:
    """Return what learns, before its first step; the network is the pipeline's."""
    network = pipeline.unet
    network.requires_grad_(True)
    if config.run.gradient_checkpointing:
        network.enable_gradient_checkpointing()
    settings = config.optimiser
    optimiser = torch.optim.AdamW(
        network.parameters(),
        lr=settings.learning_rate,
        betas=(settings.beta1, settings.beta2),
        weight_decay=settings.weight_decay,
    )
    return TrainState(network, MovingAverage(network, settings.ema_decay), optimiser)


def _prepared(
    config: TrainingConfig,
    accelerator: Accelerator,
    pipeline: MotifImageToVideoPipeline,
    found: Sequence[Source],
    cache: TensorCache,
) -> Dataset:
    """Prepare the clips, each process its share, then look at all.

    Raises:
        NoClips: not one clip to train on is whole.
    """
    if accelerator.num_processes > 1:
        mine = found[accelerator.process_index :: accelerator.num_processes]
        prepare(config, pipeline, mine, cache)
        accelerator.wait_for_everyone()
    bar: AbstractContextManager[ProgressBar[int]] = click.progressbar(
        length=len(found),
        label="Preparing clips",
        file=sys.stderr,
        hidden=not accelerator.is_local_main_process,
    )
    with bar as progress:
        dataset = prepare(config, pipeline, found, cache, on_clip=lambda: progress.update(1))
    if not dataset.training:
        first = next(iter(dataset.broken.values()), "none was found")
        raise NoClips(f"Not one of {len(found)} clips can be trained on. The first: {first}")
    return dataset

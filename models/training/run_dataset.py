"""Builds the dataset of a run: rendered sprites, prepared shards or the tensor cache."""

import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import click
from accelerate import Accelerator  # type: ignore[import-untyped]

from models.motif.pipeline import MotifImageToVideoPipeline
from models.training.cache import TensorCache
from models.training.cache_builder import build_dataset
from models.training.clip_sources import ClipSource
from models.training.config import TrainingConfig
from models.training.encoded_clips import Dataset
from models.training.enums import DataSource
from models.training.errors import NoClips
from models.training.prepared_dataset import prepared_dataset
from models.training.sprite_dataset import sprite_dataset

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar


def build_run_dataset(
    config: TrainingConfig,
    accelerator: Accelerator,
    pipeline: MotifImageToVideoPipeline,
    sources: Sequence[ClipSource],
    cache: TensorCache,
) -> Dataset:
    """Build the dataset of all clips: rendered sprites, prepared shards, or the tensor cache.

    Each process first caches the tensors of one share of the clips.

    Raises:
        NoClips: no training clip is usable.
    """
    if config.data.source is DataSource.SPRITES:
        return sprite_dataset(config, pipeline)
    if config.data.prepared:
        return _not_empty(prepared_dataset(config, pipeline))
    if accelerator.num_processes > 1:
        own = sources[accelerator.process_index :: accelerator.num_processes]
        build_dataset(config, pipeline, own, cache)
        accelerator.wait_for_everyone()
    bar: AbstractContextManager[ProgressBar[int]] = click.progressbar(
        length=len(sources),
        label="Caching clips",
        file=sys.stderr,
        hidden=not accelerator.is_local_main_process,
    )
    with bar as progress:
        dataset = build_dataset(config, pipeline, sources, cache, on_clip=lambda: progress.update(1))
    return _not_empty(dataset)


def _not_empty(dataset: Dataset) -> Dataset:
    if not dataset.training:
        first = next(iter(dataset.broken.values()), "there are no training clips")
        count = len(dataset.broken) + len(dataset.held_out)
        raise NoClips(f"None of {count} clips can be used for training. The first error: {first}")
    return dataset

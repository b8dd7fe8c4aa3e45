"""A sheet of held-out clips and what the network makes of their first frames and captions."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from models.motif.pipeline import MotifImageToVideoPipeline
from models.training.atomic_io import written_whole
from models.training.cache_builder import CachedClip
from models.training.config import TrainingConfig
from models.training.sampling import Purpose, derived_seed

_SEED = 0
_GAP = 2
_PAPER = 250


def draw_samples(
    path: Path, pipeline: MotifImageToVideoPipeline, clips: Sequence[CachedClip], config: TrainingConfig
) -> None:
    """Write a sheet, two rows a clip: the true one, then the network's. No clips, no sheet."""
    if not clips:
        return
    rows = []
    for number, clip in enumerate(clips):
        truth = clip.source.read().frames
        rows += [_row(truth), _row(sampled(pipeline, clip, config, number))]
    with written_whole(path) as unfinished:
        Image.fromarray(np.concatenate(rows)).save(unfinished)


def sampled(
    pipeline: MotifImageToVideoPipeline, clip: CachedClip, config: TrainingConfig, number: int
) -> NDArray[np.uint8]:
    """Return the network's clip for a held-out clip's first frame and caption, noise by its number."""
    pipeline.set_progress_bar_config(disable=True)  # type: ignore[no-untyped-call]  # diffusers'
    was_training = pipeline.unet.training
    pipeline.unet.eval()
    generator = torch.Generator().manual_seed(derived_seed(_SEED, Purpose.SAMPLES, number))
    output = pipeline(
        clip.source.read().frames[0],
        clip.source.caption,
        num_inference_steps=config.validation.sampling_steps,
        guidance_scale=config.validation.guidance,
        generator=generator,
        output_type="uint8",
    )
    pipeline.unet.train(was_training)
    return np.asarray(output.frames[0], dtype=np.uint8)


def _row(frames: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return frames side by side, a light line between them."""
    framed = np.pad(frames, ((0, 0), (0, _GAP), (0, _GAP), (0, 0)), constant_values=_PAPER)
    return np.concatenate(list(framed), axis=1)

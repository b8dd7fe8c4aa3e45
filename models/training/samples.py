"""Writes the sample sheet: each held-out clip, and below it the generated clip for the same caption."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from models.motif.pipeline import MotifImageToVideoPipeline
from models.training.atomic_io import atomic_write
from models.training.config import TrainingConfig
from models.training.encoded_clips import EncodedClip
from models.training.sampling import RandomStream, derived_seed

_SEED = 0
_GAP = 2
_BACKGROUND = 250


@dataclass(frozen=True, eq=False)
class SampleStrip:
    """Two rows of the sample sheet: original and generated frames.

    Attributes:
        number: the position of the strip on the sheet.
        pixels: (height, width, 3) uint8 RGB.
    """

    number: int
    pixels: NDArray[np.uint8]


def write_sample_sheet(path: Path, strips: Sequence[SampleStrip]) -> None:
    """Write an image with the strips, in the order of their numbers. Without strips, write nothing.

    Raises:
        CannotWrite: the disk is full.
    """
    if not strips:
        return
    ordered = sorted(strips, key=lambda strip: strip.number)
    with atomic_write(path) as temporary:
        Image.fromarray(np.concatenate([strip.pixels for strip in ordered])).save(temporary)


def sample_strip(
    pipeline: MotifImageToVideoPipeline, clip: EncodedClip, config: TrainingConfig, number: int
) -> SampleStrip:
    """Generate a clip and return the strip with the original and the generated frames; see `sample_clip`."""
    generated = sample_clip(pipeline, clip, config, number)
    return SampleStrip(number, np.concatenate([_row(clip.frames()), _row(generated)]))


def sample_clip(
    pipeline: MotifImageToVideoPipeline, clip: EncodedClip, config: TrainingConfig, number: int
) -> NDArray[np.uint8]:
    """Generate a clip from a held-out clip's first frame and caption.

    Args:
        pipeline: the pipeline; its network keeps its training or evaluation mode.
        clip: the held-out clip.
        config: the run's config, with sampling steps and guidance.
        number: the number of the clip on the sheet; the seed of the noise is derived from this number.

    Returns:
        (frames, height, width, 3) uint8 RGB.
    """
    pipeline.set_progress_bar_config(disable=True)  # type: ignore[no-untyped-call]  # diffusers'
    was_training = pipeline.unet.training
    pipeline.unet.eval()
    generator = torch.Generator().manual_seed(derived_seed(_SEED, RandomStream.SAMPLES, number))
    output = pipeline(
        clip.frames()[0],
        clip.label.caption,
        num_inference_steps=config.validation.sampling_steps,
        guidance_scale=config.validation.guidance,
        generator=generator,
        output_type="uint8",
    )
    pipeline.unet.train(was_training)
    return np.asarray(output.frames[0], dtype=np.uint8)


def _row(frames: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the frames side by side, separated by a light line, (height, width, 3) uint8 RGB."""
    padded = np.pad(frames, ((0, 0), (0, _GAP), (0, _GAP), (0, 0)), constant_values=_BACKGROUND)
    return np.concatenate(list(padded), axis=1)

"""Generates a run's clips of the held-out benchmark with the run's trained pipeline."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from benchmark.repro.generated_clips import (
    CLIPS_FILE,
    GeneratedClips,
    read_generated_clips,
    write_generated_clips,
)
from benchmark.repro.measurements import MeasurementError
from benchmark.scenes.sprites import SpriteClip
from models.motif.pipeline import MotifImageToVideoPipeline
from models.motif.torch_threads import cpu_threads
from models.training.atomic_io import atomic_write
from models.training.config import TrainingConfig
from models.training.sampling import RandomStream, derived_seed
from models.training.sprite_dataset import held_out_sprites

_BATCH = 16


def benchmark_key(clips: Sequence[SpriteClip]) -> str:
    """Return a hash of the prompts and frames of the benchmark's clips."""
    digest = hashlib.sha256()
    for clip in clips:
        digest.update(f"{clip.pair_id}\n{clip.prompt}\n".encode())
        digest.update(clip.frames.tobytes())
    return digest.hexdigest()


def generate_clips(pipeline: MotifImageToVideoPipeline, config: TrainingConfig) -> NDArray[np.uint8]:
    """Generate a clip for every held-out pair.

    The sampler's noise depends only on the pair and the seed, so all settings start from the same noise.

    Raises:
        NotFinite: a clip became NaN or infinite.
    """
    pipeline.set_progress_bar_config(disable=True)  # type: ignore[no-untyped-call]  # diffusers'
    pipeline.unet.eval()
    clips, generated = held_out_sprites(config.data), []
    with cpu_threads(config.run.cpu_threads):
        for start in range(0, len(clips), _BATCH):
            part = clips[start : start + _BATCH]
            seeds = [derived_seed(config.seed, RandomStream.SAMPLES, start + i) for i in range(len(part))]
            output = pipeline(
                [clip.frames[0] for clip in part],
                [clip.prompt for clip in part],
                num_inference_steps=config.validation.sampling_steps,
                guidance_scale=config.validation.guidance,
                generator=[torch.Generator().manual_seed(seed) for seed in seeds],
                output_type="uint8",
            )
            generated.append(np.asarray(output.frames, np.uint8))
    return np.concatenate(generated)


def write_clips(folder: Path, clips: GeneratedClips) -> None:
    """Write the clips of a run to `clips.npz`.

    Raises:
        CannotWrite: the disk is full.
    """
    with atomic_write(folder / CLIPS_FILE) as temporary, temporary.open("wb") as file:
        write_generated_clips(file, clips)


def read_clips(folder: Path, *, settings: str, benchmark: str) -> GeneratedClips | None:
    """Return the clips of a run.

    Returns None if the clips are missing or damaged, or belong to other settings or to another benchmark.
    """
    path = folder / CLIPS_FILE
    if not path.exists():
        return None
    try:
        clips = read_generated_clips(path)
    except MeasurementError:
        return None
    return clips if (clips.settings, clips.benchmark) == (settings, benchmark) else None

"""Made-up pairs for the tests of generators."""

from pathlib import Path

import numpy as np
from PIL import Image

from models.generators.base import ClipRequest


def picture(folder: Path, *, name: str = "image", width: int = 96, height: int = 64, seed: int = 0) -> Path:
    """Write a smooth random picture and return its path."""
    coarse = np.random.default_rng(seed).integers(0, 255, (6, 8, 3), dtype=np.uint8)
    path = folder / f"{name}.png"
    Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC).save(path)
    return path


def request(
    folder: Path, pair_id: str = "cat1_it_jumps", *, prompt: str = "It jumps.", seed: int = 7
) -> ClipRequest:
    return ClipRequest(pair_id, picture(folder, name=pair_id), prompt, seed)

"""Renders the clips of the worked examples that annotators see before they vote.

Two pairs of clips explain the four justifications. In each pair, one justification applies to clip A, and
another justification applies to clip B.
"""

from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmark.scenes.encoding import encode_mp4
from benchmark.scenes.synthetic import draw_frames

Frames = NDArray[np.uint8]
SIDE = 320
FRAMES = 16
FPS = 8


def faded(frames: Frames) -> Frames:
    """Return a clip, (frames, rows, columns, 3) uint8 RGB, whose colours turn grey towards its end."""
    grey = frames.mean(axis=3, keepdims=True)
    share = np.linspace(0, 1, len(frames)).reshape(-1, 1, 1, 1) ** 0.5
    return np.asarray(np.rint(frames * (1 - share) + grey * share), dtype=np.uint8)


def blurred(frames: Frames) -> Frames:
    """Return a clip, (frames, rows, columns, 3) uint8 RGB, that becomes blurred and flickers."""
    shown = [frames[0]]
    for number, frame in enumerate(frames[1:], start=1):
        brightness = 1.0 if number % 2 else 0.82
        blur = cv2.GaussianBlur(frame, (0, 0), 0.4 + 0.22 * number)
        shown.append(np.asarray(np.rint(blur * brightness), dtype=np.uint8))
    return np.stack(shown)


def _unchanged(frames: Frames) -> Frames:
    return frames


# For each file of the examples: the pair, the synthetic model, and how the model's clip is changed.
CLIPS: MappingProxyType[str, tuple[str, str, Callable[[Frames], Frames]]] = MappingProxyType(
    {
        "fish_a": ("aquarium1_the_orange_fish_darts_out_of_view_on_the_left", "static", _unchanged),
        "fish_b": ("aquarium1_the_orange_fish_darts_out_of_view_on_the_left", "reference", faded),
        "kites_a": (
            "kites1_only_the_yellow_kite_turns_upside_down_the_other_two_hang_still",
            "drift",
            _unchanged,
        ),
        "kites_b": (
            "kites1_only_the_yellow_kite_turns_upside_down_the_other_two_hang_still",
            "reference",
            blurred,
        ),
    }
)


def _draw(name: str) -> Frames:
    """Return the frames of a clip of `CLIPS`, (16, 320, 320, 3) uint8 RGB."""
    pair, model, change = CLIPS[name]
    return change(draw_frames(model, pair, frames=FRAMES, size=SIDE))


def write_examples(folder: Path) -> None:
    """Write the clips and the input images of the examples."""
    for name in CLIPS:
        frames = _draw(name)
        (folder / f"{name}.mp4").write_bytes(encode_mp4(frames, fps=FPS))
        if name.endswith("_a"):
            Image.fromarray(frames[0]).save(folder / f"{name.removesuffix('_a')}.webp", quality=85)

"""Encodes generated frames as H.264 mp4 with yuv420p, at the frame rate that the model declares."""

from dataclasses import dataclass

import numpy as np

from benchmark.scenes.encoding import encode_mp4
from models.generators.base import Crashed, GeneratedClip, Provenance


@dataclass(frozen=True)
class EncodedClip:
    """A generated clip as the bytes of an mp4 file; `GeneratedClip` explains the other fields."""

    pair_id: str
    seed: int
    mp4: bytes
    provenance: Provenance


def encode(clip: GeneratedClip) -> EncodedClip:
    """Encode a clip; see `clip_mp4`."""
    return EncodedClip(clip.pair_id, clip.seed, clip_mp4(clip), clip.provenance)


def clip_mp4(clip: GeneratedClip) -> bytes:
    """Encode a clip and return the bytes of the mp4 file.

    A clip side with an odd number of pixels is cropped by one pixel, because yuv420p needs even sides.

    Raises:
        Crashed: the frames do not have the shape (2 or more, height, width, 3) or the type uint8.
    """
    frames = clip.frames
    if frames.ndim != 4 or frames.shape[3] != 3 or frames.dtype != np.uint8 or len(frames) < 2:
        raise Crashed(
            f"The model returned frames of shape {frames.shape} {frames.dtype}, expected at least 2 frames "
            "(frames, height, width, 3) uint8."
        )
    _, rows, columns, _ = frames.shape
    return encode_mp4(frames[:, : rows // 2 * 2, : columns // 2 * 2], fps=clip.fps)

"""Encodes generated frames as H.264 mp4 with yuv420p, at the frame rate that the model declares."""

import numpy as np

from benchmark.scenes.encoding import encode_mp4
from models.generators.base import Crashed, GeneratedClip


def clip_mp4(clip: GeneratedClip) -> bytes:
    """Encode a clip and return the bytes of the mp4 file.

    A clip side with an odd number of pixels is cropped by one pixel, because yuv420p needs even sides.

    Raises:
        Crashed: the frames are not (2 or more, height, width, 3) uint8.
    """
    frames = clip.frames
    if frames.ndim != 4 or frames.shape[3] != 3 or frames.dtype != np.uint8 or len(frames) < 2:
        raise Crashed(
            f"The model returned frames of shape {frames.shape} {frames.dtype}, expected at least 2 frames "
            "(frames, height, width, 3) uint8."
        )
    _, rows, columns, _ = frames.shape
    return encode_mp4(frames[:, : rows // 2 * 2, : columns // 2 * 2], fps=clip.fps)

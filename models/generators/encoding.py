"""Brings every model's frames to one kind of file: H.264, yuv420p, at the rate the model declares."""

import numpy as np

from benchmark.scenes.encoding import encode_mp4
from models.generators.base import Crashed, GeneratedClip


def clip_mp4(clip: GeneratedClip) -> bytes:
    """Return the finished mp4 of a clip; an odd row or column at the edge is cut off, as yuv420p has none.

    Raises:
        Crashed: the frames are no clip.
    """
    frames = clip.frames
    if frames.ndim != 4 or frames.shape[3] != 3 or frames.dtype != np.uint8 or len(frames) < 2:
        raise Crashed(
            f"The model made {frames.shape} {frames.dtype} where frames of RGB bytes were expected."
        )
    _, rows, columns, _ = frames.shape
    return encode_mp4(frames[:, : rows // 2 * 2, : columns // 2 * 2], fps=clip.fps)

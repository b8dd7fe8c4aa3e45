"""Synthetic clips for measurements."""

from pathlib import Path

import av
import numpy as np


def draw_noisy_clip(path: Path) -> Path:
    """Write a clip of 16 noisy frames of 320x320. The file is as large as a real model's clip."""
    rng = np.random.default_rng(7)
    with av.open(str(path), "w", format="mp4") as clip:
        video = clip.add_stream("libx264", rate=8, options={"crf": "30"})
        video.width = video.height = 320
        for _ in range(16):
            noise = rng.integers(0, 256, (80, 80, 3), dtype=np.uint8).repeat(4, axis=0).repeat(4, axis=1)
            clip.mux(video.encode(av.VideoFrame.from_ndarray(noise, format="rgb24")))
        clip.mux(video.encode(None))
    return path

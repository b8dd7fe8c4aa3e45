"""Defines the input of the metrics for one clip: frames, input image and prompt."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from benchmark.video.read import VideoFrames, read_frames
from models.generators.images import read_image


@dataclass(frozen=True)
class ClipInput:
    """A clip and its pair. The clip and the input image are read from disk when they are first used.

    Attributes:
        pair: the pair id.
        scenario: the pair's scenario.
        prompt: the pair's text.
        seed: the clip's seed.
        path: the video file.
        image_path: the pair's input image.
        dimensions: the dimensions of VBench in which the pair is scored; an empty set means all dimensions.
    """

    pair: str
    scenario: str
    prompt: str
    seed: int
    path: Path
    image_path: Path
    dimensions: frozenset[str] = frozenset()

    @cached_property
    def sha256(self) -> str:
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    @cached_property
    def image_sha256(self) -> str:
        return hashlib.sha256(self.image_path.read_bytes()).hexdigest()

    @cached_property
    def video(self) -> VideoFrames:
        """The decoded clip, rotated as a player shows it, with square pixels; raises UnreadableVideo."""
        return read_frames(self.path)

    def decoded(self) -> Self:
        """Return a copy that holds the decoded frames; raises UnreadableVideo.

        Several threads may decode clips at the same time. In Python 3.11, a cached property has one lock for
        all clips. This method therefore decodes the clip without the cached property `video`.
        """
        copy = replace(self)
        vars(copy)["video"] = read_frames(self.path)
        return copy

    def facts(self) -> Mapping[str, float]:
        """Return width, height, frames, seconds and bytes of the decoded clip."""
        frames, height, width = self.video.frames.shape[:3]
        return {
            "width": float(width),
            "height": float(height),
            "frames": float(frames),
            "seconds": round(frames / float(self.video.fps), 6),
            "bytes": float(self.path.stat().st_size),
        }

    @cached_property
    def image(self) -> NDArray[np.uint8]:
        """The input image, (height, width, 3) uint8 RGB."""
        return np.asarray(read_image(self.image_path))

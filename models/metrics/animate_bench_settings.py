"""Defines settings of the suite `animate-bench` for choices that the suite's authors did not publish."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.metrics.assignments import parse_settings

_SAMPLED = 16


class ClipNetwork(StrEnum):
    """The CLIP network. Each value is the name of the network's folder below `TI2V_HOME/weights`."""

    B16 = "clip-vit-base-patch16"
    B32 = "clip-vit-base-patch32"
    L14 = "clip-vit-large-patch14"


class FrameSet(StrEnum):
    """The frames that are compared with the image and the prompt.

    `without-first` leaves out the first frame, which most models copy from the input image. `sampled-16`
    takes 16 frames at equal distances, from the first to the last frame. If the clip has fewer frames,
    `sampled-16` takes all frames.
    """

    ALL = "all"
    WITHOUT_FIRST = "without-first"
    SAMPLED = "sampled-16"


@dataclass(frozen=True)
class AnimateBenchSettings:
    """All settings of the suite.

    Attributes:
        prompt_prefix: text that is put in front of each prompt, such as `a photo of `.
    """

    backbone: ClipNetwork = ClipNetwork.B16
    frames: FrameSet = FrameSet.ALL
    prompt_prefix: str = ""

    @classmethod
    def parse(cls, assignments: Iterable[str]) -> "AnimateBenchSettings":
        """Read assignments such as `frames=without-first`.

        Raises:
            UnknownSetting: a name or a value is not allowed.
        """
        return parse_settings(cls(), assignments, suite="animate-bench")

    def select(self, rows: NDArray[Any]) -> NDArray[Any]:
        """Return the rows of the chosen frames; `rows` has one row per frame of the clip."""
        if self.frames is FrameSet.WITHOUT_FIRST:
            return rows[1:]
        if self.frames is FrameSet.SAMPLED and len(rows) > _SAMPLED:
            return rows[np.linspace(0, len(rows) - 1, _SAMPLED).round().astype(np.int64)]
        return rows

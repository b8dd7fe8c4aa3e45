"""Defines the settings of the suite `vbench-i2v`, because VBench can be run in several ways."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from models.metrics.assignments import parse_settings


class Resize(StrEnum):
    """Whether antialiasing is used when frames are resized.

    `published` resizes like VBench's code at commit 45e79ec with torchvision 0.17 or newer: the I2V
    dimensions use antialiasing, the other dimensions do not. `antialias` turns antialiasing on for all
    dimensions; `plain` turns it off for all dimensions.
    """

    PUBLISHED = "published"
    ANTIALIAS = "antialias"
    PLAIN = "plain"


class InputImage(StrEnum):
    """How the I2V dimensions crop the input image.

    `clip-ratio` crops the image at the centre to the clip's aspect ratio, as VBench's own suite does. `full`
    uses the image of the benchmark unchanged, as VBench does with custom images.
    """

    CLIP_RATIO = "clip-ratio"
    FULL = "full"


class FlowBorder(StrEnum):
    """The pixels from which the dimension `dynamic_degree` selects the pixels with the most motion.

    `padded` includes the pixels that pad the frames to multiples of 8, as VBench does. `cropped` excludes the
    pixels that pad the frames.
    """

    PADDED = "padded"
    CROPPED = "cropped"


@dataclass(frozen=True)
class VBenchSettings:
    """All settings of the suite `vbench-i2v`. The defaults are VBench's values."""

    resize: Resize = Resize.PUBLISHED
    image: InputImage = InputImage.CLIP_RATIO
    flow_border: FlowBorder = FlowBorder.PADDED

    @classmethod
    def parse(cls, assignments: Iterable[str]) -> "VBenchSettings":
        """Read assignments such as `resize=plain`.

        Raises:
            UnknownSetting: a name or a value is not allowed.
        """
        return parse_settings(cls(), assignments, suite="vbench-i2v")

    def antialias(self, *, published: bool) -> bool:
        """Return whether a dimension uses antialiasing. The setting `published` follows VBench's code."""
        return published if self.resize is Resize.PUBLISHED else self.resize is Resize.ANTIALIAS

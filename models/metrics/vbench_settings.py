"""Defines the settings of the suite `vbench-i2v`, because VBench can be run in several ways."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any


class UnknownSetting(ValueError):
    """A setting has an unknown name or value. The message lists the allowed names or values."""


class Resize(StrEnum):
    """Whether antialiasing is used when frames are resized.

    `published` resizes like VBench's code at commit 45e79ec with torchvision 0.17 or newer: the I2V
    dimensions use antialiasing, the other dimensions do not. `antialias` and `plain` apply to all dimensions.
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
    """Which pixels the dimension `dynamic_degree` ranks by motion.

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
        settings = cls()
        allowed: dict[str, type[StrEnum]] = {
            field.name.replace("_", "-"): type(getattr(settings, field.name)) for field in fields(cls)
        }
        for assignment in assignments:
            name, _, value = assignment.partition("=")
            if name not in allowed:
                raise UnknownSetting(
                    f"The suite vbench-i2v has no setting {name!r}; allowed: {', '.join(allowed)}."
                )
            if value not in set(allowed[name]):
                raise UnknownSetting(f"{name} must be one of {', '.join(allowed[name])}, not {value!r}.")
            changed: dict[str, Any] = {name.replace("-", "_"): allowed[name](value)}
            settings = replace(settings, **changed)
        return settings

    def as_text(self) -> dict[str, str]:
        """Return the settings as names and values, for tables."""
        return {field.name.replace("_", " "): str(getattr(self, field.name)) for field in fields(self)}

    def antialias(self, *, published: bool) -> bool:
        """Return whether a dimension uses antialiasing; with `published`, as in VBench's code."""
        return published if self.resize is Resize.PUBLISHED else self.resize is Resize.ANTIALIAS

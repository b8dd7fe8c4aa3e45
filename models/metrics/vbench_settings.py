"""Settings of the suite `vbench-i2v`. Each decides a point on which VBench's code or its use varies."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any


class UnknownSetting(ValueError):
    """A setting has an unknown name or value; the message lists the allowed ones."""


class Resize(StrEnum):
    """Antialiasing when frames are resized.

    `published`: as VBench's code at commit 45e79ec with torchvision 0.17 or newer: antialiased for the I2V
    dimensions, plain for the others. `antialias` and `plain` apply to all dimensions.
    """

    PUBLISHED = "published"
    ANTIALIAS = "antialias"
    PLAIN = "plain"


class InputImage(StrEnum):
    """The input image of the I2V dimensions.

    `clip-ratio`: cropped at the centre to the clip's aspect ratio, as the images of VBench's own suite are.
    `full`: as the benchmark has it, which VBench does with custom images.
    """

    CLIP_RATIO = "clip-ratio"
    FULL = "full"


class FlowBorder(StrEnum):
    """The pixels that dynamic degree ranks.

    `padded`: those of the frames padded to multiples of 8, as in VBench. `cropped`: those of the frames.
    """

    PADDED = "padded"
    CROPPED = "cropped"


@dataclass(frozen=True)
class VBenchSettings:
    """The settings with VBench's values as defaults."""

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
        """Return whether to antialias in a dimension for which VBench's code does so or not."""
        return published if self.resize is Resize.PUBLISHED else self.resize is Resize.ANTIALIAS

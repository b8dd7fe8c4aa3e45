"""Base class and types of the sections of a training config."""

from typing import Annotated

from pydantic import ConfigDict, Field

from benchmark.wire.number_fields import NumberFields

Positive = Annotated[int, Field(gt=0)]


Share = Annotated[float, Field(ge=0, le=1)]


BelowOne = Annotated[float, Field(ge=0, lt=1)]


Beta = Annotated[float, Field(gt=0, lt=1)]


class Section(NumberFields):
    """Base class of all sections. Sections are immutable; unknown keys, NaN and infinity are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

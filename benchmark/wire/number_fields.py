"""Refuses `true` and `false` in fields that hold numbers. Python and pydantic would read `true` as 1."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel, model_validator

_NUMBERS = (int, float, Decimal)


class NumberFields(BaseModel):
    """A model in which a number, or an item of a list of numbers, cannot be `true` or `false`."""

    @model_validator(mode="before")
    @classmethod
    def _refuse_flags_as_numbers(cls, values: Any) -> Any:
        if isinstance(values, Mapping):
            for name in _number_fields(cls):
                value = values.get(name)
                items = value if isinstance(value, list | tuple) else (value,)
                if any(item is True or item is False for item in items):
                    raise ValueError(f"{name} must be a number, not true or false")
        return values


@cache
def _number_fields(model: type[BaseModel]) -> tuple[str, ...]:
    types = {name: set(_types(field.annotation)) for name, field in model.model_fields.items()}
    return tuple(
        name
        for name, found in types.items()
        if found.intersection(_NUMBERS) and not found.intersection((bool, Any))
    )


def _types(annotation: Any) -> list[Any]:
    return [annotation, *(each for part in get_args(annotation) for each in _types(part))]

"""Reads the settings of a suite from command line arguments of the form NAME=VALUE."""

from collections.abc import Iterable
from dataclasses import fields, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Settings = TypeVar("Settings", bound=DataclassInstance)


class UnknownSetting(ValueError):
    """A setting has an unknown name or value. The message lists the allowed names or values."""


def parse_settings(defaults: "Settings", assignments: Iterable[str], *, suite: str) -> "Settings":
    """Return the default settings, changed by assignments such as `resize=plain`.

    Args:
        defaults: a dataclass whose fields are enums or texts. The setting of the field `flow_border` is named
            `flow-border`.
        suite: name of the suite, which error messages show.

    Raises:
        UnknownSetting: a name or a value is not allowed.
    """
    settings = defaults
    allowed = {field.name.replace("_", "-"): field.name for field in fields(defaults)}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if name not in allowed:
            raise UnknownSetting(f"The suite {suite} has no setting {name!r}; allowed: {', '.join(allowed)}.")
        kind: type[str] = type(getattr(defaults, allowed[name]))
        if not equals or (issubclass(kind, StrEnum) and value not in set(kind)):
            values = ", ".join(kind) if issubclass(kind, StrEnum) else "a text"
            raise UnknownSetting(f"{name} must be one of {values}, not {value!r}.")
        changed: dict[str, Any] = {allowed[name]: kind(value)}
        settings = replace(settings, **changed)
    return settings


def settings_text(settings: "DataclassInstance") -> dict[str, str]:
    """Return the settings as names and values, for tables."""
    return {field.name.replace("_", " "): str(getattr(settings, field.name)) for field in fields(settings)}

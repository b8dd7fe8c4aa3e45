"""Parses the form with which an owner sets the phases, the rules and the platform of a study."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from app.errors import InvalidFields
from app.field_messages import field_message
from benchmark.wire.phases import Phases
from benchmark.wire.platforms import Platform
from benchmark.wire.rules import Rules

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class CrowdFields:
    """The submitted texts. Each text is TOML or JSON; an empty text means that the setting is absent."""

    phases: str = ""
    rules: str = ""
    platform: str = ""


@dataclass(frozen=True)
class CrowdSettings:
    phases: Phases | None
    rules: Rules | None
    platform: Platform


def parse_crowd_form(fields: CrowdFields) -> CrowdSettings:
    """Return the settings in the submitted texts.

    Raises:
        InvalidFields: a text is neither TOML nor JSON, or the setting does not allow this value.
    """
    problems: dict[str, str] = {}
    phases = _parsed(Phases, "phases", fields.phases, problems)
    rules = _parsed(Rules, "rules", fields.rules, problems)
    platform = _parsed(Platform, "platform", fields.platform, problems)
    if problems:
        raise InvalidFields(problems)
    return CrowdSettings(phases, rules, platform or Platform())


def _parsed(model: type[Model], name: str, text: str, problems: dict[str, str]) -> Model | None:
    if not text.strip():
        return None
    try:
        return model.model_validate(_content(text))
    except ValidationError as error:
        first: Mapping[str, object] = dict(error.errors()[0])
        problems[name] = f"{field_message(dict(first))}."
    except (ValueError, RecursionError):
        problems[name] = "This is neither TOML nor JSON. See docs/crowd-studies.md for an example."
    return None


def _content(text: str) -> object:
    return json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)

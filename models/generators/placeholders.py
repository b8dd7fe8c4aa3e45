"""Substitutes `{name}` placeholders in an adapter's command, patterns and config, in a single pass."""

import re
from collections.abc import Mapping, Sequence

from pydantic import JsonValue

RUN_NAMES = frozenset(
    {"python", "gpu", "checkout", "work", "inputs", "prompts_file", "config_file", "requests_file", "script"}
    | {"seed"}
)
CLIP_NAMES = frozenset({"prompt", "image", "image_name", "stem", "index", "index4", "seed"})
_NAME = re.compile(r"\{([a-z_0-9]+)\}")

Values = Mapping[str, str | int]


def placeholders_in(value: JsonValue) -> set[str]:
    """Return the names of all placeholders in a string or nested structure."""
    if isinstance(value, str):
        return set(_NAME.findall(value))
    if isinstance(value, list):
        return {name for each in value for name in placeholders_in(each)}
    if isinstance(value, dict):
        return {name for each in value.values() for name in placeholders_in(each)}
    return set()


def fill(text: str, values: Values) -> str:
    """Return the text with all placeholders replaced. Placeholders inside inserted values are not replaced.

    Raises:
        KeyError: a placeholder has no value.
    """
    return _NAME.sub(lambda match: str(values[match[1]]), text)


def fill_structure(value: JsonValue, run: Values, clips: Sequence[Values]) -> JsonValue:
    """Return a structure with all placeholders replaced.

    If the only element of a list uses clip placeholders, the list is expanded to one element per clip. A
    string that consists of a single placeholder is replaced by the value itself, so a number stays a number.

    >>> fill_structure({"prompts": ["{prompt}"], "seeds": ["{seed}"]}, {}, [{"prompt": "a", "seed": 1}])
    {'prompts': ['a'], 'seeds': [1]}
    """
    if isinstance(value, str):
        values = {**clips[0], **run} if clips else run
        whole = _NAME.fullmatch(value)
        return values[whole[1]] if whole else fill(value, values)
    if isinstance(value, dict):
        return {name: fill_structure(each, run, clips) for name, each in value.items()}
    if isinstance(value, list):
        if len(value) == 1 and placeholders_in(value[0]) & CLIP_NAMES:
            # In an expanded element, the clip's seed takes precedence over the run's seed.
            return [fill_structure(value[0], {**run, **clip}, [clip]) for clip in clips]
        return [fill_structure(each, run, clips) for each in value]
    return value

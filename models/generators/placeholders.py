"""Fills `{name}` in an adapter's command, pattern and configuration; what was filled in is not read again."""

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


def names_in(value: JsonValue) -> set[str]:
    """Return the placeholders in a text or anywhere in a structure."""
    if isinstance(value, str):
        return set(_NAME.findall(value))
    if isinstance(value, list):
        return {name for each in value for name in names_in(each)}
    if isinstance(value, dict):
        return {name for each in value.values() for name in names_in(each)}
    return set()


def fill(text: str, values: Values) -> str:
    """Return the text with every placeholder replaced.

    Raises:
        KeyError: a placeholder has no value here.
    """
    return _NAME.sub(lambda match: str(values[match[1]]), text)


def fill_structure(value: JsonValue, run: Values, clips: Sequence[Values]) -> JsonValue:
    """Return a structure filled in; a list whose only element names a clip is repeated for every clip.

    A text that is one placeholder and nothing else becomes its value, so that numbers stay numbers.

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
        if len(value) == 1 and names_in(value[0]) & CLIP_NAMES:
            # Inside a clip's own element its seed comes before the run's.
            return [fill_structure(value[0], {**run, **clip}, [clip]) for clip in clips]
        return [fill_structure(each, run, clips) for each in value]
    return value

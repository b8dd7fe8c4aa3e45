"""Writes a sentence for each wrong field of the form of phases, rules and platform."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

_NUMBER = "Use a whole number."
UNKNOWN_FIELD = "The form has no such field. Load the page again."
_SENTENCES = {
    "missing": "Fill in this field.",
    "string_too_short": "Fill in this field.",
    "string_too_long": "Use at most {max_length} characters.",
    "string_pattern_mismatch": "{help}",
    "int_parsing": _NUMBER,
    "int_parsing_size": _NUMBER,
    "int_from_float": _NUMBER,
    "float_parsing": "Use a number, such as 0.7.",
    "finite_number": "Use a number, such as 0.7.",
    "greater_than_equal": "Use {ge} or more.",
    "greater_than": "Use a number above {gt}.",
    "less_than_equal": "Use {le} or less.",
    "less_than": "Use a number below {lt}.",
    "too_short": "Add at least {min_length}.",
    "too_long": "Keep at most {max_length}.",
    "enum": "Choose one of the options.",
    "union_tag_invalid": "Choose one of the options.",
    "union_tag_not_found": "Choose one of the options.",
    "bool_parsing": "Choose one of the options.",
    "extra_forbidden": UNKNOWN_FIELD,
}
# What a field with a pattern may contain, by the last name of its path.
_PATTERNS = {
    "contact": "Write one email address, such as study@example.org.",
    "key": "Use at most 40 lower-case letters, digits and '_'; start with a letter.",
    "code": "Use at most 64 letters, digits, '-' and '_'.",
    "url": "Write a URL that starts with http:// or https://.",
    "webhook_secret": "Use 16 to 200 characters without spaces.",
    "study_id": "Use letters, digits and . _ @ : = - only.",
    "exclusion_group": "Use at most 64 letters, digits and . _ -; start with a letter or digit.",
    "study_parameter": "Use at most 40 letters, digits and '_'; start with a letter.",
    "participant_parameter": "Use at most 40 letters, digits and '_'; start with a letter.",
    "session_parameter": "Use at most 40 letters, digits and '_'; start with a letter.",
}
_TAGS = ("choice", "number", "text")


def field_problems(name: str, error: ValidationError) -> dict[str, str]:
    """Return a sentence for each wrong field of the group `name`, keyed by the path of the field."""
    problems: dict[str, str] = {}
    for each in error.errors():
        path, line = _path((name, *each["loc"]))
        sentence = _sentence(path.rpartition(".")[2], dict(each))
        problems.setdefault(path, f"Line {line}: {sentence}" if line else sentence)
    return problems


def _path(location: tuple[str | int, ...]) -> tuple[str, int | None]:
    """Return the path of a field. If the error is in one line, also return the number of the line."""
    parts = [
        part
        for before, part in zip((None, *location), location, strict=False)
        if not (isinstance(before, int) and part in _TAGS)
    ]
    if isinstance(parts[-1], int) and parts[-2] in ("statements", "options", "scenarios"):
        return ".".join(map(str, parts[:-1])), parts[-1] + 1
    return ".".join(map(str, parts)), None


def _sentence(field: str, error: Mapping[str, Any]) -> str:
    if error["type"] == "value_error":
        message = str(error["msg"]).removeprefix("Value error, ")
        return f"{message[0].upper()}{message[1:]}."
    facts = {"help": _PATTERNS.get(field, "This text is not allowed here.")} | dict(error.get("ctx", {}))
    if error["type"] in _SENTENCES:
        return _SENTENCES[error["type"]].format_map(facts)
    return f"{error['msg']}."

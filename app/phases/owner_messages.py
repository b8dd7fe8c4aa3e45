"""Writes a sentence for each wrong field of the form of phases, rules and platform."""

from collections.abc import Mapping

from pydantic import ValidationError

from app.field_messages import form_message

# For each field with a pattern, a sentence on what it may contain. The key is the last part of the field's
# path.
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


def _sentence(field: str, error: Mapping[str, object]) -> str:
    return form_message(error, help=_PATTERNS.get(field, "This text is not allowed here."))

"""Writes messages about wrong fields of requests, without repeating the submitted values."""

import re

from benchmark.wire.common import LABEL, PUBLIC_ID, SLUG, SUBMISSION_NAME

# The text that pydantic writes for a member of an enumeration, such as <AnnotatorKind.PILOT: 'pilot'>.
_ENUM_MEMBER = re.compile(r"<\w+\.\w+: ('[^']*')>")
# What a value of each pattern may contain.
PATTERN_HELP = {
    SLUG: "Use at most 64 lower-case letters, digits, '.', '_' and '-'; start with a letter or digit.",
    LABEL: "Use at most 64 letters, digits, '.', '_' and '-'; start with a letter or digit.",
    SUBMISSION_NAME: "Name a submission by its ID, or as model or model@label.",
    PUBLIC_ID: "An ID has 16 hexadecimal digits (0-9, a-f).",
}


def field_message(problem: dict[str, object]) -> str:
    """Return a message that names the field and the problem but does not repeat the submitted value."""
    location = problem["loc"]
    assert isinstance(location, tuple)
    if problem["type"] == "extra_forbidden":
        return "The body has an unknown field. See /api/v1/openapi.json for the fields."
    where = ".".join(str(part) for part in location if part not in ("body", "path", "query"))
    message = _pattern_help(problem) or str(problem["msg"]).removeprefix("Value error, ")
    message = _ENUM_MEMBER.sub(r"\1", message)
    return f"{where or 'body'}: {message}"


def _pattern_help(problem: dict[str, object]) -> str | None:
    """Return the description of a pattern that a value does not match; None for unknown patterns."""
    context = problem.get("ctx")
    return PATTERN_HELP.get(str(context.get("pattern"))) if isinstance(context, dict) else None

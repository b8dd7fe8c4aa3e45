"""Writes messages about wrong fields of requests, without repeating the submitted values."""

import re
from collections.abc import Mapping

from pydantic import ValidationError

from benchmark.wire.common import LABEL, PUBLIC_ID, SLUG, SUBMISSION_NAME

# The text that pydantic writes for a member of an enumeration, such as <AnnotatorKind.PILOT: 'pilot'>.
_ENUM_MEMBER = re.compile(r"<\w+\.\w+: ('[^']*')>")
UNKNOWN_FIELD = "The form has no such field. Load the page again."
_NUMBER = "Use a whole number."
# For each pattern, a text that says what a value may contain.
PATTERN_HELP = {
    SLUG: "Use at most 64 lower-case letters, digits, '.', '_' and '-'; start with a letter or digit.",
    LABEL: "Use at most 64 letters, digits, '.', '_' and '-'; start with a letter or digit.",
    SUBMISSION_NAME: "Name a submission by its ID, or as model or model@label.",
    PUBLIC_ID: "An ID has 16 hexadecimal digits (0-9, a-f).",
}
# The sentence for each kind of wrong field in a form.
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


def form_problems(error: ValidationError, *, help: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return a sentence for each wrong field of an HTML form, keyed by the name of the field.

    Args:
        help: for some fields, the sentence to return for every error in the field.
    """
    return {
        field: (help or {}).get(field) or form_message(dict(wrong))
        for wrong in error.errors()
        for field in [str(wrong["loc"][0])]
    }


def form_message(problem: Mapping[str, object], *, help: str = "This text is not allowed here.") -> str:
    """Return a sentence for a wrong field of an HTML form.

    Args:
        problem: an error of pydantic.
        help: what the field may contain, if the field has a pattern.

    >>> form_message({"type": "string_too_long", "ctx": {"max_length": 200}})
    'Use at most 200 characters.'
    """
    if problem["type"] in _SENTENCES:
        context = problem.get("ctx")
        facts = {"help": help, **(context if isinstance(context, dict) else {})}
        return _SENTENCES[str(problem["type"])].format_map(facts)
    message = str(problem["msg"]).removeprefix("Value error, ")
    return f"{message[:1].upper()}{message[1:]}."

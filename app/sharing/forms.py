"""Parses the form that sets who sees a benchmark, submission or study."""

from app.errors import AppError, Invalid
from benchmark.wire.validation import InvalidRequest, checked_request
from benchmark.wire.visibility import VisibilityRequest


def parse_visibility(visibility: str, people: str) -> VisibilityRequest:
    """Return the request that the form describes; `people` has one name per line.

    Raises:
        Invalid: the visibility is unknown, a name is too long, or people are named without `shared`.
    """
    names = [line.strip() for line in people.splitlines() if line.strip()]
    try:
        return checked_request(VisibilityRequest, visibility=visibility, people=names)
    except InvalidRequest as error:
        raise Invalid(str(error), code="invalid_field") from error


def problem_text(refusal: AppError) -> str:
    """Return one text that says why the visibility was not changed: the error message and all problems."""
    return " ".join([refusal.message, *(f"{problem}." for problem in refusal.problems)])

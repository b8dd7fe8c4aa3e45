"""Validates the results of sandbox children, because a child that opened a hostile file is not trusted."""

from typing import TypeVar

from app.media.sandbox.client import Json
from app.media.sandbox.sandbox_errors import WorkDied

Facts = TypeVar("Facts")


def read_result(result: dict[str, Json], kind: type[Facts]) -> Facts:
    """Validate a child's result, and return the result as an instance of the dataclass `kind`.

    Raises:
        WorkDied: a field is missing or unknown, or has the wrong type.
    """
    # Import pydantic here, because the fork server also imports this package but does not need pydantic.
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(kind).validate_python(result)
    except ValidationError as error:
        raise WorkDied(f"its result is not a {kind.__name__}") from error

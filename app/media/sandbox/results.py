"""Checks what a sandbox child answers: a child that met a hostile file is itself not to be trusted."""

from typing import TypeVar

from app.media.sandbox.client import Json, WorkDied

Facts = TypeVar("Facts")


def read_answer(answer: dict[str, Json], kind: type[Facts]) -> Facts:
    """Return the answer as this dataclass.

    Raises:
        WorkDied: a field is missing, unknown or of another type.
    """
    # Imported here: the forker imports this module, too, and has no need of pydantic.
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(kind).validate_python(answer)
    except ValidationError as error:
        raise WorkDied(f"its answer is no {kind.__name__}") from error

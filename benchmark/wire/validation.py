"""Validates user input with the rules of the REST API before the input is sent or used."""

from typing import TypeVar

from pydantic import ValidationError

from benchmark.wire.common import RequestModel

Request = TypeVar("Request", bound=RequestModel)


class InvalidRequest(ValueError):
    """A field is invalid. The message names the field and the reason."""


def checked_request(kind: type[Request], /, **fields: object) -> Request:
    """Return a validated request.

    Raises:
        InvalidRequest: a field is invalid; the message names the first such field.
    """
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        wrong = error.errors()[0]
        field = ".".join(map(str, wrong["loc"]))
        reason = wrong["msg"].removeprefix("Value error, ")
        raise InvalidRequest(f"{field}: {reason}." if field else f"{reason}.") from error

"""Validates what a person typed, with the rules of the REST API, before it is sent or used."""

from typing import TypeVar

from pydantic import ValidationError

from benchmark.wire.common import RequestModel

Request = TypeVar("Request", bound=RequestModel)


class InvalidRequest(ValueError):
    """A field is wrong; the message names it and says why."""


def checked_request(kind: type[Request], **fields: object) -> Request:
    """Return the request.

    Raises:
        InvalidRequest: a field is wrong; the first one is named.
    """
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        wrong = error.errors()[0]
        field = ".".join(map(str, wrong["loc"]))
        reason = wrong["msg"].removeprefix("Value error, ")
        raise InvalidRequest(f"{field}: {reason}." if field else f"{reason}.") from error

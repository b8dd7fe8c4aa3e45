"""Validates a request that did not come in over REST with the rules of the REST API."""

from typing import TypeVar

from pydantic import ValidationError

from app.errors import Invalid
from benchmark.wire.common import RequestModel

Request = TypeVar("Request", bound=RequestModel)


def checked_request(kind: type[Request], **fields: object) -> Request:
    """Return the request.

    Raises:
        Invalid: a field is wrong; the message names the first such field.
    """
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        wrong = error.errors()[0]
        field = ".".join(map(str, wrong["loc"]))
        raise Invalid(f"{field}: {wrong['msg']}.") from error

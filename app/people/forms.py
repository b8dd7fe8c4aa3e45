"""Parses the forms that add a person or a key."""

from collections.abc import Mapping
from typing import TypeVar

from pydantic import ValidationError

from app.errors import InvalidFields
from app.people.view_models import PeopleFields
from benchmark.wire.common import RequestModel
from benchmark.wire.people import MAX_KEY_DAYS, MAX_PERSON_CHARS, KeyRequest, PersonRequest

Request = TypeVar("Request", bound=RequestModel)
_HELP = {
    "name": f"Write a name of 1 to {MAX_PERSON_CHARS} printable characters, without slashes.",
    "role": "Choose a role.",
    "days": f"Write a whole number from 1 to {MAX_KEY_DAYS:,}, or leave the field empty.",
    "scopes": "Choose from the listed scopes.",
}


def parse_person_form(fields: PeopleFields) -> PersonRequest:
    """Return the request that the form describes.

    Raises:
        InvalidFields: fields are wrong. The error names all wrong fields.
    """
    return _parsed(PersonRequest, {"name": fields.name, "role": fields.role})


def parse_key_form(fields: PeopleFields) -> KeyRequest:
    """Return the request that the form describes. A form without scopes requests all scopes of the role.

    Raises:
        InvalidFields: fields are wrong, or the role lacks a scope. The error names all wrong fields.
    """
    days, scopes = fields.days.strip() or None, fields.scopes or None
    return _parsed(KeyRequest, {"name": fields.name, "role": fields.role, "days": days, "scopes": scopes})


def _parsed(kind: type[Request], values: Mapping[str, object]) -> Request:
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        problems = {}
        for wrong in error.errors():
            if wrong["loc"]:
                field = str(wrong["loc"][0])
                problems[field] = _HELP[field]
            else:  # the role lacks a scope
                sentence = wrong["msg"].removeprefix("Value error, ")
                problems["scopes"] = f"{sentence[0].upper()}{sentence[1:]}."
        raise InvalidFields(problems) from error

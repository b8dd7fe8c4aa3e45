"""Defines base classes and field types of wire types. An unknown field in a request is an error."""

import unicodedata
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from benchmark.wire.number_fields import NumberFields
from benchmark.wire.text import is_one_line

# The regular expressions are part of the API: they occur in error messages and check parts of paths.
SLUG = r"^[a-z0-9][a-z0-9._-]{0,63}$"
LABEL = r"^([A-Za-z0-9][A-Za-z0-9._-]{0,63})?$"
PUBLIC_ID = r"^[0-9a-f]{16}$"
# The id of a submission, or `model` or `model@label`. Every id has the form of a slug.
SUBMISSION_NAME = r"^[a-z0-9][a-z0-9._-]{0,63}(@[A-Za-z0-9][A-Za-z0-9._-]{0,63})?$"
TOKEN = r"^[A-Za-z0-9_-]{43}$"  # noqa: S105 - the form of a token, not a token
# Names that come from benchmarks: any text without control characters and path separators.
BROUGHT_NAME = r"^[^\x00-\x1f/\\]+$"
MAX_PAIR_ID_CHARS = 400
MAX_LABEL_CHARS = 64
# The largest seed that all random generators accept.
MAX_SEED = 2**32 - 1


class RequestModel(NumberFields):
    """A request body, which a client sends."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ResponseModel(BaseModel):
    """A response body, which the server sends. Times are UTC in ISO 8601 and end in Z."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


def _one_line(text: str) -> str:
    if not is_one_line(text):
        raise ValueError("line breaks and control characters are not allowed")
    return text


def _paragraphs(text: str) -> str:
    if any(unicodedata.category(letter) == "Cc" and letter not in "\r\n\t" for letter in text):
        raise ValueError("control characters are not allowed")
    return text


def _no_number(value: object) -> object:
    # bool is a subclass of int.
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise ValueError("a number is neither true nor false")
    return value


# A boolean of a request: true or false, or the texts `yes` and `no` of a form, but not the numbers 0 and 1.
Flag = Annotated[bool, BeforeValidator(_no_number)]
OneLine = AfterValidator(_one_line)
# Maximum lengths are those of the database columns; PostgreSQL refuses longer texts.
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), OneLine]
OptionalLine = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), OneLine]
Address = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=400, pattern=r"^(https?://.*)?$"), OneLine
]
Paragraphs = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=10_000), AfterValidator(_paragraphs)
]
Slug = Annotated[str, StringConstraints(pattern=SLUG)]
Label = Annotated[str, StringConstraints(pattern=LABEL)]
SubmissionName = Annotated[str, StringConstraints(pattern=SUBMISSION_NAME)]
PublicId = Annotated[str, StringConstraints(pattern=PUBLIC_ID)]
Token = Annotated[str, StringConstraints(pattern=TOKEN)]
PairId = Annotated[str, StringConstraints(max_length=MAX_PAIR_ID_CHARS, pattern=BROUGHT_NAME)]
Seed = Annotated[int, Field(ge=0, le=MAX_SEED)]


class ErrorResponse(ResponseModel):
    error: str
    message: str
    request_id: str
    problems: list[str] | None = None


class PageResponse(ResponseModel):
    """One page of a list.

    `next_cursor` is the value of the query parameter `cursor` for the next page; null on the last page.
    """

    next_cursor: str | None


class RenewResponse(ResponseModel):
    expires_at: datetime

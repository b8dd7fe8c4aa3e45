"""Shapes that all of the API's requests and answers share; a field nobody knows is an error, not a shrug."""

import unicodedata
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from app.security.path_params import BROUGHT_NAME, LABEL, LONGEST_PAIR_ID, PUBLIC_ID, SLUG, TOKEN
from app.single_line import is_one_line


def _one_line(text: str) -> str:
    if not is_one_line(text):
        raise ValueError("line breaks and control characters are not allowed")
    return text


def _paragraphs(text: str) -> str:
    if any(unicodedata.category(letter) == "Cc" and letter not in "\r\n\t" for letter in text):
        raise ValueError("control characters are not allowed")
    return text


OneLine = AfterValidator(_one_line)
# Lengths are those of the columns; PostgreSQL refuses what is longer.
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
PublicId = Annotated[str, StringConstraints(pattern=PUBLIC_ID)]
Token = Annotated[str, StringConstraints(pattern=TOKEN)]
PairId = Annotated[str, StringConstraints(max_length=LONGEST_PAIR_ID, pattern=BROUGHT_NAME)]


class RequestModel(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ResponseModel(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class ErrorResponse(ResponseModel):
    error: str
    message: str
    request_id: str
    problems: list[str] | None = None


class RenewResponse(ResponseModel):
    expires_at: datetime

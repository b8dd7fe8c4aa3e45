"""Reads the provenance that an uploader declares for a clip.

The service stores and shows the provenance without verifying it.
"""

import base64
import binascii
import json
import math
import unicodedata
from collections.abc import Iterator
from typing import Any

from app.errors import Invalid
from benchmark.wire.submissions import MAX_PROVENANCE_BYTES

_MOST_KEY = 64
_MOST_DEPTH = 3
_MOST_INT = 2**63
# PostgreSQL cannot store NUL, UTF-8 cannot encode surrogates, and other control characters break tables.
_UNFIT = ("Cc", "Cs", "Zl", "Zp")


def read_provenance(header: str | None) -> dict[str, Any] | None:
    """Return the JSON object in a Ti2v-Provenance header (base64); None if the header is missing.

    Raises:
        Invalid: the header cannot be decoded; or the JSON is longer than 4 KiB, is nested too deep, or
            contains control characters or numbers that the database cannot store.
    """
    if header is None:
        return None
    try:
        text = base64.b64decode(header, validate=True)
        if len(text) > MAX_PROVENANCE_BYTES:
            raise _refused(f"it is longer than {MAX_PROVENANCE_BYTES} bytes")
        found = json.loads(text.decode(), parse_constant=_refuse_constant)
    except (binascii.Error, ValueError, RecursionError) as error:
        raise _refused("it is not base64 of JSON in UTF-8") from error
    if not isinstance(found, dict):
        raise _refused("it is not a JSON object")
    for problem in _problems(found, depth=1):
        raise _refused(problem)
    return found


def _problems(value: object, *, depth: int) -> Iterator[str]:
    match value:
        case dict() | list() if depth > _MOST_DEPTH:
            yield "it is nested too deep"
        case dict():
            for key, inner in value.items():
                if len(key) > _MOST_KEY:
                    yield f"a name is longer than {_MOST_KEY} characters"
                yield from _problems(key, depth=depth)
                yield from _problems(inner, depth=depth + 1)
        case list():
            for inner in value:
                yield from _problems(inner, depth=depth + 1)
        case str() if any(unicodedata.category(letter) in _UNFIT for letter in value):
            yield "a text has control characters"
        case int() if abs(value) >= _MOST_INT:
            yield "a number is too large"
        case float() if not math.isfinite(value):
            yield "a number is too large"


def _refuse_constant(_name: str) -> float:
    raise ValueError("JSON has no NaN and no Infinity")


def _refused(why: str) -> Invalid:
    return Invalid(f"Ti2v-Provenance: {why}.", code="bad_provenance")

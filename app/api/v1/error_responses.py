"""Describes in OpenAPI the errors that each route may return.

Every route may return the common errors. A route adds its own errors with `responses=errors("404
unknown_pair", ...)`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from benchmark.wire.common import ErrorResponse

Responses = dict[int | str, dict[str, Any]]

COMMON: Mapping[int, tuple[str, ...]] = {
    400: ("bad_request", "disconnected", "not_json"),
    403: ("cross_site",),
    408: ("request_timeout",),
    413: ("too_large",),
    415: ("wrong_media_type",),
    422: ("invalid_field", "unknown_parameter", "repeated_parameter"),
    429: ("too_many_requests",),
    500: ("internal_error",),
    503: ("unavailable", "database_unavailable", "media_unavailable", "busy"),
    507: ("storage_full",),
}
# The errors of routes that need a person's key or a signed-in browser.
OF_PEOPLE: Mapping[int, tuple[str, ...]] = {
    401: ("not_signed_in", "wrong_key"),
    403: ("forbidden", "missing_scope", "cross_site"),
}


def common_errors(*, is_for_people: bool) -> Responses:
    """Return the OpenAPI descriptions of the errors that every route of a router may return."""
    return _responses({**COMMON, **(OF_PEOPLE if is_for_people else {})})


def errors(*lines: str) -> Responses:
    """Return the OpenAPI descriptions of a route's errors.

    Each description belongs to one status; it also lists the common errors with this status.

    Args:
        lines: each line has a status and its error codes, such as `404 unknown_benchmark unknown_pair`.
    """
    own: dict[int, tuple[str, ...]] = {}
    for line in lines:
        status, *codes = line.split()
        own[int(status)] = (*COMMON.get(int(status), ()), *codes)
    return _responses(own)


def _responses(codes: Mapping[int, Iterable[str]]) -> Responses:
    return {
        status: {
            "model": ErrorResponse,
            "description": ", ".join(f"`{code}`" for code in listed),
            "x-error-codes": list(listed),
        }
        for status, listed in codes.items()
    }

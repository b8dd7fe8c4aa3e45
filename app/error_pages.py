"""Turns every error into a response: programs get JSON in one format, browsers get an HTML page."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match

from app.dependencies import MAY_BE_FRAMED, page_response
from app.error_language import error_language, is_of_annotators
from app.errors import AppError, NotSignedIn, OtherBrowser, RangeNotSatisfiable
from app.field_messages import field_message
from app.languages import gettext_noop
from app.sign_in_form import build_sign_in_form
from benchmark.protocol import Language

log = logging.getLogger("ti2v.errors")

TITLES = {
    401: gettext_noop("Please sign in"),
    403: gettext_noop("Not allowed"),
    404: gettext_noop("Page not found"),
    409: gettext_noop("Not possible right now"),
    422: gettext_noop("Invalid input"),
    429: gettext_noop("Too many attempts"),
    500: gettext_noop("Server error"),
    503: gettext_noop("Temporarily unavailable"),
    507: gettext_noop("Disk full"),
}
# Annotators have no account, so their page for a 401 does not ask them to sign in.
_TITLES_OF_CODES = {"not_invited": gettext_noop("Open your link again")}
# The value of Retry-After in seconds, for errors that specify no value.
RETRY_AFTER_S = {429: 60, 503: 5}
# Codes of errors that disappear after a sign-in. The code not_invited is not in this set, because annotators
# use an invitation link and cannot sign in.
_SIGN_IN_CODES = (NotSignedIn.default_code, "sign_in_link_used", "account_disabled", "sign_in_failed")
_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
_HTTP_CODES = {400: "bad_request", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}
_HTTP_MESSAGES = {
    400: gettext_noop("The request could not be read."),
    404: gettext_noop("There is no page at this URL. Check the URL."),
    405: gettext_noop("This URL does not support this HTTP method."),
}


@dataclass(frozen=True)
class ErrorPage:
    status: int
    title: str
    message: str
    request_id: str
    language: Language
    is_of_annotators: bool


@dataclass(frozen=True)
class OtherBrowserPage:
    """The page for an annotator who continued in another browser (platforms/other_browser.html)."""

    language: Language
    message: str


def answer_error(
    request: Request,
    *,
    status: int,
    code: str,
    message: str,
    problems: list[str] | None = None,
    more_headers: Mapping[str, str] | None = None,
) -> Response:
    """Return an error response: JSON for programs and for all paths under /api, an HTML page for browsers."""
    request_id: str = request.scope.get("ti2v_request_id", "")
    headers = {"Cache-Control": "no-store", **(more_headers or {})}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if status in RETRY_AFTER_S:
        headers.setdefault("Retry-After", str(RETRY_AFTER_S[status]))
    if not _wants_page(request):
        body: dict[str, object] = {"error": code, "message": message, "request_id": request_id}
        if problems:
            body["problems"] = problems
        return JSONResponse(body, status_code=status, headers=headers)
    pages = request.app.state.context.pages
    if code in _SIGN_IN_CODES:
        form = build_sign_in_form(request, "" if code == NotSignedIn.default_code else message)
        answer = pages.answer("sign_in_form.html", form, status=status)
    else:
        title = _TITLES_OF_CODES.get(code) or TITLES.get(status, HTTPStatus(status).phrase)
        language = error_language(request)
        page = ErrorPage(status, title, message, request_id, language, is_of_annotators(request))
        answer = page_response(request, "error.html", page, status=status)
    answer.headers.update(headers)
    return answer  # type: ignore[no-any-return]  # app.state is untyped in Starlette


def _wants_page(request: Request) -> bool:
    return not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", "")


def add_error_handlers(app: FastAPI) -> None:
    app.add_exception_handler(AppError, answer_app_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(ClientDisconnect, _client_disconnected)
    app.add_exception_handler(OperationalError, _database_unavailable)
    app.add_exception_handler(NoFreeConnection, _database_unavailable)


def answer_app_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, AppError)
    if isinstance(error, OtherBrowser) and _wants_page(request):
        language = error.language if error.is_chosen else error_language(request, otherwise=error.language)
        page = OtherBrowserPage(language, error.message)
        request.scope[MAY_BE_FRAMED] = error.may_be_framed
        return page_response(request, "platforms/other_browser.html", page, status=error.status)
    return answer_error(
        request,
        status=error.status,
        code=error.code,
        message=error.message,
        problems=error.problems,
        more_headers=_headers(error),
    )


def _headers(error: AppError) -> dict[str, str]:
    headers = {}
    if isinstance(error, RangeNotSatisfiable):
        headers["Content-Range"] = f"bytes */{error.length}"
    if error.retry_after_s is not None:
        headers["Retry-After"] = str(error.retry_after_s)
    return headers


def _invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return answer_error(request, status=400, code="not_json", message="The body is not valid JSON.")
    if isinstance(error.body, bytes):
        # FastAPI parses a body as JSON only if the content type is JSON. Otherwise FastAPI passes the bytes
        # to the route unchanged.
        message = "Send JSON, with the header Content-Type: application/json."
        return answer_error(request, status=415, code="wrong_media_type", message=message)
    return answer_error(request, status=422, code="invalid_field", message=field_message(first))


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, AppError):
        # If reading the body fails, FastAPI responds with a 400. Respond with the original error instead.
        return answer_app_error(request, error.__cause__)
    status = error.status_code
    code = _HTTP_CODES.get(status, "http_error")
    message = _HTTP_MESSAGES.get(status, HTTPStatus(status).phrase + ".")
    headers = error.headers
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers = {"Allow": ", ".join(_methods_of_path(request))}
    return answer_error(request, status=status, code=code, message=message, more_headers=headers)


def _methods_of_path(request: Request) -> list[str]:
    """Return the methods of all routes of this path.

    Starlette's own 405 response lists only the methods of the first route.
    """
    return [
        method
        for method in _METHODS
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL
            for route in request.app.routes
        )
    ]


def _client_disconnected(request: Request, _error: Exception) -> Response:
    """Return a response that only appears in the logs, because the client has closed the connection."""
    return answer_error(
        request,
        status=400,
        code="disconnected",
        message="The connection closed before the body was complete. Send it again.",
    )


def _database_unavailable(request: Request, error: Exception) -> Response:
    log.error("database unavailable: %s", type(error).__name__, exc_info=error)
    if "disk is full" in str(error) or "No space left" in str(error):
        return answer_error(
            request,
            status=507,
            code="storage_full",
            message=gettext_noop(
                "The server's disk is full, so nothing was saved. Free disk space and try again."
            ),
        )
    return answer_error(
        request,
        status=503,
        code="database_unavailable",
        message=gettext_noop("The database is busy. Try again in a moment."),
    )


def answer_server_error(request: Request, error: Exception) -> Response:
    """Log an unhandled error and return a 500 response."""
    log.error("unhandled error", exc_info=error)
    return answer_error(
        request,
        status=500,
        code="internal_error",
        message=gettext_noop("An unexpected error occurred on the server and was logged."),
    )

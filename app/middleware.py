"""Wraps every request with an ID, limits, cross-site checks, security headers, metrics and logs."""

import logging
import re
import secrets
import time
from collections.abc import Callable

from prometheus_client import Counter, Histogram
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.clock import utc_now
from app.dependencies import MAY_BE_FRAMED, USED_KEY
from app.error_pages import answer_app_error, answer_server_error
from app.errors import AppError
from app.logging import REQUEST_ID
from app.request_body import RequestBody
from app.security.headers import security_headers
from app.security.key_use import record_use
from app.security.origin import refuse_cross_site
from app.settings import Settings

API = "/api/v1"
HeaderPairs = list[tuple[bytes, bytes]]
log = logging.getLogger("ti2v.keys")
access_log = logging.getLogger("ti2v.access")
REQUESTS = Counter("ti2v_requests_total", "Requests answered.", ["method", "route", "status"])
SECONDS = Histogram("ti2v_request_seconds", "Time until the response is complete.", ["route"])


# Unknown methods share one label, so that they cannot create new counters.
_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})


# The routes that receive files: app/api/v1/imports.py and merges.py, and app/vote_merge/routes.py.
_IMPORTS = re.compile(rf"{API}/(benchmarks|votes)|({API})?/studies/[^/]+/merge")


class RequestMiddleware:
    """Adds request IDs and security headers, rejects cross-site and oversized requests, logs each request."""

    def __init__(self, app: ASGIApp, *, settings: Settings) -> None:
        self._app = app
        self._public_url = settings.effective_public_url
        self._max_json_bytes = settings.max_json_bytes
        self._max_clip_bytes = settings.max_clip_bytes
        self._max_import_bytes = settings.max_import_bytes
        self._headers, self._framed_headers = (
            security_headers(is_https=settings.cookies_are_secure, may_be_framed=may_be_framed)
            for may_be_framed in (False, True)
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        scope["ti2v_request_id"] = secrets.token_hex(8)
        REQUEST_ID.set(scope["ti2v_request_id"])
        headers = Headers(scope=scope)
        body = RequestBody(receive, headers, limit=self._body_limit(scope))
        response = _Response(send, lambda: self._response_headers(scope), body)
        try:
            refuse_cross_site(scope["method"], headers, public_url=self._public_url)
            body.check_declared()
            await self._app(scope, body, response)
        except AppError as refusal:
            await answer_app_error(Request(scope), refusal)(scope, receive, response)
        except Exception as error:
            # Respond here, so that the response has all headers. The exception is still passed on to the
            # server.
            if not response.status:
                await answer_server_error(Request(scope), error)(scope, receive, response)
            raise
        finally:
            _count(scope, response.status or 500, time.perf_counter() - started)
            await _record_key_use(scope)

    def _response_headers(self, scope: Scope) -> HeaderPairs:
        """Return the headers. The route has already decided whether a frame may show the response."""
        headers = self._framed_headers if scope.get(MAY_BE_FRAMED) else self._headers
        return [*headers, (b"x-request-id", scope["ti2v_request_id"].encode())]

    def _body_limit(self, scope: Scope) -> int:
        if scope["method"] == "PUT" and "/clips/" in scope["path"]:
            return self._max_clip_bytes
        is_import = scope["method"] == "POST" and _IMPORTS.fullmatch(scope["path"]) is not None
        return self._max_import_bytes if is_import and not _is_json(scope) else self._max_json_bytes


class _Response:
    """Adds headers to the response; `status` is 0 until the response starts.

    If a response starts before the body was read, the connection is closed after the response. If the
    connection stayed open, the server would read the rest of the body, which can be endless. The connection
    closes after a short delay, see `RequestBody.linger`.
    """

    def __init__(self, send: Send, headers: Callable[[], HeaderPairs], body: RequestBody) -> None:
        self._send = send
        self._headers = headers
        self._body = body
        self._closes = False
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._closes = not self._body.is_complete
            closing = [(b"connection", b"close")] if self._closes else []
            message["headers"] = [*message["headers"], *self._headers(), *closing]
        elif self._closes and not message.get("more_body", False):
            # The client has received the whole response; uvicorn closes the connection after the last
            # message.
            await self._send({**message, "more_body": True})
            await self._body.linger()
            message = {"type": "http.response.body", "body": b""}
        await self._send(message)


def _is_json(scope: Scope) -> bool:
    return Headers(scope=scope).get("content-type", "").lower().startswith("application/json")


async def _record_key_use(scope: Scope) -> None:
    """After the response, record that the request's key was used. A failure is logged and not raised."""
    key_id, now = scope.get(USED_KEY), utc_now()
    if key_id is None:
        return
    context = scope["app"].state.context
    if context.key_use.is_due(key_id, now=now):
        try:
            await run_in_threadpool(record_use, context.database, key_id=key_id, now=now)
        except SQLAlchemyError:
            log.warning("the use of key %d was not recorded", key_id, exc_info=True)


def _route_pattern(scope: Scope) -> str:
    """Return the path pattern of the request's route."""
    pattern: str = getattr(scope.get("route"), "path", "unmatched")
    return pattern


def _count(scope: Scope, status: int, seconds: float) -> None:
    route = _route_pattern(scope)
    method = scope["method"] if scope["method"] in _METHODS else "other"
    REQUESTS.labels(method, route, str(status)).inc()
    SECONDS.labels(route).observe(seconds)
    if not access_log.isEnabledFor(logging.INFO):
        return
    # Log the route pattern, never the path: paths contain tokens of invitations and assignments.
    access_log.info(
        "request",
        extra={
            "fields": {
                "request_id": scope["ti2v_request_id"],
                "method": scope["method"],
                "route": route,
                "status": status,
                "ms": round(seconds * 1000, 1),
            }
        },
    )

"""Middleware for every request: IDs, limits, cross-site checks, security headers, metrics and logs."""

import logging
import secrets
import time

from prometheus_client import Counter, Histogram
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.clock import utc_now
from app.dependencies import USED_KEY
from app.error_pages import answer_app_error, answer_server_error
from app.errors import AppError, TooLarge
from app.security.headers import security_headers
from app.security.key_use import record_use
from app.security.origin import refuse_cross_site
from app.settings import Settings

log = logging.getLogger("ti2v.keys")
access_log = logging.getLogger("ti2v.access")
REQUESTS = Counter("ti2v_requests_total", "Requests answered.", ["method", "route", "status"])
SECONDS = Histogram("ti2v_request_seconds", "Time until the response is complete.", ["route"])


_MAX_DIGITS = 18
# Unknown methods share one label, so that they cannot create new counters.
_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})


class RequestMiddleware:
    """Adds request IDs and security headers, rejects cross-site and oversized requests, counts and logs."""

    def __init__(self, app: ASGIApp, *, settings: Settings) -> None:
        self._app = app
        self._public_url = settings.effective_public_url
        self._max_json_bytes = settings.max_json_bytes
        self._max_clip_bytes = settings.max_clip_bytes
        self._headers = security_headers(is_https=settings.cookies_are_secure)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        request_id = scope["ti2v_request_id"] = secrets.token_hex(8)
        response = _Response(send, [*self._headers, (b"x-request-id", request_id.encode())])
        headers = Headers(scope=scope)
        try:
            limited = _LimitedBody(receive, self._body_limit(scope))
            refuse_cross_site(scope["method"], headers, public_url=self._public_url)
            limited.check_declared(headers)
            await self._app(scope, limited, response)
        except AppError as refusal:
            await answer_app_error(Request(scope), refusal)(scope, receive, response)
        except Exception as error:
            # Respond here, so that the response has all headers; the server still gets the exception.
            if not response.status:
                await answer_server_error(Request(scope), error)(scope, receive, response)
            raise
        finally:
            _count(scope, response.status or 500, time.perf_counter() - started)
            await _record_key_use(scope)

    def _body_limit(self, scope: Scope) -> int:
        is_clip = scope["method"] == "PUT" and "/clips/" in scope["path"]
        return self._max_clip_bytes if is_clip else self._max_json_bytes


class _Response:
    """Adds headers to the response; `status` is 0 until the response starts."""

    def __init__(self, send: Send, headers: list[tuple[bytes, bytes]]) -> None:
        self._send = send
        self._headers = headers
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message["headers"], *self._headers]
        await self._send(message)


class _LimitedBody:
    """Passes the body on up to the limit, whatever Content-Length declares."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self._seen = 0

    def check_declared(self, headers: Headers) -> None:
        declared = headers.get("content-length", "0").lstrip("0")
        # Check the number of digits first: Python refuses to parse numbers with thousands of digits.
        if declared.isdecimal() and (len(declared) > _MAX_DIGITS or int(declared) > self._limit):
            raise self._refusal()

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._seen += len(message.get("body", b""))
            if self._seen > self._limit:
                raise self._refusal()
        return message

    def _refusal(self) -> TooLarge:
        return TooLarge(f"The body is larger than {self._limit:,} bytes, the maximum for this URL.")


async def _record_key_use(scope: Scope) -> None:
    """Record that the request's key was used, after the response; a failure is logged only."""
    key_id, now = scope.get(USED_KEY), utc_now()
    if key_id is None:
        return
    context = scope["app"].state.context
    if context.key_use.is_due(key_id, now=now):
        try:
            await run_in_threadpool(record_use, context.database, key_id=key_id, now=now)
        except SQLAlchemyError:
            log.warning("the use of key %d was not recorded", key_id, exc_info=True)


def _count(scope: Scope, status: int, seconds: float) -> None:
    route = getattr(scope.get("route"), "path", "unmatched")
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

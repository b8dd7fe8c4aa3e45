"""Limits the number of HTTP/1.1 connections, the size of headers, and the time to send the headers.

uvicorn's default parser (httptools) accepts headers of any size. The server therefore uses the parser h11,
which limits the size of headers. Neither httptools nor h11 has a deadline for the first request of a
connection. Neither httptools nor h11 limits the number of connections without a complete request. This
module adds a deadline for request headers, and limits the number of connections.
"""

import asyncio
from typing import Any, ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from app.settings import Settings

MAX_HEADER_BYTES = 32 * 1024
# h11 compares the size of headers with its limit only while the headers are incomplete. Headers that arrive
# at once therefore reach h11 in parts of this size.
_PART_BYTES = 4096
HEADER_TIMEOUT_S = 15.0
_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
)


def server_options(settings: Settings) -> dict[str, Any]:
    """Return the options with which the service calls `uvicorn.run`."""
    return {
        "host": settings.host,
        "port": settings.port,
        "log_level": "warning",
        "access_log": False,
        "http": limited_protocol(max_connections=settings.max_connections),
        "h11_max_incomplete_event_size": MAX_HEADER_BYTES,
        # No page uses WebSockets.
        "ws": "none",
        "proxy_headers": bool(settings.trusted_proxies),
        "forwarded_allow_ips": settings.trusted_proxies or None,
        "server_header": False,
        "date_header": False,
        "timeout_graceful_shutdown": 10,
    }


def limited_protocol(
    *, max_connections: int, header_timeout_s: float = HEADER_TIMEOUT_S
) -> type[asyncio.Protocol]:
    """Return uvicorn's HTTP protocol class, extended with limits on connections and header time."""
    limits = {"max_connections": max_connections, "header_timeout_s": header_timeout_s}
    return type("LimitedProtocol", (_LimitedProtocol,), limits)


class _LimitedProtocol(H11Protocol):
    """Limits the number of connections, and the time that a client has to send a request's headers.

    A connection above the limit gets 503. The time limit of the first request starts when the connection
    opens. The time limit of a later request starts at the first byte of that request. Between two requests of
    a connection, uvicorn's keep-alive timeout applies.
    """

    max_connections: ClassVar[int]
    header_timeout_s: ClassVar[float]
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn
        if len(self.connections) >= self.max_connections:
            self.transport = transport
            transport.write(_FULL)
            transport.close()
            return
        super().connection_made(transport)
        self._start_deadline()

    def data_received(self, data: bytes) -> None:
        while len(data) > _PART_BYTES and self.conn.their_state is h11.IDLE:
            self._receive(data[:_PART_BYTES])
            data = data[_PART_BYTES:]
        self._receive(data)

    def _receive(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._cancel_deadline()
        elif self._deadline is None and self.conn.trailing_data[0]:
            self._start_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        self._cancel_deadline()
        super().connection_lost(exc)

    def _start_deadline(self) -> None:
        self._deadline = self.loop.call_later(self.header_timeout_s, self.transport.abort)

    def _cancel_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

"""Limits the size of a request body, and the time that the client has to send the body.

Part of a refused body is read and discarded. Two functions read the headers that describe a body.
"""

import asyncio
import time

import anyio
from starlette.datastructures import Headers
from starlette.types import Message, Receive

from app.errors import RequestTimeout, TooLarge

# A body must arrive at this average rate, except during an initial period.
MIN_BYTES_PER_S = 16 * 1024
SLOW_START_S = 60.0
# After a response that did not wait for the body, this many bytes are read and dropped, and the connection
# stays open for this time. A client or proxy that is still sending could lose the response if the connection
# was closed immediately.
MAX_DRAINED_BYTES = 256 * 1024
LINGER_S = 1.0
_MAX_DIGITS = 18


class RequestBody:
    """Passes on at most `limit` bytes of a request's body, whatever the header Content-Length declares."""

    def __init__(
        self, receive: Receive, headers: Headers, *, limit: int, slow_start_s: float = SLOW_START_S
    ) -> None:
        self._receive = receive
        self._headers = headers
        self._limit = limit
        self._seen = 0
        self._due = time.monotonic() + slow_start_s
        declared = headers.get("content-length", "0")
        # A request without either header has no body (RFC 9112, 6.3).
        self.is_complete = declared == "0" and "transfer-encoding" not in headers

    def check_declared(self) -> None:
        """Raise TooLarge if Content-Length declares more than the limit."""
        declared = self._headers.get("content-length", "0").lstrip("0")
        # Check the number of digits first: Python refuses to parse numbers with thousands of digits.
        if declared.isdecimal() and (len(declared) > _MAX_DIGITS or int(declared) > self._limit):
            raise self._too_large()

    async def __call__(self) -> Message:
        """Return the next message of the request.

        Raises:
            TooLarge: the body exceeds the limit.
            RequestTimeout: the body arrives too slowly.
        """
        if self.is_complete:
            return await self._receive()
        message = await self._receive_in_time()
        self._count(message)
        if self._seen > self._limit:
            raise self._too_large()
        return message

    async def linger(self) -> None:
        """Discard part of the body, so that the client can read the response before the connection closes."""
        if self._headers.get("expect", "").lower() == "100-continue":
            return  # the client waits for the response before it sends the body
        last = self._seen + MAX_DRAINED_BYTES
        with anyio.move_on_after(LINGER_S):
            while not self.is_complete:
                if self._seen >= last:
                    await anyio.sleep_forever()
                self._count(await self._receive())

    async def _receive_in_time(self) -> Message:
        left_s = self._due + self._seen / MIN_BYTES_PER_S - time.monotonic()
        try:
            async with asyncio.timeout(left_s):
                return await self._receive()
        except TimeoutError as error:
            raise RequestTimeout(
                f"The body arrived at less than {MIN_BYTES_PER_S // 1024} KiB per second. Send it again."
            ) from error

    def _count(self, message: Message) -> None:
        if message["type"] == "http.request":
            self._seen += len(message.get("body", b""))
            self.is_complete = not message.get("more_body", False)
        else:
            self.is_complete = True  # the client has disconnected

    def _too_large(self) -> TooLarge:
        return TooLarge(f"The body is larger than {self._limit:,} bytes, the maximum for this URL.")


def declared_bytes(headers: Headers) -> int:
    """Return the declared length of the body in bytes; 0 if the request does not declare a length."""
    declared = headers.get("content-length", "")
    return int(declared) if declared.isascii() and declared.isdecimal() else 0


def media_type(headers: Headers) -> str:
    """Return the media type of the body in lower case, without its parameters."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()

"""If a client sends too much or too slowly, the server responds where possible, and closes the connection."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import urlsplit

import anyio
import pytest
from starlette.datastructures import Headers
from starlette.types import Message

from app.context import AppContext
from app.errors import RequestTimeout
from app.http_protocol import MAX_HEADER_BYTES, limited_protocol
from app.request_body import RequestBody
from tests.app.api.conftest import client_of, open_upload
from tests.cast import PAIR_IDS, Cast
from tests.conftest import serving, settings_for

CHUNK = b"4000\r\n" + bytes(0x4000) + b"\r\n"
# Far below the time a client may take for its body, far above what a busy machine needs.
SOON_S = 10
KEY = "Authorization: Bearer {key}\r\n"


@contextmanager
def connected(address: str) -> Iterator[socket.socket]:
    url = urlsplit(address)
    assert url.hostname
    with socket.create_connection((url.hostname, url.port), timeout=3 * SOON_S) as connection:
        yield connection


def read_to_the_end(connection: socket.socket) -> bytes:
    received = b""
    try:
        while data := connection.recv(65536):
            received += data
    except ConnectionError:
        pass  # closed while we were still sending
    return received


def head(method: str, path: str, *lines: str) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", *lines, "", ""]).encode()


def stream(connection: socket.socket, first: bytes) -> tuple[bytes, float, int]:
    """Send a request with an endless body; return the response, how long it took, and the bytes sent."""
    sent = 0

    def send() -> None:
        nonlocal sent
        try:
            connection.sendall(first)
            while True:
                connection.sendall(CHUNK)
                sent += len(CHUNK)
        except OSError:
            pass  # the server has closed the connection

    started = time.monotonic()
    sender = threading.Thread(target=send)
    sender.start()
    received = read_to_the_end(connection)
    sender.join(3 * SOON_S)
    assert not sender.is_alive()
    return received, time.monotonic() - started, sent


@pytest.mark.parametrize("status", [401, 404, 413])
def test_a_refused_stream_is_answered_and_closed(cast: Cast, status: int) -> None:
    submission = open_upload(cast, client_of(cast.context, cast.alice)).submission_id
    key = KEY.format(key=cast.alice.key).strip()
    path = f"/api/v1/submissions/{submission}/clips/{PAIR_IDS[1]}"
    requests = {
        401: head("PUT", path, "Transfer-Encoding: chunked"),
        404: head("PUT", path.replace(submission, "0" * 16), key, "Transfer-Encoding: chunked"),
        413: head(
            "POST", "/api/v1/jobs", key, "Content-Type: application/json", "Transfer-Encoding: chunked"
        ),
    }
    with serving(cast.context) as address, connected(address) as connection:
        received, seconds, sent = stream(connection, requests[status])

    header = received.partition(b"\r\n\r\n")[0].lower()
    assert header.startswith(f"http/1.1 {status} ".encode())
    assert b"\r\nconnection: close" in header
    assert received.rstrip().endswith(b"}")
    assert seconds < SOON_S
    # Bytes in the kernel's buffers on both sides, in addition to the body limit and the dropped bytes.
    assert sent < 32 * 1024**2


def test_a_body_that_was_read_keeps_the_connection_open(cast: Cast) -> None:
    body = b'{"model": "motif", "benchmark": "unknown"}'
    lines = (
        KEY.format(key=cast.alice.key).strip(),
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    )
    with serving(cast.context) as address, connected(address) as connection:
        for _ in range(2):
            connection.sendall(head("POST", "/api/v1/jobs", *lines) + body)
            received = connection.recv(65536)
            assert received.startswith(b"HTTP/1.1 404 ")
            assert b"connection: close" not in received.lower()


def test_headers_have_a_largest_size(context: AppContext) -> None:
    with serving(context) as address:
        with connected(address) as connection:
            connection.sendall(
                head("GET", "/healthz", "X-Long: " + "a" * (MAX_HEADER_BYTES - 1024), "Connection: close")
            )
            assert read_to_the_end(connection).startswith(b"HTTP/1.1 200 ")
        with connected(address) as connection:
            received, seconds, sent = stream(connection, b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: ")

    assert received.startswith(b"HTTP/1.1 400 ")
    assert seconds < SOON_S
    assert sent < 16 * 1024**2


def test_headers_that_arrive_at_once_have_the_same_limit(context: AppContext) -> None:
    with serving(context) as address, connected(address) as connection:
        connection.sendall(head("GET", "/healthz", "X-Long: " + "a" * (MAX_HEADER_BYTES + 8192)))

        assert read_to_the_end(connection).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    "first", [b"", b"GET /heal", head("GET", "/healthz") + b"GET /healthz HTTP/1.1\r\nHost"]
)
def test_unfinished_headers_have_a_deadline(context: AppContext, first: bytes) -> None:
    http = limited_protocol(max_connections=8, header_timeout_s=0.5)
    with serving(context, http=http, timeout_keep_alive=60) as address, connected(address) as connection:
        started = time.monotonic()
        connection.sendall(first)
        stop = threading.Event()
        trickle = threading.Thread(target=_trickle, args=(connection, stop))
        if first:
            trickle.start()
        read_to_the_end(connection)
        seconds = time.monotonic() - started
        stop.set()
        if first:
            trickle.join()

    assert seconds < SOON_S


def _trickle(connection: socket.socket, stop: threading.Event) -> None:
    """Send single bytes with pauses, which resets the deadlines of servers that limit only the idle time."""
    try:
        while not stop.wait(0.1):
            connection.sendall(b"x")
    except OSError:
        pass


def test_connections_have_a_largest_number(context: AppContext) -> None:
    most = 8
    limited = replace(context, settings=settings_for(context.settings.home, max_connections=most))
    with serving(limited) as address:
        idle = [
            socket.create_connection((urlsplit(address).hostname, urlsplit(address).port))
            for _ in range(most)
        ]
        try:
            with connected(address) as connection:
                assert read_to_the_end(connection).startswith(b"HTTP/1.1 503 ")
            idle.pop().close()
            with connected(address) as connection:
                connection.sendall(head("GET", "/healthz", "Connection: close"))
                assert read_to_the_end(connection).startswith(b"HTTP/1.1 200 ")
        finally:
            for each in idle:
                each.close()


def test_a_body_that_arrives_too_slowly_is_refused() -> None:
    async def receive() -> Message:
        await anyio.sleep(0.1)
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def read() -> int:
        body = RequestBody(receive, Headers({"content-length": "1000"}), limit=1000, slow_start_s=0.25)
        messages = 0
        try:
            while True:
                await body()
                messages += 1
        except RequestTimeout:
            return messages

    assert anyio.run(read) <= 2

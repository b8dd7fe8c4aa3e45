"""An S3 server (moto) behind a proxy that responds slowly or incorrectly."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_HOP_BY_HOP = {"connection", "transfer-encoding", "content-length", "server", "date"}
_BAD_DIGEST = b"<Error><Code>BadDigest</Code><Message>Wrong Content-MD5.</Message></Error>"
_SLOW_DOWN = b"<Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>"


class Fault(StrEnum):
    """What the server does with every request, with every download (GET) or with every upload (PUT)."""

    SILENT = "no answer at all"
    SLOW_DOWN = "503, as S3 under load"
    NO_XML = "500 with a page of a proxy"
    DENIED = "403"
    CUT = "a download that ends in the middle"
    HANGS = "a download that stops in the middle"
    DAMAGED = "a download with one wrong byte"
    UPLOAD_CUT = "the connection of an upload closes in the middle"
    UPLOAD_HANGS = "the server stops reading in the middle of an upload"
    UPLOAD_DAMAGED = "one byte of an upload changes on the way; the server checks Content-MD5, as S3 does"


_OF_ALL_REQUESTS = {Fault.SLOW_DOWN: 503, Fault.NO_XML: 500, Fault.DENIED: 403}
OF_DOWNLOADS = frozenset({Fault.CUT, Fault.HANGS, Fault.DAMAGED})
OF_UPLOADS = frozenset({Fault.UPLOAD_CUT, Fault.UPLOAD_HANGS, Fault.UPLOAD_DAMAGED})


class FaultyS3:
    """The address of the proxy, and its current fault."""

    def __init__(self, upstream: str) -> None:
        self._fault: Fault | None = None
        self._is_only_once = False
        self._is_over = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self, urlsplit(upstream).netloc))
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def running(self) -> Iterator["FaultyS3"]:
        thread = threading.Thread(target=self._server.serve_forever)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()

    @contextmanager
    def failing(self, fault: Fault, *, only_once: bool = False) -> Iterator[None]:
        """Apply a fault to every request of the block, or only to the first matching request."""
        self._fault, self._is_over, self._is_only_once = fault, threading.Event(), only_once
        try:
            yield
        finally:
            self._fault = None
            self._is_over.set()

    def answer(self, request: BaseHTTPRequestHandler, upstream: str) -> None:
        fault, is_over = self._fault, self._is_over
        if fault in OF_DOWNLOADS and request.command != "GET":
            fault = None
        if fault in OF_UPLOADS and request.command != "PUT":
            fault = None
        if fault and self._is_only_once:
            self._fault = None
        request.close_connection = True
        length = int(request.headers.get("Content-Length", 0))
        if fault in (Fault.UPLOAD_CUT, Fault.UPLOAD_HANGS):
            request.rfile.read(length // 2)
            if fault is Fault.UPLOAD_HANGS:
                is_over.wait()
            return
        body = request.rfile.read(length)
        if fault is Fault.SILENT:
            is_over.wait()
        elif fault in _OF_ALL_REQUESTS:
            page = _SLOW_DOWN if fault is Fault.SLOW_DOWN else b"<html><p>Oops<br>"
            _send(request, _OF_ALL_REQUESTS[fault], {}, page)
        elif fault is Fault.UPLOAD_DAMAGED and "Content-MD5" in request.headers:
            _send(request, 400, {}, _BAD_DIGEST)
        else:
            sent = _damaged(body) if fault is Fault.UPLOAD_DAMAGED else body
            self._forward(request, upstream, sent, fault)
            if fault is Fault.HANGS:
                is_over.wait()

    def _forward(
        self, request: BaseHTTPRequestHandler, upstream: str, body: bytes, fault: Fault | None
    ) -> None:
        connection = http.client.HTTPConnection(upstream, timeout=60)
        connection.request(request.command, request.path, body, dict(request.headers))
        answer = connection.getresponse()
        content, headers = answer.read(), dict(answer.getheaders())
        connection.close()
        if fault is Fault.DAMAGED:
            content = _damaged(content)
        is_cut = fault in (Fault.CUT, Fault.HANGS)
        _send(request, answer.status, headers, content, length=len(content) // 2 if is_cut else None)


def _damaged(content: bytes) -> bytes:
    """Return the content with one changed byte in the middle."""
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def _send(
    request: BaseHTTPRequestHandler,
    status: int,
    headers: dict[str, str],
    content: bytes,
    *,
    length: int | None = None,
) -> None:
    """Send a response, or only the first `length` bytes of its content."""
    declared = headers.get("Content-Length", str(len(content))) if request.command == "HEAD" else len(content)
    request.send_response(status)
    for name, value in headers.items():
        if name.lower() not in _HOP_BY_HOP:
            request.send_header(name, value)
    request.send_header("Content-Length", str(declared))
    request.send_header("Connection", "close")
    request.end_headers()
    if request.command != "HEAD":
        request.wfile.write(content[:length])
        request.wfile.flush()


def _handler(proxy: FaultyS3, upstream: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _any(self) -> None:
            proxy.answer(self, upstream)

        do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = _any  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    return Handler

"""Speaks the REST API of a server, patiently: a broken connection or a busy server is asked again."""

import base64
import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx2

# A JSON document as the server sent it; what is read from it is checked where it is read.
JsonObject = dict[str, Any]

CHUNK_BYTES = 256 * 1024
PAUSES_S = (0.5, 1.0, 2.0, 4.0, 8.0)
LONGEST_PAUSE_S = 60.0
_BUSY = {
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
}


class ServerError(Exception):
    """A request was not answered as asked; the message is a sentence for the person at the terminal.

    ServerError
    ├── Refused      the server says no, with a status, a code and perhaps a list of problems
    └── Unreachable  it does not answer, or not like this service does
    """


class Refused(ServerError):
    """The server says no."""

    def __init__(self, status: int, code: str, message: str, problems: list[str]) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.problems = problems


class Unreachable(ServerError):
    """No usable answer came, however often it was asked."""


class Server:
    """The API of one server under one key; safe to share between threads.

    Args:
        address: such as https://bench.example.
        key: sent as a bearer token.
        sleep: called between tries, with seconds.
    """

    def __init__(self, address: str, key: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self.address = address.rstrip("/")
        self._sleep = sleep
        self._client = httpx2.Client(
            base_url=f"{self.address}/api/v1",
            headers={"Authorization": f"Bearer {key}"},
            timeout=httpx2.Timeout(120, connect=10),
        )

    def get(self, path: str, **query: str | int) -> Any:
        return self._ask("GET", path, params=query).json()

    def post(self, path: str, body: Mapping[str, object] | None = None, *, again: bool = True) -> JsonObject:
        """Post JSON; `again` says whether asking twice does no harm."""
        answer: JsonObject = self._ask("POST", path, json=body, again=again).json()
        return answer

    def put(self, path: str, body: Mapping[str, object]) -> JsonObject:
        answer: JsonObject = self._ask("PUT", path, json=body).json()
        return answer

    def put_file(self, path: str, file: Path, media_type: str) -> JsonObject:
        """Send a file with its digest, from the start at every try."""
        headers = {
            "Content-Type": media_type,
            "Content-Length": str(file.stat().st_size),
            "Content-Digest": content_digest(file),
        }
        return self._ask("PUT", path, headers=headers, body=lambda: _chunks(file)).json()  # type: ignore[no-any-return]  # see Answer

    @contextmanager
    def download(self, path: str) -> Iterator[Iterator[bytes]]:
        """Give the body of an answer piece by piece."""
        try:
            with self._client.stream("GET", path) as answer:
                if not answer.is_success:
                    answer.read()
                    raise _refusal(answer)
                yield answer.iter_bytes(CHUNK_BYTES)
        except httpx2.TransportError as error:
            raise self._unreachable(error) from error

    def close(self) -> None:
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(
        self,
        method: str,
        path: str,
        *,
        again: bool = True,
        body: Callable[[], Iterator[bytes]] | None = None,
        **more: Any,
    ) -> httpx2.Response:
        """Ask until there is an answer that is not "busy", or patience ends.

        Raises:
            Refused, Unreachable: see `ServerError`.
        """
        for pause_s in (*PAUSES_S, None):
            try:
                answer = self._client.request(method, path, content=body() if body else None, **more)
            except httpx2.TransportError as error:
                if pause_s is None or not again:
                    raise self._unreachable(error) from error
            else:
                if answer.status_code not in _BUSY or pause_s is None:
                    return _checked(answer)
                pause_s = max(pause_s, _retry_after_s(answer))
            self._sleep(pause_s)
        raise AssertionError("the last try returns or raises")

    def _unreachable(self, error: Exception) -> Unreachable:
        reason = str(error) or type(error).__name__
        return Unreachable(
            f"{self.address} does not answer ({reason}). Is the address right, and does it run?"
        )


def open_server(address: str | None, key: str | None) -> AbstractContextManager[Server]:
    """Return the server a command was pointed to.

    Raises:
        ServerError: the address or the key is missing or of no use.
    """
    if not address:
        raise ServerError("Say which server: --server URL, or TI2V_SERVER.")
    if not address.startswith(("http://", "https://")):
        raise ServerError("A server's address begins with http:// or https://.")
    if not key or not key.isascii() or not key.isprintable():
        raise ServerError("Give your key: --key KEY, or TI2V_KEY. An admin makes one with: ti2v key create")
    return Server(address, key.strip())


def content_digest(file: Path) -> str:
    """Return a file's sha256 in the form of the Content-Digest header (RFC 9530)."""
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").digest()
    return f"sha-256=:{base64.b64encode(digest).decode()}:"


def _chunks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk


def _checked(answer: httpx2.Response) -> httpx2.Response:
    if not answer.is_success:
        raise _refusal(answer)
    if "json" not in answer.headers.get("content-type", ""):
        raise Unreachable(f"{answer.url.host} answers, but not like a TI2V Bench server does.")
    return answer


def _refusal(answer: httpx2.Response) -> ServerError:
    if answer.is_redirect:
        return Unreachable(f"The server sends us on to {answer.headers.get('location')}; use that address.")
    try:
        body = answer.json()
        return Refused(answer.status_code, body["error"], body["message"], body.get("problems") or [])
    except (ValueError, KeyError, TypeError):
        # Not ours: a proxy in front of the server, for one.
        sentence = (
            f"{answer.url.host} answered {answer.status_code}, but not like a TI2V Bench server does. "
            "Is the address right?"
        )
        return Refused(answer.status_code, "unknown", sentence, [])


def _retry_after_s(answer: httpx2.Response) -> float:
    """Return how long the server asks us to wait, in seconds; 0 where it does not say."""
    asked = answer.headers.get("retry-after", "")
    return min(float(asked), LONGEST_PAUSE_S) if asked.isdecimal() else 0.0

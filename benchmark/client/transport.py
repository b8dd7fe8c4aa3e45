"""Sends requests to one server; retries requests, adds digests to uploads and streams downloads."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar

import httpx2
from pydantic import TypeAdapter, ValidationError

from benchmark.client.digests import content_digest
from benchmark.client.errors import NotAllowed, Refused, ServerError, Unreachable
from benchmark.client.retry import Retry
from benchmark.client.tls import tls_context
from benchmark.wire.common import ErrorResponse, RequestModel

CHUNK_BYTES = 256 * 1024
# Maximum pause, seconds. A longer Retry-After of the server is shortened to this pause.
MAX_RETRY_AFTER_S = 60.0
API = "/api/v1"
# With these statuses, the server has not executed the request.
_NOT_DONE = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
Answer = TypeVar("Answer")
Query = Mapping[str, str | int | list[str] | None]


class Transport:
    """The connection to one server with one key. Several threads may share a connection.

    Args:
        address: the server's address, such as https://bench.example.
        key: the key; sent only as a bearer token.
        retry: decides which failed requests are retried, and how often.
        on_retry: called with a message for the user before the first retry of a request.
    """

    def __init__(
        self, address: str, key: str, *, retry: Retry, on_retry: Callable[[str], None] = lambda _: None
    ) -> None:
        self.address = address.rstrip("/")
        self._retry = retry
        self._on_retry = on_retry
        self._client = httpx2.Client(
            base_url=self.address,
            headers={"Authorization": f"Bearer {key}"},
            timeout=httpx2.Timeout(120, connect=10),
            verify=tls_context(),
        )

    def get(self, path: str, kind: type[Answer], query: Query | None = None) -> Answer:
        """Send a GET request; return the response as `kind`, a Pydantic model or a list of models."""
        return parsed(self.send("GET", API + path, params=_params(query)), kind)

    def post(
        self,
        path: str,
        kind: type[Answer],
        body: RequestModel | None = None,
        *,
        repeatable: bool = True,
        max_retries: int | None = None,
    ) -> Answer:
        """Send a POST request with a JSON body and return the response as `kind`.

        Args:
            repeatable: whether to retry a failed request even if the server may have executed the request.
            max_retries: the largest number of retries of this request; by default the limit of the retry
                policy.
        """
        response = self.send(
            "POST", API + path, repeatable=repeatable, max_retries=max_retries, **_json(body)
        )
        return parsed(response, kind)

    def put(self, path: str, kind: type[Answer], body: RequestModel) -> Answer:
        return parsed(self.send("PUT", API + path, **_json(body)), kind)

    def upload(
        self,
        path: str,
        kind: type[Answer],
        content: Path | bytes,
        headers: Mapping[str, str] | None = None,
        *,
        query: Query | None = None,
        method: str = "PUT",
    ) -> Answer:
        """Upload a file (by default an MP4) with the file's digest.

        Every attempt sends the file from the start.

        A failed POST request is not retried if the server may have executed the request.
        """
        all_headers = {
            "Content-Type": "video/mp4",
            "Content-Length": str(len(content) if isinstance(content, bytes) else content.stat().st_size),
            "Content-Digest": content_digest(content),
            **(headers or {}),
        }
        body = (lambda: content) if isinstance(content, bytes) else (lambda: _chunks(content))
        more: dict[str, Any] = {"headers": all_headers, "body": body, "params": _params(query)}
        return parsed(self.send(method, API + path, repeatable=method != "POST", **more), kind)

    def delete(self, path: str, query: Query) -> None:
        self.send("DELETE", API + path, params=_params(query))

    def download(self, address: str) -> bytes:
        """Return the bytes at an address that a response contains, such as the address of an image."""
        return self.send("GET", address).content

    @contextmanager
    def stream(self, path: str) -> Iterator[Iterator[bytes]]:
        """Yield the body of a response chunk by chunk. The request is not retried."""
        try:
            with self._client.stream("GET", API + path) as response:
                if not response.is_success:
                    response.read()
                    raise refusal(response)
                yield response.iter_bytes(CHUNK_BYTES)
        except httpx2.TransportError as error:
            raise self._unreachable(error) from error

    def close(self) -> None:
        self._client.close()

    def send(
        self,
        method: str,
        address: str,
        *,
        repeatable: bool = True,
        max_retries: int | None = None,
        body: Callable[[], bytes | Iterator[bytes]] | None = None,
        **more: Any,
    ) -> httpx2.Response:
        """Send a request; after a failure, repeat the request until the retry limit is reached.

        Raises:
            ServerError: see `benchmark.client.errors`.
        """
        pauses = self._retry.pauses(max_retries)
        for number in itertools.count():
            try:
                response = self._client.request(method, address, content=body() if body else None, **more)
            except httpx2.TransportError as error:
                failure, at_least_s, may_be_done = self._unreachable(error), 0.0, True
            else:
                status = response.status_code
                if status not in self._retry.statuses:
                    return checked(response)
                failure, at_least_s = _busy(response), _retry_after_s(response)
                may_be_done = status not in _NOT_DONE
            pause_s = next(pauses, None)
            if pause_s is None or (may_be_done and not repeatable):
                break
            self._retry.sleep(max(pause_s, at_least_s))
            if number == 0:
                self._on_retry(f"{failure} The request is sent again until the server responds.")
        raise failure

    def _unreachable(self, error: Exception) -> Unreachable:
        reason = str(error) or type(error).__name__
        failure = Unreachable(
            f"{self.address} does not respond ({reason}). Check the address, and that the server is running."
        )
        failure.__cause__ = error
        return failure


def parsed(response: httpx2.Response, kind: type[Answer]) -> Answer:
    """Return a JSON response as a wire type.

    Raises:
        Unreachable: the response does not match the type, because the address belongs to another program or
            to another version of the server.
    """
    try:
        answer: Answer = TypeAdapter(kind).validate_json(response.content)
    except ValidationError as error:
        raise Unreachable(_not_ours(response)) from error
    return answer


def checked(response: httpx2.Response) -> httpx2.Response:
    """Return a successful response; for any other response, raise the matching error."""
    if not response.is_success:
        raise refusal(response)
    return response


def refusal(response: httpx2.Response) -> ServerError:
    if response.is_redirect:
        location = response.headers.get("location")
        return Unreachable(f"The server redirects to {location}. Use that address.")
    status = response.status_code
    try:
        error = ErrorResponse.model_validate_json(response.content)
    except ValidationError:
        # The response may come from a proxy in front of the server.
        return Refused(status, "unknown", f"{_not_ours(response)} Check the address.")
    kind = NotAllowed if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN) else Refused
    return kind(status, error.error, error.message, error.problems or ())


def _json(body: RequestModel | None) -> dict[str, Any]:
    if body is None:
        return {}
    return {"body": body.model_dump_json().encode, "headers": {"Content-Type": "application/json"}}


def _params(query: Query | None) -> dict[str, str | int | list[str]]:
    return {name: value for name, value in (query or {}).items() if value is not None}


def _chunks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk


def _busy(response: httpx2.Response) -> Unreachable:
    try:
        return Unreachable(ErrorResponse.model_validate_json(response.content).message)
    except ValidationError:
        return Unreachable(f"{response.url.host} responded with {response.status_code}.")


def _not_ours(response: httpx2.Response) -> str:
    return f"{response.url.host} responded with {response.status_code}, but not as a TI2V Bench server does."


def _retry_after_s(response: httpx2.Response) -> float:
    """Return the pause that the server requests, in seconds; 0 if the server requests no pause."""
    asked = response.headers.get("retry-after", "")
    return min(float(asked), MAX_RETRY_AFTER_S) if asked.isdecimal() else 0.0

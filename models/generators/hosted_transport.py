"""Sends requests to a hosted API within time limits; repeats a request only if this costs nothing.

The key is sent to the service only, never to the host of a video.
"""

import time
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import httpx2

from benchmark.client.tls import tls_context
from models.generators.base import CannotRun, Crashed, GeneratorError, TimedOut

_REQUEST_TIMEOUT_S = 60.0
_LONGEST_PAUSE_S = 60.0
_REFUSED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.PAYMENT_REQUIRED, HTTPStatus.FORBIDDEN}
_NOT_EXECUTED = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
_CHUNK_BYTES = 1 << 20


class Deadline:
    """The time at which a time limit ends.

    Args:
        seconds: duration of the limit.
        what: text with the model and the pair, for the error message.
    """

    def __init__(self, seconds: float, what: str) -> None:
        self._seconds, self._what = seconds, what
        self._ends = time.monotonic() + seconds

    def sleep(self, seconds: float) -> None:
        """Sleep for a number of seconds, but not beyond the deadline.

        Raises:
            TimedOut: the deadline has passed.
        """
        left_s = self._ends - time.monotonic()
        if left_s <= 0:
            raise TimedOut(f"{self._what} did not finish within {self._seconds:g} s.")
        time.sleep(min(seconds, left_s))


class HostedTransport:
    """The connection to one service.

    Args:
        base: address of the service.
        headers: headers with the key.
    """

    def __init__(self, base: str, headers: Mapping[str, str]) -> None:
        self._base = base.rstrip("/")
        self._headers = dict(headers)
        self._client = httpx2.Client(
            timeout=httpx2.Timeout(_REQUEST_TIMEOUT_S, connect=10), verify=tls_context()
        )

    def submit(self, path: str, body: object, deadline: Deadline) -> object:
        """Send a POST request that costs money.

        The request is repeated only if the service did not execute the request.

        Raises:
            GeneratorError: the service refuses the request, or the service's answer did not arrive.
        """
        return self._json("POST", self._base + path, deadline, body=body)

    def get(self, url: str, deadline: Deadline) -> object:
        """Send a GET request, and repeat it until the deadline if the service does not answer.

        Raises:
            GeneratorError: the address does not belong to the service, or the service refuses the request.
        """
        if urlsplit(url)[:2] != urlsplit(self._base)[:2]:
            raise Crashed(
                f"The API names {url}, which is not an address of {self._base}; the key is not sent."
            )
        return self._json("GET", url, deadline)

    def download(self, url: str, path: Path, *, max_bytes: int, deadline: Deadline) -> None:
        """Download a video. The request does not contain the service's key.

        Raises:
            GeneratorError: the address is not https, or the file is too large or is not an MP4 video.
        """
        while url:
            if not (url.startswith("https://") or self._is_own(url)):
                raise Crashed(f"The video is at {url[:200]!r}, which is not an https address.")
            following = self._stream(url, path, max_bytes)
            deadline.sleep(1.0 if following == url else 0.0)
            url = following
        with path.open("rb") as file:
            start = file.read(64)
        if start[4:8] != b"ftyp":
            raise Crashed(
                f"The file at the video's address is not an MP4 video; it starts with {start[:24]!r}."
            )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _is_own(self, url: str) -> bool:
        return urlsplit(url)[:2] == urlsplit(self._base)[:2]

    def _stream(self, url: str, path: Path, max_bytes: int) -> str:
        """Write a video to a file.

        Return the address of the next request, which follows a redirect or repeats a failed request. Return
        "" if the file is complete.
        """
        try:
            with self._client.stream("GET", url) as response:
                status = response.status_code
                if response.next_request is not None:
                    return str(response.next_request.url)
                if status in _NOT_EXECUTED or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                    return url
                if status != HTTPStatus.OK:
                    raise Crashed(f"The video cannot be downloaded: status {status}.")
                _write(response, path, max_bytes)
        except httpx2.HTTPError:
            return url
        return ""

    def _json(self, method: str, url: str, deadline: Deadline, *, body: object = None) -> object:
        pause_s = 1.0
        while True:
            response = self._attempt(method, url, body)
            if response is not None:
                if response.status_code < HTTPStatus.MULTIPLE_CHOICES:
                    return _parsed(response)
                if not self._may_repeat(method, response.status_code):
                    raise _refusal(response)
            asked_s = _retry_after(response)
            deadline.sleep(pause_s if asked_s is None else asked_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    def _attempt(self, method: str, url: str, body: object) -> httpx2.Response | None:
        """Return the response; None if the request was not executed and may be repeated."""
        try:
            return self._client.request(method, url, json=body, headers=self._headers)
        except httpx2.ConnectError:
            return None
        except httpx2.HTTPError as error:
            if method == "GET":
                return None
            raise Crashed(
                f"The API did not answer ({error!r}). The clip may be charged and is not submitted again."
            ) from error

    @staticmethod
    def _may_repeat(method: str, status: int) -> bool:
        return status in _NOT_EXECUTED or (method == "GET" and status >= HTTPStatus.INTERNAL_SERVER_ERROR)


def _write(response: httpx2.Response, path: Path, max_bytes: int) -> None:
    written = 0
    with path.open("wb") as file:
        for chunk in response.iter_bytes(_CHUNK_BYTES):
            written += len(chunk)
            if written > max_bytes:
                raise Crashed(f"The video is larger than {max_bytes / 1e6:g} MB.")
            file.write(chunk)


def _parsed(response: httpx2.Response) -> object:
    try:
        parsed: object = response.json()
    except ValueError as error:
        kind = response.headers.get("content-type", "no type")
        raise Crashed(f"The API answered with {kind} instead of JSON: {response.text[:100]!r}.") from error
    return parsed


def _refusal(response: httpx2.Response) -> GeneratorError:
    text = " ".join(response.text.split())[:200]
    if response.status_code in _REFUSED:
        return CannotRun(f"The API refuses the key or the account: status {response.status_code}: {text}")
    return Crashed(f"The API answered with status {response.status_code}: {text}")


def _retry_after(response: httpx2.Response | None) -> float | None:
    value = response.headers.get("retry-after", "") if response is not None else ""
    return min(float(value), _LONGEST_PAUSE_S) if value.isdigit() else None

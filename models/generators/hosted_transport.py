"""Sends requests to a hosted API within time limits; repeats a request only if this costs nothing.

The key is sent to the service only, never to the host of a video.
"""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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
_MAX_ANSWER_BYTES = 16_000_000
_MAY_BE_CHARGED = "The clip may be charged and is not submitted again."


@dataclass(frozen=True)
class _Answer:
    """A complete answer of the service."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    def text(self, length: int) -> str:
        """Return the start of the content on one line."""
        return " ".join(self.content[: 4 * length].decode(errors="replace").split())[:length]


class Deadline:
    """The time at which a time limit ends.

    Args:
        seconds: duration of the limit.
        what: text with the model and the pair, for the error message.
    """

    def __init__(self, seconds: float, what: str) -> None:
        self._seconds, self._what = seconds, what
        self._ends = time.monotonic() + seconds

    def sleep(self, seconds: float, problem: str = "") -> None:
        """Sleep for a number of seconds, but not beyond the deadline.

        Args:
            seconds: duration of the pause.
            problem: the reason why the caller waits; part of the error message.

        Raises:
            TimedOut: the deadline has passed.
        """
        left_s = self._ends - time.monotonic()
        if left_s <= 0:
            last = f" The last problem: {problem}." if problem else ""
            raise TimedOut(f"{self._what} did not finish within {self._seconds:g} s.{last}")
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
        if not self._is_own(url):
            raise Crashed(
                f"The API names {url}, which is not an address of {self._base}; the key is not sent."
            )
        return self._json("GET", url, deadline)

    def download(self, url: str, path: Path, *, max_bytes: int, deadline: Deadline) -> None:
        """Download a video. The request does not contain the service's key.

        Raises:
            GeneratorError: the address is not https, or the file is too large or is not an MP4 video.
        """
        while True:
            if not (url.startswith("https://") or self._is_own(url)):
                raise Crashed(f"The video is at {url[:200]!r}, which is not an https address.")
            following, problem = self._stream(url, path, max_bytes, deadline)
            if not following:
                break
            deadline.sleep(1.0 if following == url else 0.0, problem)
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
        try:
            return urlsplit(url)[:2] == urlsplit(self._base)[:2]
        except ValueError:
            return False

    def _stream(self, url: str, path: Path, max_bytes: int, deadline: Deadline) -> tuple[str, str]:
        """Write a video to a file.

        Return the address of the next request and the problem of this request. The next request follows a
        redirect or repeats a failed request. If the file is complete, its address is "".
        """
        try:
            with self._client.stream("GET", url) as response:
                status = response.status_code
                if response.next_request is not None:
                    return str(response.next_request.url), "the video's address redirects"
                if status in _NOT_EXECUTED or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                    return url, f"the video's address answered with status {status}"
                if status != HTTPStatus.OK:
                    raise Crashed(f"The video cannot be downloaded: status {status}.")
                with path.open("wb") as file:
                    for chunk in _chunks(response, max_bytes, "The video", deadline):
                        file.write(chunk)
        except httpx2.InvalidURL as error:
            raise Crashed(f"The video is at {url[:200]!r}, which is not an https address.") from error
        except httpx2.HTTPError as error:
            return url, f"the video's address did not answer ({error!r})"
        return "", ""

    def _json(self, method: str, url: str, deadline: Deadline, *, body: object = None) -> object:
        pause_s = 1.0
        while True:
            problem = "the API did not answer"
            answer = self._attempt(method, url, body, deadline)
            if answer is not None:
                if answer.status < HTTPStatus.MULTIPLE_CHOICES:
                    return _parsed(answer)
                if not self._may_repeat(method, answer.status):
                    raise _refusal(answer)
                problem = f"the API answered with status {answer.status}: {answer.text(100)}"
            asked_s = _retry_after(answer)
            deadline.sleep(pause_s if asked_s is None else asked_s, problem)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    def _attempt(self, method: str, url: str, body: object, deadline: Deadline) -> _Answer | None:
        """Return the answer; None if the request was not executed and may be repeated."""
        try:
            with self._client.stream(method, url, json=body, headers=self._headers) as response:
                chunks = _chunks(response, _MAX_ANSWER_BYTES, "The API's answer", deadline)
                return _Answer(response.status_code, response.headers, b"".join(chunks))
        except httpx2.ConnectError:
            return None
        except httpx2.InvalidURL as error:
            raise Crashed(f"The API names {url[:200]!r}, which is not an address.") from error
        except httpx2.HTTPError as error:
            if method == "GET":
                return None
            raise Crashed(f"The API did not answer ({error!r}). {_MAY_BE_CHARGED}") from error
        except TimedOut as error:
            if method == "GET":
                raise
            raise TimedOut(f"{error} {_MAY_BE_CHARGED}") from error

    @staticmethod
    def _may_repeat(method: str, status: int) -> bool:
        return status in _NOT_EXECUTED or (method == "GET" and status >= HTTPStatus.INTERNAL_SERVER_ERROR)


def _chunks(response: httpx2.Response, max_bytes: int, what: str, deadline: Deadline) -> Iterator[bytes]:
    """Yield the content of a response. The deadline also ends an answer that arrives very slowly."""
    read = 0
    for chunk in response.iter_bytes():
        if read:
            deadline.sleep(0, f"{what[0].lower()}{what[1:]} arrives too slowly")
        read += len(chunk)
        if read > max_bytes:
            raise Crashed(f"{what} is larger than {max_bytes / 1e6:g} MB.")
        yield chunk


def _parsed(answer: _Answer) -> object:
    try:
        parsed: object = json.loads(answer.content)
    except (ValueError, RecursionError) as error:
        kind = answer.headers.get("content-type", "no type")
        raise Crashed(f"The API answered with {kind} instead of JSON: {answer.text(100)!r}.") from error
    return parsed


def _refusal(answer: _Answer) -> GeneratorError:
    if answer.status in _REFUSED:
        return CannotRun(
            f"The API refuses the key or the account: status {answer.status}: {answer.text(200)}"
        )
    return Crashed(f"The API answered with status {answer.status}: {answer.text(200)}")


def _retry_after(answer: _Answer | None) -> float | None:
    value = answer.headers.get("retry-after", "") if answer is not None else ""
    return min(float(value), _LONGEST_PAUSE_S) if value.isascii() and value.isdigit() else None

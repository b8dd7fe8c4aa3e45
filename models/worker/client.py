"""The part of the REST API a worker speaks: claim, renew, give back, fail, hand in.

Network errors, 429 and 5xx are asked again with growing pauses; every other answer is an answer.
"""

import base64
import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx2

from benchmark.protocol import FailureKind
from benchmark.wire.submissions import MAX_PROVENANCE_BYTES
from models.worker.backoff import Backoff
from models.worker.errors import NotAllowed, Refused, Stale, Unreachable

_STALE = {"stale_attempt", "cancelled", "submission_not_open", "clip_exists"}
_KEY_SENTENCE = (
    "This key may not do a worker's work. An admin makes one that may with: "
    "ti2v key create --role worker --name NAME"
)
# Failing and giving back are courtesies: a lease that is not renewed says the same a little later.
_COURTESY_S = 60.0


@dataclass(frozen=True)
class Job:
    """One clip to be made, as it was claimed; `lease_s` is how long a sign of life lasts."""

    id: str
    attempt: int
    model: str
    submission: str
    pair_id: str
    prompt: str
    image_url: str
    image_sha256: str
    seed: int
    lease_s: float


@dataclass(frozen=True)
class WorkerInfo:
    """What the worker says about itself."""

    name: str
    device: str
    gpu: str | None = None


class JobServer:
    """The server under one key; safe to share between threads.

    Args:
        address: such as https://bench.example.
        key: sent as a bearer token, and nowhere else.
        patience: shared with what stops the worker.
        say: told once when the server stops answering.
    """

    def __init__(self, address: str, key: str, backoff: Backoff, say: Callable[[str], None]) -> None:
        self.address = address.rstrip("/")
        self._patience = backoff
        self._say = say
        self._client = httpx2.Client(
            base_url=self.address,
            headers={"Authorization": f"Bearer {key}"},
            timeout=httpx2.Timeout(120, connect=10),
        )

    def claim(self, card: WorkerInfo, models: Sequence[str], holding: str | None, count: int) -> list[Job]:
        """Lease up to `count` jobs, all of one model; none when there is nothing to do now."""
        worker = {"name": card.name, "device": card.device, "gpu": card.gpu}
        body = {"worker": worker, "models": list(models), "holding": holding, "count": count}
        answer = self._ask("POST", "/api/v1/jobs/claim", json=body)
        return [_job(each) for each in _document(answer)["jobs"]]

    def image(self, job: Job) -> bytes:
        """Return the image to animate.

        Raises:
            Refused: what arrived is not what was promised.
        """
        answer = self._ask("GET", job.image_url)
        if hashlib.sha256(answer.content).hexdigest() != job.image_sha256:
            raise Refused(answer.status_code, "wrong_digest", "It arrived with another sha256 than promised.")
        return answer.content

    def renew(self, job: Job) -> None:
        """Extend the lease; asked once, since it is soon asked again.

        Raises:
            Stale: the work is no longer wanted.
        """
        self._ask("POST", _path(job, "renew"), patience_s=0, json={"attempt": job.attempt})

    def release(self, job: Job) -> None:
        """Give the job back untried."""
        self._ask("POST", _path(job, "release"), patience_s=_COURTESY_S, json={"attempt": job.attempt})

    def fail(self, job: Job, kind: FailureKind, message: str, log_tail: str = "") -> str:
        """Say why there is no clip; return what becomes of the job, `queued` or `failed`."""
        body = {"attempt": job.attempt, "kind": kind.value, "message": message, "log_tail": log_tail}
        answer = self._ask("POST", _path(job, "fail"), patience_s=_COURTESY_S, json=body)
        return str(_document(answer)["status"])

    def hand_in(self, job: Job, mp4: bytes, provenance: Mapping[str, object]) -> None:
        """Send the clip; this finishes the job.

        Raises:
            Stale: another worker has the job, or its clip is there already.
            Refused: the server does not take the clip; its message says why.
        """
        digest = base64.b64encode(hashlib.sha256(mp4).digest()).decode()
        headers = {
            "Content-Type": "video/mp4",
            "Content-Digest": f"sha-256=:{digest}:",
            "Ti2v-Job": job.id,
            "Ti2v-Attempt": str(job.attempt),
            "Ti2v-Provenance": encoded_provenance(provenance),
        }
        path = f"/api/v1/submissions/{job.submission}/clips/{quote(job.pair_id, safe='')}"
        self._ask("PUT", path, headers=headers, content=mp4)

    def close(self) -> None:
        self._client.close()

    def _ask(self, method: str, path: str, *, patience_s: float = math.inf, **more: Any) -> httpx2.Response:
        """Ask until there is an answer that is not "busy", or patience ends.

        Raises:
            Refused, Unreachable: see `models.worker.errors`.
        """
        reason = ""
        for number in self._patience.tries(patience_s):
            if number == 1:
                self._say(f"{self.address} {reason}; asking again until it answers.")
            try:
                answer = self._client.request(method, path, **more)
            except httpx2.TransportError as error:
                reason = f"does not answer ({str(error) or type(error).__name__})"
                continue
            if answer.status_code < 500 and answer.status_code != HTTPStatus.TOO_MANY_REQUESTS:
                return _checked(answer)
            reason = f"answered {answer.status_code}"
        raise Unreachable(f"{self.address} {reason}. Is the address right, and does it run?")


def encoded_provenance(provenance: Mapping[str, object]) -> str:
    """Return base64 of the JSON; what is longest goes first where 4 KiB do not hold it all."""
    kept = dict(provenance)
    for dropped in ("", "libraries", "settings"):
        kept.pop(dropped, None)
        text = json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode()
        if len(text) <= MAX_PROVENANCE_BYTES:
            break
    return base64.b64encode(text).decode()


def _job(answer: Mapping[str, Any]) -> Job:
    return Job(**{name: answer[name] for name in Job.__dataclass_fields__})


def _path(job: Job, verb: str) -> str:
    return f"/api/v1/jobs/{job.id}/{verb}"


def _document(answer: httpx2.Response) -> Mapping[str, Any]:
    if "json" not in answer.headers.get("content-type", ""):
        raise Unreachable(f"{answer.url.host} answers, but not like a TI2V Bench server does.")
    document: Mapping[str, Any] = answer.json()
    return document


def _checked(answer: httpx2.Response) -> httpx2.Response:
    if answer.is_success:
        return answer
    if answer.is_redirect:
        raise Unreachable(f"The server sends us on to {answer.headers.get('location')}; use that address.")
    try:
        body = answer.json()
        code, message = str(body["error"]), str(body["message"])
    except (ValueError, KeyError, TypeError):
        # Not ours: a proxy in front of the server, for one.
        code, message = "unknown", f"The server answered {answer.status_code}."
    if answer.status_code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise NotAllowed(answer.status_code, code, _KEY_SENTENCE)
    if answer.status_code == HTTPStatus.CONFLICT and code in _STALE:
        raise Stale(answer.status_code, code, message)
    raise Refused(answer.status_code, code, message)

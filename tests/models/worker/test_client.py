"""The worker's client: what is asked again and what is not, and what it never says."""

import base64
import json
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from benchmark.protocol import FailureKind
from models.worker.backoff import Backoff
from models.worker.client import Job, JobServer, WorkerInfo, encoded_provenance
from models.worker.errors import NotAllowed, Refused, Stale, Unreachable
from tests.models.worker.conftest import Workplace

KEY = "ti2v_secret"
CARD = WorkerInfo("gpu-box", "cpu")
NOTHING = (200, b'{"jobs": []}')


class Hurried(Backoff):
    """Waits for nothing, and remembers how long it would have waited."""

    def __init__(self) -> None:
        super().__init__(threading.Event(), random.Random(1))
        self.waits: list[float] = []

    def _wait(self, seconds: float) -> None:
        self.waits.append(seconds)


@contextmanager
def answering(*answers: tuple[int, bytes]) -> Iterator[tuple[str, list[str]]]:
    """Serve these answers, the last one for ever; give the address and the requests that came."""
    left, asked = list(answers), []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            asked.append(f"{self.path} {self.headers['Authorization']}")
            status, body = left.pop(0) if len(left) > 1 else left[0]
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            """Print nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", asked
        finally:
            server.shutdown()
            thread.join()


def claim(address: str, backoff: Backoff, say: Callable[[str], None] = lambda _: None) -> list[Job]:
    server = JobServer(address, KEY, backoff, say)
    try:
        return server.claim(CARD, ["motif"], None, 1)
    finally:
        server.close()


def refusal(code: str) -> bytes:
    return json.dumps({"error": code, "message": "A sentence.", "request_id": "1"}).encode()


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 507])
def test_a_busy_or_broken_server_is_asked_again_with_growing_pauses(status: int) -> None:
    backoff, said = Hurried(), []

    with answering(*[(status, refusal("busy"))] * 4, NOTHING) as (address, asked):
        assert claim(address, backoff, said.append) == []

    assert len(asked) == 5
    assert len(backoff.waits) == 4
    assert all(0.25 * 2**n <= wait <= 0.5 * 2**n for n, wait in enumerate(backoff.waits))
    assert said == [f"{address} answered {status}; asking again until it answers."]


def test_pauses_end_at_half_a_minute() -> None:
    backoff = Hurried()

    with answering(*[(503, b"")] * 12, NOTHING) as (address, _):
        claim(address, backoff)

    assert 15 <= backoff.waits[-1] <= 30


@pytest.mark.parametrize(
    ("status", "code"), [(400, "bad"), (404, "not_found"), (409, "job_done"), (422, "invalid")]
)
def test_a_refusal_is_an_answer_and_not_asked_again(status: int, code: str) -> None:
    with answering((status, refusal(code))) as (address, asked), pytest.raises(Refused, match="A sentence"):
        claim(address, Hurried())

    assert len(asked) == 1


@pytest.mark.parametrize("code", ["stale_attempt", "cancelled", "submission_not_open", "clip_exists"])
def test_work_that_is_no_longer_wanted_is_stale(code: str) -> None:
    with answering((409, refusal(code))) as (address, _), pytest.raises(Stale):
        claim(address, Hurried())


def test_a_server_that_is_not_there_is_asked_until_patience_ends() -> None:
    class Brief(Hurried):
        def tries(self, longest_s: float) -> Iterator[int]:
            return super().tries(min(longest_s, 1.0))

    backoff = Brief()

    with pytest.raises(Unreachable, match="does not answer"):
        claim("http://127.0.0.1:9", backoff)

    assert backoff.waits


def test_the_key_goes_into_one_header_and_into_no_sentence() -> None:
    said: list[str] = []

    with (
        answering((503, b""), (403, refusal("forbidden"))) as (address, asked),
        pytest.raises(NotAllowed) as error,
    ):
        claim(address, Hurried(), said.append)

    assert asked == [f"/api/v1/jobs/claim Bearer {KEY}"] * 2
    assert KEY not in str(error.value) + "".join(said)


def test_a_researchers_key_gets_a_sentence(workplace: Workplace) -> None:
    server = workplace.server(key=workplace.alice.key)

    with pytest.raises(NotAllowed, match="ti2v key create --role worker --name NAME"):
        server.claim(CARD, ["motif"], None, 1)


def test_an_image_that_arrives_changed_is_refused(workplace: Workplace) -> None:
    workplace.ask()
    server = workplace.server()
    [job] = server.claim(CARD, ["motif"], None, 1)
    other = Job(**{**vars(job), "image_sha256": "0" * 64})

    with pytest.raises(Refused, match="another sha256"):
        server.image(other)


def test_a_failure_says_what_becomes_of_the_job(workplace: Workplace) -> None:
    workplace.ask()
    server = workplace.server()
    first, second = server.claim(CARD, ["motif"], None, 2)

    assert server.fail(first, FailureKind.CRASH, "It fell over.") == "queued"
    assert server.fail(second, FailureKind.BAD_INPUT, "No.") == "failed"


def test_provenance_that_is_too_long_loses_its_longest_parts_first() -> None:
    provenance = {"model": "motif", "settings": {"note": "x" * 3000}, "libraries": {"torch": "y" * 3000}}

    kept = json.loads(base64.b64decode(encoded_provenance(provenance)))

    assert sorted(kept) == ["model", "settings"]

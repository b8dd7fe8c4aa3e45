"""The HTTP transport with servers that are busy, faulty or not a TI2V Bench server."""

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmark.client.client import Client
from benchmark.client.digests import content_digest
from benchmark.client.errors import NotAllowed, Refused, ServerError, Unreachable
from benchmark.client.gold_clip_api import GoldClipApi
from benchmark.client.retry import MAX_PAUSE_S
from benchmark.wire.common import RequestModel
from tests.benchmark.client.conftest import (
    BUSY,
    GOOD,
    KEY,
    Fine,
    ScriptedServer,
    interactive,
    refusal,
    transport_to,
    unattended,
)


class Nothing(RequestModel):
    """An empty body."""


def test_a_busy_server_and_a_broken_connection_are_asked_again(
    scripted_server: Callable[..., ScriptedServer],
) -> None:
    state, retry = scripted_server(BUSY, None, GOOD), interactive()

    assert transport_to(state.address, retry).get("/models", Fine) == Fine(fine=True)

    assert len(retry.waits) == 2


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 507])
def test_a_worker_retries_every_server_error_with_growing_pauses(
    scripted_server: Callable[..., ScriptedServer], status: int
) -> None:
    state, retry, said = scripted_server(*[(status, {}, BUSY[2])] * 4, GOOD), unattended(), list[str]()

    transport_to(state.address, retry, said.append).post("/jobs/claim", Fine, Nothing())

    assert len(retry.waits) == 4
    # Each pause is 0.5 s, doubled by each retry, with jitter of up to one half.
    assert all(0.25 * 2**n <= wait <= 0.5 * 2**n for n, wait in enumerate(retry.waits))
    assert said == ["Later. The request is sent again until the server responds."]


def test_pauses_stop_growing(scripted_server: Callable[..., ScriptedServer]) -> None:
    state, retry = scripted_server(*[BUSY] * 12, GOOD), unattended()

    transport_to(state.address, retry).get("/models", Fine)

    assert MAX_PAUSE_S / 2 <= retry.waits[-1] <= MAX_PAUSE_S


@pytest.mark.parametrize(
    ("status", "code"), [(400, "bad"), (404, "not_found"), (409, "job_done"), (422, "invalid")]
)
def test_a_refusal_is_not_retried(
    scripted_server: Callable[..., ScriptedServer], status: int, code: str
) -> None:
    state = scripted_server((status, {}, refusal(code)))

    with pytest.raises(Refused, match="A sentence") as caught:
        transport_to(state.address, unattended()).post("/jobs/claim", Fine, Nothing())

    assert (caught.value.status, caught.value.code) == (status, code)
    assert len(state.bodies) == 1


def test_a_person_is_told_at_once_that_the_disk_is_full(
    scripted_server: Callable[..., ScriptedServer],
) -> None:
    state, retry = scripted_server((507, {}, refusal("storage_full"))), interactive()

    with pytest.raises(Refused):
        transport_to(state.address, retry).get("/models", Fine)

    assert retry.waits == []


def test_a_server_may_ask_for_a_longer_pause(scripted_server: Callable[..., ScriptedServer]) -> None:
    state, retry = scripted_server((429, {"Retry-After": "7"}, BUSY[2]), GOOD), interactive()

    transport_to(state.address, retry).get("/models", Fine)

    assert retry.waits == [7.0]


def test_a_file_is_sent_whole_and_with_its_digest_at_every_try(
    scripted_server: Callable[..., ScriptedServer], tmp_path: Path
) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"frame" * 200_000)
    state = scripted_server(BUSY, GOOD)

    transport_to(state.address).upload("/clip", Fine, clip)

    expected = base64.b64encode(hashlib.sha256(clip.read_bytes()).digest()).decode()
    assert state.bodies == [clip.read_bytes()] * 2
    assert state.digests == [f"sha-256=:{expected}:"] * 2


def test_retries_end(scripted_server: Callable[..., ScriptedServer]) -> None:
    state, retry = scripted_server(*[None] * 6), interactive()

    with pytest.raises(Unreachable, match="does not respond"):
        transport_to(state.address, retry).get("/models", Fine)

    assert len(retry.waits) == retry.max_retries == 5


def test_a_server_that_stays_busy_says_why(scripted_server: Callable[..., ScriptedServer]) -> None:
    state = scripted_server(*[BUSY] * 6)

    with pytest.raises(Unreachable, match=r"^Later\.$"):
        transport_to(state.address).get("/models", Fine)


def test_a_program_that_has_to_end_retries_for_seconds_only() -> None:
    retry = unattended()
    retry.stopping.set()
    clock = iter(range(100))

    # Port 9 refuses every connection; by this clock each attempt takes a second.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("benchmark.client.retry.time.monotonic", lambda: float(next(clock)))
        with pytest.raises(Unreachable):
            transport_to("http://127.0.0.1:9", retry).get("/models", Fine)

    assert 0 < len(retry.waits) < 10


@pytest.mark.parametrize("failure", [None, (502, {}, b""), (504, {}, b"")])
def test_what_must_not_happen_twice_is_sent_once(
    scripted_server: Callable[..., ScriptedServer], failure: object
) -> None:
    state = scripted_server(failure, GOOD)

    with pytest.raises(Unreachable):
        transport_to(state.address).post("/studies", Fine, Nothing(), repeatable=False)

    assert len(state.bodies) == 1


def test_the_task_that_makes_gold_clips_is_started_once(
    scripted_server: Callable[..., ScriptedServer],
) -> None:
    state = scripted_server(None, GOOD)

    with pytest.raises(Unreachable):
        GoldClipApi(transport_to(state.address)).make("2f6d1b")

    assert len(state.bodies) == 1


def test_what_was_not_done_is_sent_again(scripted_server: Callable[..., ScriptedServer]) -> None:
    state = scripted_server(BUSY, GOOD)

    assert transport_to(state.address).post("/studies", Fine, Nothing(), repeatable=False).fine


def test_a_request_may_have_no_retries_at_all(scripted_server: Callable[..., ScriptedServer]) -> None:
    state = scripted_server(BUSY, GOOD)

    with pytest.raises(Unreachable):
        transport_to(state.address).post("/renew", Fine, Nothing(), max_retries=0)

    assert len(state.bodies) == 1


def test_a_refusal_carries_code_sentence_and_problems(scripted_server: Callable[..., ScriptedServer]) -> None:
    state = scripted_server((409, {}, refusal("clips_missing", problems=["a", "b"])))

    with pytest.raises(Refused, match="A sentence") as caught:
        transport_to(state.address).post("/finalise", Fine)

    assert (caught.value.status, caught.value.code) == (409, "clips_missing")
    assert caught.value.problems == ["a", "b"]


def test_the_key_goes_into_one_header_and_into_no_sentence(
    scripted_server: Callable[..., ScriptedServer],
) -> None:
    state, said = scripted_server(BUSY, (403, {}, refusal("forbidden"))), list[str]()

    with pytest.raises(NotAllowed) as error:
        transport_to(state.address, on_retry=said.append).get("/models", Fine)

    assert state.keys == [f"Bearer {KEY}"] * 2
    assert KEY not in str(error.value) + "".join(said)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ((200, {"Content-Type": "text/html"}, b"<h1>Router login</h1>"), "not as a TI2V Bench server"),
        ((301, {"Location": "https://bench.example/"}, b""), "Use that address"),
        (
            (404, {"Content-Type": "text/html"}, b"<h1>nginx</h1>"),
            "responded with 404, but not as a TI2V Bench",
        ),
    ],
)
def test_an_answer_of_something_else_is_named_as_such(
    scripted_server: Callable[..., ScriptedServer], answer: tuple[int, dict[str, str], bytes], sentence: str
) -> None:
    with pytest.raises(ServerError, match=sentence):
        transport_to(scripted_server(answer).address).get("/models", Fine)


@pytest.mark.parametrize("address", ["bench.example", "ftp://bench.example"])
def test_an_address_needs_its_scheme(address: str) -> None:
    with pytest.raises(ServerError, match="http://"):
        Client(address, KEY)


def test_the_digest_of_an_empty_file_is_the_known_one(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()

    # RFC 9530 writes sha-256 in Base64 between colons; this is the sha256 of nothing.
    assert content_digest(tmp_path / "empty") == "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"

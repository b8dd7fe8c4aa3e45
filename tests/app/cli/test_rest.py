"""The REST client against servers in a bad mood."""

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from app.cli.http import PAUSES_S, Refused, Server, ServerError, Unreachable, content_digest, open_server


@dataclass
class Moody:
    """A server that gives these answers in turn: a status with headers and a body, or None to hang up."""

    answers: list[tuple[int, dict[str, str], bytes] | None]
    bodies: list[bytes] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    address: str = ""


@pytest.fixture
def moody() -> Iterator[Callable[..., Moody]]:
    started: list[HTTPServer] = []

    def start(*answers: tuple[int, dict[str, str], bytes] | None) -> Moody:
        state = Moody(list(answers))
        server = HTTPServer(("127.0.0.1", 0), _handler(state))
        started.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        state.address = f"http://127.0.0.1:{server.server_address[1]}"
        return state

    yield start
    for server in started:
        server.shutdown()
        server.server_close()


def _handler(state: Moody) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            state.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            state.digests.append(self.headers.get("Content-Digest", ""))
            self.do_GET()

        def do_POST(self) -> None:
            state.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.do_GET()

        def do_GET(self) -> None:
            answer = state.answers.pop(0)
            if answer is None:
                self.close_connection = True
                return
            status, headers, body = answer
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


GOOD = (200, {}, b'{"fine": true}')
BUSY = (503, {}, b'{"error": "unavailable", "message": "Later.", "request_id": "1"}')


def server_at(state: Moody, slept: list[float] | None = None) -> Server:
    return Server(state.address, "key", sleep=(slept if slept is not None else []).append)


def test_a_busy_server_and_a_broken_connection_are_asked_again(moody: Callable[..., Moody]) -> None:
    state, slept = moody(BUSY, None, GOOD), []

    with server_at(state, slept) as server:
        assert server.get("/models") == {"fine": True}

    assert slept == list(PAUSES_S[:2])


def test_a_server_may_ask_for_a_longer_pause(moody: Callable[..., Moody]) -> None:
    state, slept = moody((429, {"Retry-After": "7"}, BUSY[2]), GOOD), []

    with server_at(state, slept) as server:
        server.get("/models")

    assert slept == [7.0]


def test_a_file_is_sent_whole_and_with_its_digest_at_every_try(
    moody: Callable[..., Moody], tmp_path: Path
) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"frame" * 200_000)
    state = moody(BUSY, GOOD)

    with server_at(state) as server:
        server.put_file("/clip", clip, "video/mp4")

    expected = base64.b64encode(hashlib.sha256(clip.read_bytes()).digest()).decode()
    assert state.bodies == [clip.read_bytes()] * 2
    assert state.digests == [f"sha-256=:{expected}:"] * 2


def test_patience_ends(moody: Callable[..., Moody]) -> None:
    state, slept = moody(*[None] * 6), []

    with server_at(state, slept) as server, pytest.raises(Unreachable, match="does not answer"):
        server.get("/models")

    assert slept == list(PAUSES_S)


def test_what_must_not_happen_twice_is_asked_once(moody: Callable[..., Moody]) -> None:
    state = moody(None, GOOD)

    with server_at(state) as server, pytest.raises(Unreachable):
        server.post("/studies", {}, again=False)

    assert len(state.bodies) == 1


def test_a_refusal_carries_code_sentence_and_problems(moody: Callable[..., Moody]) -> None:
    body = {
        "error": "clips_missing",
        "message": "2 clips are missing.",
        "request_id": "1",
        "problems": ["a", "b"],
    }
    state = moody((409, {}, json.dumps(body).encode()))

    with server_at(state) as server, pytest.raises(Refused, match="2 clips are missing") as caught:
        server.post("/finalise")

    assert (caught.value.status, caught.value.code, caught.value.problems) == (
        409,
        "clips_missing",
        ["a", "b"],
    )


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ((200, {"Content-Type": "text/html"}, b"<h1>Router login</h1>"), "not like a TI2V Bench server"),
        ((301, {"Location": "https://bench.example/"}, b""), "use that address"),
        ((404, {"Content-Type": "text/html"}, b"<h1>nginx</h1>"), "answered 404, but not like a TI2V Bench"),
    ],
)
def test_an_answer_of_something_else_is_named_as_such(
    moody: Callable[..., Moody], answer: tuple[int, dict[str, str], bytes], sentence: str
) -> None:
    with server_at(moody(answer)) as server, pytest.raises(ServerError, match=sentence):
        server.get("/models")


@pytest.mark.parametrize("address", ["bench.example", "ftp://bench.example"])
def test_an_address_needs_its_scheme(address: str) -> None:
    with pytest.raises(ServerError, match="http://"):
        open_server(address, "key")


def test_the_digest_of_an_empty_file_is_the_known_one(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()

    # RFC 9530 writes sha-256 in Base64 between colons; this is the sha256 of nothing.
    assert content_digest(tmp_path / "empty") == "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"

"""Unusual responses of a hosted API cause one clear error message within the time limit."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.generators.base import Crashed, GeneratorError, TimedOut
from models.generators.hosted_adapter import HostedGenerator
from models.generators.hosted_transport import Deadline, HostedTransport
from models.generators.ledger import Ledger
from models.generators.recipes import HostedRecipe, read_recipe
from tests.http_server import StandInHandler, running_http_server
from tests.models.generators.hosted.stand_in import Answer, StandIn, clip_bytes, running
from tests.models.generators.requests import request

RESULT = "80e732af-660e-45cd-bd63-580e4f2a94cc"


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    monkeypatch.setenv("FAL_KEY", "a-secret-key")
    with running() as state:
        yield state


def failure(api: StandIn, folder: Path, *, clip_s: float = 60) -> GeneratorError:
    recipe = read_recipe(Path(__file__).parent / "hosted" / "queue-vendor.toml")
    assert isinstance(recipe, HostedRecipe)
    recipe = recipe.model_copy(
        update={
            "api": recipe.api.model_copy(update={"base": api.address}),
            "limits": recipe.limits.model_copy(update={"clip_s": clip_s}),
        }
    )
    generator = HostedGenerator(recipe, recipe_sha256="0" * 64, budget=10, ledger=Ledger())
    generator.load("cpu", "auto")
    with pytest.raises(GeneratorError) as raised:
        list(generator.generate([request(folder)]))
    return raised.value


@pytest.mark.parametrize(
    ("word", "answer", "message"),
    [
        ("image-to-video", (429, {"Retry-After": "0"}, b"slow down"), "status 429: slow down"),
        ("image-to-video", (429, {"Retry-After": "\xb2"}, b"slow down"), "status 429: slow down"),
        ("status", (500, {}, b"boom"), "status 500: boom"),
        ("clip.mp4", (503, {}, b""), "the video's address answered with status 503"),
        ("clip.mp4", (302, {"Location": "/clip.mp4"}, b""), "the video's address redirects"),
    ],
)
def test_a_problem_that_lasts_until_the_time_limit_is_named(
    word: str, answer: Answer, message: str, api: StandIn, tmp_path: Path
) -> None:
    api.faults = {word: [answer] * 100_000}
    # The limit must leave enough time for the requests before the one that fails.
    limit_s = 0.3 if word == "image-to-video" else 3

    error = failure(api, tmp_path, clip_s=limit_s)

    assert isinstance(error, TimedOut)
    assert re.search(f"did not finish within {limit_s} s. The last problem: .*{message}", str(error))


@pytest.mark.parametrize(
    ("word", "content", "message"),
    [
        ("status", b"[" * 200_000, r"instead of JSON: '\[\[\["),
        ("status", b"\xff\xfe", "instead of JSON"),
        ("status", b"0" * 20_000_000, "The API's answer is larger than 16 MB"),
        (
            "image-to-video",
            b'{"status_url": "http://[::1", "response_url": "x"}',
            "names http://::1, which is not an address of",
        ),
        (RESULT, b'{"video": {"url": "https://a b\\n.org/x"}}', "which is not an https address"),
        (RESULT, b'{"video": [{"url": "x"}]}', "has no text at video.url"),
        ("clip.mp4", clip_bytes()[:400], "cannot be decoded. The codec of the video track is unknown"),
    ],
)
def test_a_malformed_answer_is_named(
    word: str, content: bytes, message: str, api: StandIn, tmp_path: Path
) -> None:
    api.faults = {word: [(200, {}, content)]}

    error = failure(api, tmp_path)

    assert isinstance(error, Crashed)
    assert re.search(message, str(error).replace("[::1", "::1")), str(error)


@pytest.fixture
def slow_service() -> Iterator[str]:
    """Sends an endless response, byte by byte with pauses."""
    stopped = threading.Event()

    class Slow(StandInHandler):
        def answer(self, _: bytes) -> None:
            self.send_response(200)
            self.end_headers()
            try:
                while not stopped.wait(0.01):
                    self.wfile.write(b" ")
            except OSError:
                pass  # the client has closed the connection

    with running_http_server(Slow) as address:
        yield address
        stopped.set()


def test_an_answer_or_a_video_that_arrives_too_slowly_is_a_timeout(slow_service: str, tmp_path: Path) -> None:
    transport = HostedTransport(slow_service, {})
    deadline = Deadline(0.1, "model")

    with pytest.raises(TimedOut, match="The last problem: the API's answer arrives too slowly"):
        transport.get(f"{slow_service}/status", deadline)
    with pytest.raises(TimedOut, match="The last problem: the video arrives too slowly"):
        transport.download(
            f"{slow_service}/clip.mp4", tmp_path / "clip.mp4", max_bytes=10**9, deadline=deadline
        )
    with pytest.raises(TimedOut, match=r"arrives too slowly\. The clip may be charged and is not submitted"):
        transport.submit("/image-to-video", {}, deadline)
    transport.close()


def test_a_video_that_is_complete_after_the_time_limit_is_kept(api: StandIn, tmp_path: Path) -> None:
    transport = HostedTransport(api.address, {})
    video = tmp_path / "clip.mp4"

    transport.download(f"{api.address}/clip.mp4", video, max_bytes=10**9, deadline=Deadline(0, "model"))

    assert video.read_bytes() == api.video
    transport.close()


@pytest.fixture
def failing_service() -> Iterator[str]:
    """Refuses the first request with status 429, and closes the connection at all later requests."""
    refused = threading.Event()

    class Failing(StandInHandler):
        def answer(self, _: bytes) -> None:
            if refused.is_set():
                self.close_connection = True
            else:
                refused.set()
                self.respond(429, b"slow down", {"Retry-After": "0"})

    with running_http_server(Failing) as address:
        yield address


def test_the_last_problem_is_named_if_the_first_was_another(failing_service: str) -> None:
    transport = HostedTransport(failing_service, {})

    with pytest.raises(TimedOut, match="The last problem: the API did not answer"):
        transport.get(f"{failing_service}/status", Deadline(2, "model"))
    transport.close()

"""A local stand-in for three hosted APIs, which replays the responses of the APIs' documentation."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from benchmark.scenes.encoding import encode_mp4
from tests.http_server import StandInHandler, running_http_server

Answer = tuple[int, dict[str, str], bytes]
SUCCESS = {"status_code": 0, "status_msg": "success"}


def clip_bytes(*, width: int = 64) -> bytes:
    frames = np.stack([np.full((48, width, 3), 20 * step, np.uint8) for step in range(8)])
    return encode_mp4(frames, fps=8)


@dataclass
class StandIn:
    """The state of the stand-in.

    Attributes:
        faults: responses that replace the next responses; the key is the last word of the request's path.
        seen: method, path, headers and body of every request.
    """

    address: str = ""
    video: bytes = field(default_factory=clip_bytes)
    faults: dict[str, list[Answer]] = field(default_factory=dict)
    seen: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    polls: int = 0

    def bodies(self) -> list[dict[str, object]]:
        return [json.loads(body) for method, _, _, body in self.seen if method == "POST"]

    def answer(self, path: str) -> Answer:
        word = path.rsplit("/", 1)[-1]
        if self.faults.get(word):
            return self.faults[word].pop(0)
        answers: dict[str, Callable[[], Answer]] = {
            "image-to-video": self._queue_submitted,
            "status": self._queue_status,
            "predictions": lambda: _json(self._prediction("starting", None), 201),
            "gm3qorzdhgbfurvjtvhg6dckhu": self._prediction_state,
            "80e732af-660e-45cd-bd63-580e4f2a94cc": lambda: _json(
                {"video": {"url": f"{self.address}/clip.mp4"}}
            ),
            "video_generation": lambda: _json({"task_id": "106916112212032", "base_resp": SUCCESS}),
            "video_generation?task_id=106916112212032": self._task_state,
            "retrieve?file_id=176844028768320": lambda: _json(
                {"file": {"download_url": f"{self.address}/clip.mp4"}, "base_resp": SUCCESS}
            ),
            "clip.mp4": lambda: (200, {"Content-Type": "video/mp4"}, self.video),
        }
        return answers[word]()

    def _queue_submitted(self) -> Answer:
        request = f"{self.address}/owner/video-model/requests/80e732af-660e-45cd-bd63-580e4f2a94cc"
        return _json(
            {
                "request_id": "80e732af-660e-45cd-bd63-580e4f2a94cc",
                "response_url": request,
                "status_url": f"{request}/status",
                "cancel_url": f"{request}/cancel",
            }
        )

    def _queue_status(self) -> Answer:
        self.polls += 1
        states = ({"status": "IN_QUEUE", "queue_position": 0}, {"status": "IN_PROGRESS"})
        return _json(states[self.polls - 1] if self.polls <= len(states) else {"status": "COMPLETED"})

    def _task_state(self) -> Answer:
        self.polls += 1
        state = {"task_id": "106916112212032", "status": "Processing", "base_resp": SUCCESS}
        done = {"status": "Success", "file_id": "176844028768320", "video_width": 64, "video_height": 48}
        return _json(state | done if self.polls > 1 else state)

    def _prediction_state(self) -> Answer:
        self.polls += 1
        done = self.polls > 1
        return _json(self._prediction("succeeded" if done else "processing", f"{self.address}/clip.mp4"))

    def _prediction(self, status: str, output: str | None) -> dict[str, object]:
        get = f"{self.address}/v1/predictions/gm3qorzdhgbfurvjtvhg6dckhu"
        return {
            "id": "gm3qorzdhgbfurvjtvhg6dckhu",
            "status": status,
            "output": output if status == "succeeded" else None,
            "error": None,
            "urls": {"cancel": f"{get}/cancel", "get": get},
        }


def _json(document: object, status: int = 200) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(document).encode()


@contextmanager
def running() -> Iterator[StandIn]:
    state = StandIn()

    class Handler(StandInHandler):
        def answer(self, body: bytes) -> None:
            state.seen.append((self.command, self.path, dict(self.headers), body))
            status, headers, content = state.answer(self.path)
            self.respond(status, content, headers)

    with running_http_server(Handler) as address:
        state.address = address
        yield state

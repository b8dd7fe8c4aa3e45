"""Runs `ti2v submit` as a researcher, and draws clips for it."""

import io
from pathlib import Path

import av
import httpx2
import numpy as np
from PIL import Image

from benchmark.client.tls import tls_context
from tests.app.cli.outcome import Outcome, Run
from tests.cast import BENCHMARK, Cast, input_image


class Sender:
    """Runs `ti2v submit` as Alice, who has no submission of the model `seine` yet."""

    def __init__(self, run: Run, address: str, cast: Cast) -> None:
        self._run = run
        self._address = address
        self._key = cast.alice.key

    def __call__(self, folder: Path, *more: str, key: str | None = None, model: str = "seine") -> Outcome:
        options = ("--model", model, "--benchmark", BENCHMARK, "--server", self._address)
        return self._run("submit", folder, *options, "--key", key or self._key, *more)

    def clips(self, submission: object) -> list[dict[str, object]]:
        answer = httpx2.get(
            f"{self._address}/api/v1/submissions/{submission}/clips",
            headers={"Authorization": f"Bearer {self._key}"},
            verify=tls_context(),
        )
        found: list[dict[str, object]] = answer.json()["clips"]
        return found

    def submissions(self, model: str = "seine") -> list[dict[str, object]]:
        answer = httpx2.get(
            f"{self._address}/api/v1/submissions",
            headers={"Authorization": f"Bearer {self._key}"},
            verify=tls_context(),
        )
        return [row for row in answer.json()["submissions"] if row["model"] == model]


def drawn_clip(
    background: tuple[int, int, int],
    *,
    codec: str = "libx264",
    container: str = "mp4",
    frames: int = 8,
    moves: bool = True,
) -> bytes:
    """Return a clip at 8 fps with a plain background; with `moves`, a square crosses the background."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container) as file:
        stream = file.add_stream(codec, rate=8)
        stream.width = stream.height = 64
        stream.pix_fmt = "rgb8" if codec == "gif" else "yuv420p"
        for index in range(frames):
            picture = np.full((64, 64, 3), background, np.uint8)
            if moves:
                picture[28:36, 4 + 4 * index : 12 + 4 * index] = 220
            file.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        file.mux(stream.encode())
    return buffer.getvalue()


def shade_of(pair_id: str) -> tuple[int, int, int]:
    """Return the colour of a pair's input image."""
    with Image.open(io.BytesIO(input_image(pair_id.partition("_")[0]))) as image:
        red, green, blue = image.convert("RGB").getpixel((0, 0))
    return red, green, blue

"""Chromium plays padded renditions to the end, with equal durations, frame times and colours."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from app.media.padding import ByteRange, padded_length, padded_range, parse_range
from app.media.probe import probe_clip
from app.media.renditions import Recipe, choose_recipe, make_rendition
from app.media.sandbox import Sandbox
from app.media.store import MediaStore, content_key
from app.media.store.folder import FolderStore
from benchmark.protocol import RenditionRecipe
from tests.app.media.drawing import delayed_clip, draw_clip
from tests.http_server import StandInHandler, running_http_server

pytestmark = pytest.mark.browser

PLAY = """async ([address, at_s]) => {
    const video = document.createElement("video");
    video.muted = true;
    video.defaultPlaybackRate = 8;
    const ended = new Promise((done, failed) => {
        video.onended = done;
        video.onerror = () => failed(new Error(video.error.message));
    });
    video.src = address;
    await video.play();
    await ended;
    const seeked = new Promise((done) => { video.onseeked = done; });
    video.currentTime = at_s;
    await seeked;
    const canvas = document.createElement("canvas");
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    const pen = canvas.getContext("2d");
    pen.drawImage(video, 0, 0);
    const shown = pen.getImageData(0, 0, canvas.width, canvas.height).data;
    const pixels = Array.from(shown.filter((_, number) => number % 101 === 0));
    return {width: video.videoWidth, height: video.videoHeight, duration: video.duration,
            audio: Boolean(video.webkitAudioDecodedByteCount), pixels};
}"""


@dataclass
class MediaServer:
    """Serves stored renditions with padding and ranges, as the route of the product does."""

    store: MediaStore
    address: str = ""
    lengths: dict[str, int] = field(default_factory=dict)

    def handler(self) -> type[StandInHandler]:
        server = self

        class Handler(StandInHandler):
            def answer(self, _: bytes) -> None:
                key = self.path.lstrip("/")
                if key not in server.lengths:
                    self.respond(200, b"", {"Content-Type": "text/html"})
                    return
                length = server.lengths[key]
                asked = parse_range(self.headers.get("Range"), length)
                part = asked or ByteRange(0, length)
                size = server.store.size(key)
                read = lambda start, stop: server.store.read_range(key, start, stop)  # noqa: E731
                body = b"".join(padded_range(read, size, length, part.start, part.stop))
                headers = {"Content-Type": "video/mp4", "Accept-Ranges": "bytes"}
                if asked:
                    headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{length}"
                self.respond(206 if asked else 200, body, headers)

        return Handler


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MediaServer]:
    server = MediaServer(FolderStore(tmp_path / "media"))
    with running_http_server(server.handler()) as address:
        server.address = f"{address}/"
        yield server


def play(
    page: Page, server: MediaServer, clip: Path, recipe: Recipe, sandbox: Sandbox, *, at_s: float = 0.0
) -> dict[str, Any]:
    """Play a clip's rendition to the end; return the state of the video element, and the pixels at `at_s`."""
    key = content_key("renditions", f"{len(server.lengths):064x}")
    with server.store.private_file() as target:
        make_rendition(clip, recipe, target, sandbox=sandbox)
        server.store.put(key, target)
    server.lengths[key] = padded_length(server.store.size(key), 0)
    page.goto(server.address)
    result: dict[str, Any] = page.evaluate(PLAY, [server.address + key, at_s])
    return result


def mean_difference(a: list[int], b: list[int]) -> float:
    return sum(abs(x - y) for x, y in zip(a, b, strict=True)) / len(a)


@pytest.mark.parametrize("encoder", [{"bf": "0"}, {"bf": "3"}], ids=["in order", "with B-frames"])
def test_both_renditions_play_and_look_alike(
    encoder: dict[str, str], page: Page, server: MediaServer, tmp_path: Path, sandbox: Sandbox
) -> None:
    clip = draw_clip(tmp_path / "clip.mp4", width=128, height=96, encoder=encoder)

    shown = [
        play(page, server, clip, Recipe(kind, 128, 96, 8.0, 16), sandbox)
        for kind in (RenditionRecipe.REMUX, RenditionRecipe.NORMALISED)
    ]

    for video in shown:
        assert (video["width"], video["height"], video["audio"]) == (128, 96, False)
        assert video["duration"] == 2.0
    assert mean_difference(shown[0]["pixels"], shown[1]["pixels"]) < 3


def test_colours_are_shown_as_the_clip_means_them(
    page: Page, server: MediaServer, tmp_path: Path, sandbox: Sandbox
) -> None:
    means_bt709 = {"colorspace": "bt709", "color_primaries": "bt709", "color_trc": "bt709", "crf": "5"}
    clip = draw_clip(tmp_path / "clip.mp4", width=128, height=96, encoder=means_bt709)

    shown = [
        play(page, server, clip, Recipe(kind, 128, 96, 8.0, 16), sandbox)
        for kind in (RenditionRecipe.REMUX, RenditionRecipe.NORMALISED)
    ]

    assert mean_difference(shown[0]["pixels"], shown[1]["pixels"]) < 3


@pytest.mark.parametrize("kind", RenditionRecipe)
def test_clips_of_unlike_sources_last_equally_long(
    kind: RenditionRecipe, page: Page, server: MediaServer, tmp_path: Path, sandbox: Sandbox
) -> None:
    clips = [
        draw_clip(tmp_path / "a.mp4", frames=81, fps=16),
        draw_clip(tmp_path / "b.mp4", frames=129, fps=24, codec="vp9"),
    ]
    recipe = choose_recipe(*(probe_clip(clip, sandbox=sandbox) for clip in clips), kind)

    durations = [play(page, server, clip, recipe, sandbox)["duration"] for clip in clips]

    assert durations[0] == durations[1] == recipe.duration_s


@pytest.mark.parametrize("kind", [RenditionRecipe.REMUX, RenditionRecipe.NORMALISED])
@pytest.mark.parametrize("delay", ["delay", "noedit", "frag"])
def test_a_delayed_clip_shows_the_same_moments(
    delay: str,
    kind: RenditionRecipe,
    page: Page,
    server: MediaServer,
    tmp_path: Path,
    sandbox: Sandbox,
) -> None:
    clips = [delayed_clip(tmp_path / "base.mp4", "base"), delayed_clip(tmp_path / "late.mp4", delay)]
    recipe = Recipe(kind, 64, 64, 8.0, 16)

    shown = [play(page, server, clip, recipe, sandbox, at_s=8.5 / 8) for clip in clips]

    assert [video["duration"] for video in shown] == [2.0, 2.0]
    assert mean_difference(shown[0]["pixels"], shown[1]["pixels"]) < 1


def test_real_clips_play_in_both_recipes(
    real_clip: Path, page: Page, server: MediaServer, sandbox: Sandbox
) -> None:
    facts = probe_clip(real_clip, sandbox=sandbox)

    shown = [
        play(page, server, real_clip, Recipe(kind, 320, 320, 8.0, 16), sandbox)
        for kind in (RenditionRecipe.REMUX, RenditionRecipe.NORMALISED)
    ]

    assert [video["width"] for video in shown] == [facts.width, facts.width]
    assert mean_difference(shown[0]["pixels"], shown[1]["pixels"]) < 3

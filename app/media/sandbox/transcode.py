"""Writes renditions inside a sandbox child; the server never imports this module."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.bitstream import BitStreamFilterContext
from av.filter import Graph
from av.stream import Disposition

from app.media.renditions import Recipe
from app.media.sandbox.client import Json, WorkRefused
from app.media.sandbox.probe import CODECS, open_clip, single_threaded
from app.media.store.base import DISK_FULL, DISK_FULL_ERRNOS
from benchmark.protocol import RenditionRecipe

# What players need, and nothing that can carry words: no SEI units (x264 writes its version and all its
# options into one), no delimiters, no padding units; in AV1 no metadata and padding units.
_CLEANING = {
    "h264": "filter_units=pass_types=1-5|7-8",
    "av1": "filter_units=remove_types=5|15",
    "vp9": "null",
}
_UNTAGGED = 2  # FFmpeg's AVCOL_SPC_UNSPECIFIED
_CLOCK_HZ = 90_000  # one clock for both files; the writer's own choice differs from tool to tool
_MUXER = {
    "movflags": "+faststart",
    "fflags": "+bitexact",  # no writer's name, no creation time
    "video_track_timescale": str(_CLOCK_HZ),
    "write_btrt": "0",
}
_GOP_FRAMES = 8  # short, so that stepping and scrubbing in the browser are quick
_ENCODER = {
    # What is judged is the model, not our encoder: at least 47 dB PSNR on real clips, in half of the time
    # `medium` takes for the same.
    "preset": "veryfast",
    "crf": "12",
    "profile": "high",
    "x264-params": f"keyint={_GOP_FRAMES}:min-keyint={_GOP_FRAMES}:scenecut=0:bframes=2:threads=1",
}


def make(source: str, target: str, recipe: dict[str, Any]) -> dict[str, Json]:
    """Write one rendition.

    Raises:
        WorkRefused: no space left (`disk_full`).
    """
    wanted = Recipe(**{**recipe, "kind": RenditionRecipe(recipe["kind"])})
    try:
        if wanted.kind is RenditionRecipe.REMUX:
            _remux(Path(source), Path(target))
        else:
            encoded = Path("encoded.mp4")  # in the child's own empty folder
            _normalise(Path(source), wanted, encoded)
            _remux(encoded, Path(target))
    except OSError as error:
        if error.errno in DISK_FULL_ERRNOS:
            raise WorkRefused(DISK_FULL, "No space is left for renditions.") from error
        raise
    return {}


def _remux(source: Path, target: Path) -> None:
    with open_clip(source) as clip, av.open(str(target), "w", format="mp4", options=_MUXER) as rendition:
        video = _video(clip)
        track = rendition.add_stream_from_template(video, opaque=True)
        track.metadata.clear()
        cleaning = BitStreamFilterContext(_CLEANING[CODECS[video.codec_context.name]], video, track)
        for packet in [*_coded_frames(clip, video), None]:
            for cleaned in cleaning.filter(packet):
                cleaned.stream = track
                rendition.mux(cleaned)


def _coded_frames(clip: Any, video: Any) -> Iterator[Any]:
    return (packet for packet in clip.demux(video) if packet.size)


def _video(clip: Any) -> Any:
    return next(s for s in clip.streams.video if not s.disposition & Disposition.attached_pic)


def _normalise(source: Path, recipe: Recipe, target: Path) -> None:
    with open_clip(source) as clip, av.open(str(target), "w", format="mp4") as rendition:
        video = _video(clip)
        single_threaded(video.codec_context)
        rate = Fraction(recipe.fps).limit_denominator(1001)
        track = rendition.add_stream("libx264", rate=rate, options=_ENCODER)
        track.width, track.height, track.pix_fmt = recipe.width, recipe.height, "yuv420p"
        single_threaded(track.codec_context)
        _tag_colours(track.codec_context)
        for number, frame in enumerate(_resampled(clip.decode(video), recipe)):
            frame.pts, frame.time_base = number, 1 / rate
            frame.pict_type = 0  # the encoder decides, whatever this frame was in the source
            rendition.mux(track.encode(frame))
        rendition.mux(track.encode(None))


def _tag_colours(coder: Any) -> None:
    """Say in the stream how its colours are meant: BT.601, limited range.

    That is what Chromium assumes of an untagged clip of fewer than 720 lines, the form most models write, so
    most clips keep their numbers.
    """
    coder.color_range = 1
    coder.colorspace = coder.color_primaries = coder.color_trc = 6


def _resampled(frames: Iterator[Any], recipe: Recipe) -> Iterator[Any]:
    """Yield `recipe.frames` shaped frames: at each tick of the new rate the frame then shown."""
    shape: _Shape | None = None
    start_s, written, shown = 0.0, 0, None
    for frame in frames:
        if shape is None:
            shape, start_s = _Shape(frame, recipe), frame.time
        # A hundredth of a frame early is rounding in the file's clock.
        while (
            shown is not None
            and written < recipe.frames
            and written + 0.01 < (frame.time - start_s) * recipe.fps
        ):
            yield shown
            written += 1
        if written == recipe.frames:
            return
        shown = shape(frame)
    while shown is not None and written < recipe.frames:
        yield shown
        written += 1


class _Shape:
    """Scales frames until they cover the common box and cuts the centre out."""

    def __init__(self, first: Any, recipe: Recipe) -> None:
        box = f"{recipe.width}:{recipe.height}"
        matrix = "auto" if first.colorspace != _UNTAGGED else ("bt601" if first.height < 720 else "bt709")
        self._graph = Graph()
        self._graph.threads = 1
        steps = [
            self._graph.add_buffer(
                width=first.width, height=first.height, format=first.format, time_base=first.time_base
            ),
            self._graph.add(
                "scale",
                f"{box}:force_original_aspect_ratio=increase:flags=bicubic"
                f":in_color_matrix={matrix}:out_color_matrix=bt601:out_range=tv",
            ),
            self._graph.add("crop", box),
            self._graph.add("setsar", "1"),
            self._graph.add("format", "yuv420p"),
            self._graph.add("buffersink"),
        ]
        self._graph.link_nodes(*steps).configure()

    def __call__(self, frame: Any) -> Any:
        self._graph.push(frame)
        return self._graph.pull()

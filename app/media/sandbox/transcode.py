"""Writes renditions inside a sandbox child. The server never imports this module."""

from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.codec.context import Flags

from app.media.renditions import Recipe
from app.media.sandbox.client import Json
from app.media.sandbox.h264 import NotPlain, stream_of_encoder
from app.media.sandbox.mp4_writer import VideoTrack as PlainTrack
from app.media.sandbox.mp4_writer import write_mp4
from app.media.sandbox.parameter_sets import Colours
from app.media.sandbox.remux import plain_track
from app.media.sandbox.sandbox_errors import WorkRefused
from app.media.sandbox.scaler import Scaler
from app.media.store import DISK_FULL, DISK_FULL_ERRNOS
from benchmark.protocol import RenditionRecipe
from benchmark.video import VideoDescription
from benchmark.video.decoder import use_one_thread
from benchmark.video.track import VideoTrack, open_video

# The number of frames between keyframes. With a small number, the browser can step and seek quickly.
_GOP_FRAMES = 8
_ENCODER = {
    # Annotators must judge the model and not the encoder, so the quality is high: at least 47 dB PSNR on real
    # clips. The preset `medium` takes twice as long for the same quality.
    "preset": "veryfast",
    "crf": "12",
    "profile": "high",
    # No B-frames, because B-frames add an edit list and composition times that depend on the pictures.
    "x264-params": f"keyint={_GOP_FRAMES}:min-keyint={_GOP_FRAMES}:scenecut=0:bframes=0:threads=1",
}
# BT.601, limited range, which Chromium assumes for an untagged clip of fewer than 720 lines. Most models
# write such clips, so the pixel values of most clips do not change.
_SMPTE_170M = 6
_COLOURS = Colours(_SMPTE_170M, _SMPTE_170M, _SMPTE_170M)


def rearrange(source: str, target: str, recipe: dict[str, Any], order: list[int]) -> dict[str, Json]:
    """Write a clip that shows the frames of another clip in this order.

    Raises:
        WorkRefused: the disk is full (`disk_full`), or the source has fewer frames than requested
            (`too_short`).
    """
    wanted = Recipe(**{**recipe, "kind": RenditionRecipe(recipe["kind"])})
    with open_video(Path(source), format="mp4") as track:
        description = track.describe()
        rate = Fraction(wanted.fps).limit_denominator(1001)
        shown = description.timeline.sampled(rate, wanted.frames)
        frames = list(_shaped(track, shown, wanted))
    if max(order) >= len(frames):
        raise WorkRefused("too_short", f"The clip has only {len(frames)} frames.")
    track_of_order = _written((frames[index] for index in order), wanted, rate)
    _write(track_of_order, target)
    return {}


def make(source: str, target: str, recipe: dict[str, Any]) -> dict[str, Json]:
    """Write the rendition of one clip: transcode the clip, or copy the clip's coded pictures.

    Raises:
        WorkRefused: the disk is full (`disk_full`), or the clip must be re-encoded (`not_plain`).
    """
    wanted = Recipe(**{**recipe, "kind": RenditionRecipe(recipe["kind"])})
    try:
        with open_video(Path(source), format="mp4") as track:
            rendition = _rendered(track, wanted)
    except NotPlain as error:
        raise WorkRefused("not_plain", f"The clip must be re-encoded instead of copied: {error}.") from error
    _write(rendition, target)
    return {}


def _write(rendition: PlainTrack, target: str) -> None:
    try:
        write_mp4(rendition, Path(target))
    except OSError as error:
        if error.errno in DISK_FULL_ERRNOS:
            raise WorkRefused(DISK_FULL, "No space is left for renditions.") from error
        raise


def _rendered(track: VideoTrack, recipe: Recipe) -> PlainTrack:
    description = track.describe()
    if recipe.kind is RenditionRecipe.REMUX:
        return plain_track(track, description)
    return _encoded(track, description, recipe)


def _encoded(track: VideoTrack, description: VideoDescription, recipe: Recipe) -> PlainTrack:
    rate = Fraction(recipe.fps).limit_denominator(1001)
    shown = description.timeline.sampled(rate, recipe.frames)
    return _written(_shaped(track, shown, recipe), recipe, rate)


def _written(frames: Iterable[Any], recipe: Recipe, rate: Fraction) -> PlainTrack:
    encoder = _encoder(recipe, rate)
    packets: list[bytes] = []
    for number, frame in enumerate(frames):
        frame.pts, frame.time_base = number, 1 / rate
        frame.pict_type = 0  # let the encoder choose the frame type
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    packets += [bytes(packet) for packet in encoder.encode(None)]
    stream = stream_of_encoder(encoder.extradata, packets, _COLOURS)
    return PlainTrack(stream, recipe.width, recipe.height, rate)


def _encoder(recipe: Recipe, rate: Fraction) -> Any:
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = recipe.width, recipe.height, "yuv420p"
    encoder.framerate, encoder.time_base = rate, 1 / rate
    encoder.options = _ENCODER
    encoder.flags |= Flags.global_header
    use_one_thread(encoder)
    encoder.open()
    return encoder


def _shaped(track: VideoTrack, shown: tuple[int, ...], recipe: Recipe) -> Iterator[Any]:
    """Yield the frames with these ascending indices, scaled to the recipe's size.

    A repeated index yields the same frame again.
    """
    scaler: Scaler | None = None
    times = Counter(shown)
    for index, frame in enumerate(track.frames()):
        if index in times:
            scaler = scaler or Scaler(frame, recipe.kind, width=recipe.width, height=recipe.height)
            scaled = scaler(frame)
            for _ in range(times[index]):
                yield scaled
        if index == shown[-1]:
            return

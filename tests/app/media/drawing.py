"""Draws small clips and images for the media tests."""

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.stream import Disposition
from numpy.typing import NDArray
from PIL import Image

_VIDEO_CODECS = {
    "h264": "libx264",
    "hevc": "libx265",
    "vp9": "libvpx-vp9",
    "av1": "libsvtav1",
    "mpeg4": "mpeg4",
}
_QUIET = {
    "libx265": {"x265-params": "log-level=none"},
    "libsvtav1": {"svtav1-params": "lp=1", "preset": "12"},
}


_SUBTITLE_HEADER = b"""[Script Info]
ScriptType: v4.00+
[V4+ Styles]
Format: Name, Fontname, Fontsize
Style: Default,Arial,16
[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


def draw_frame(number: int, *, width: int = 64, height: int = 64) -> NDArray[np.uint8]:
    """Return an image, (height, width, 3): a gradient, and a bright square that moves 2 pixels per frame."""
    rows, columns = np.mgrid[0:height, 0:width]
    picture = np.stack([rows * 200 // height, columns * 200 // width, rows * 0 + 60], axis=-1).astype(
        np.uint8
    )
    left = (2 * number) % (width // 2)
    picture[height // 4 : height // 2, left : left + width // 4] = 240
    return picture


@lru_cache
def _slope(width: int, height: int) -> NDArray[np.uint8]:
    rows, columns = np.mgrid[0:height, 0:width]
    return np.stack([rows * 200 // height, columns * 200 // width, rows * 0 + 60], axis=-1).astype(np.uint8)


def draw_clip(
    path: Path,
    *,
    width: int = 64,
    height: int = 64,
    frames: int = 16,
    fps: int | Fraction = 8,
    codec: str = "h264",
    pixel_format: str = "yuv420p",
    moving: bool = True,
    with_audio: bool = False,
    video_tracks: int = 1,
    metadata: dict[str, str] | None = None,
    encoder: dict[str, str] | None = None,
    muxer: dict[str, str] | None = None,
) -> Path:
    """Write an MP4 and return its path; the times of the frames also follow `fps`."""
    name = _VIDEO_CODECS[codec]
    options = {**_QUIET.get(name, {}), **(encoder or {})}
    with av.open(str(path), "w", format="mp4", options=muxer or {}) as clip:
        clip.metadata.update(metadata or {})
        videos = [
            _add_video(clip, name, width, height, fps, pixel_format, options) for _ in range(video_tracks)
        ]
        audio = clip.add_stream("aac", rate=16_000, layout="mono") if with_audio else None
        for video in videos:
            for packet in _encoded(video, frames, moving, width, height):
                clip.mux(packet)
        if audio is not None:
            clip.mux([*_silence(audio, seconds=float(frames / fps)), *audio.encode(None)])
    return path


def draw_blank_clip(path: Path, *, width: int, height: int) -> Path:
    """Write a clip of two black frames, which is fast for every size."""
    with av.open(str(path), "w", format="mp4") as clip:
        options = {"preset": "ultrafast", "tune": "zerolatency"}
        video = _add_video(clip, "libx264", width, height, 8, "yuv420p", options)
        for _ in range(2):
            frame = av.VideoFrame(width, height, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes(plane.buffer_size))
            clip.mux(video.encode(frame))
        clip.mux(video.encode(None))
    return path


def draw_uneven_clip(path: Path, *, starts_s: list[float]) -> Path:
    """Write a clip whose frames start at the times `starts_s`."""
    with av.open(str(path), "w", format="mp4") as clip:
        video = clip.add_stream("libx264", rate=100, options={"crf": "5", "bf": "0"})
        video.width = video.height = 64
        for number, start_s in enumerate(starts_s):
            frame = av.VideoFrame.from_ndarray(draw_frame(number), format="rgb24")
            frame.pts, frame.time_base = round(start_s * 100), Fraction(1, 100)
            clip.mux(video.encode(frame))
        clip.mux(video.encode(None))
    return path


def delayed_clip(path: Path, kind: str) -> Path:
    """Write 16 frames at 8 fps: without delay, after an empty edit, or with B-frames and no edit list."""
    muxer = {
        "base": {},
        "delay": {},
        "noedit": {"use_editlist": "0"},
        "frag": {"movflags": "+frag_keyframe+empty_moov+delay_moov", "use_editlist": "0"},
    }[kind]
    first = 4 if kind == "delay" else 0
    with av.open(str(path), "w", format="mp4", options=muxer) as clip:
        video = clip.add_stream("libx264", rate=8, options={"crf": "5", "bf": "2"})
        video.width = video.height = 64
        for number in range(16):
            frame = av.VideoFrame.from_ndarray(draw_frame(number), format="rgb24")
            frame.pts, frame.time_base = first + number, Fraction(1, 8)
            clip.mux(video.encode(frame))
        clip.mux(video.encode(None))
    return path


def draw_sound(path: Path) -> Path:
    """Write an MP4 with a sound track only."""
    with av.open(str(path), "w", format="mp4") as clip:
        audio = clip.add_stream("aac", rate=16_000, layout="mono")
        clip.mux([*_silence(audio, seconds=1.0), *audio.encode(None)])
    return path


def draw_picture(path: Path, *, width: int = 64, height: int = 64, **options: Any) -> Path:
    """Write the first frame of `draw_clip` as an image; the file name extension selects the type."""
    Image.fromarray(draw_frame(0, width=width, height=height)).save(path, **options)
    return path


def frames_of(path: Path) -> list[bytes]:
    """Return the decoded pixels of each frame, in the codec's pixel format."""
    with av.open(str(path), format="mp4", metadata_errors="replace") as clip:
        return [frame.to_ndarray().tobytes() for frame in clip.decode(video=0)]


def _add_video(
    clip: Any,
    name: str,
    width: int,
    height: int,
    fps: int | Fraction,
    pixel_format: str,
    options: dict[str, str],
) -> Any:
    video = clip.add_stream(name, rate=Fraction(fps), options=options)
    video.width, video.height, video.pix_fmt = width, height, pixel_format
    video.codec_context.thread_count = 1
    return video


def _encoded(video: Any, frames: int, moving: bool, width: int, height: int) -> Iterator[Any]:
    for number in range(frames):
        picture = draw_frame(number if moving else 0, width=width, height=height)
        yield from video.encode(av.VideoFrame.from_ndarray(picture, format="rgb24"))
    yield from video.encode(None)


def _silence(audio: Any, *, seconds: float) -> Iterator[Any]:
    for start in range(0, int(seconds * 16_000), 1024):
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.sample_rate, frame.pts = 16_000, start
        yield from audio.encode(frame)


def draw_talkative_clip(path: Path, *, codec: str) -> Path:
    """Write a clip that contains the word "secret" wherever an MP4 file can contain text.

    Besides the moving square, the clip has an audio track, a subtitle track and a cover image. For H.264, it
    also has a private SEI unit and the text that x264 itself writes.
    """
    silent = draw_clip(path.with_name("silent.mp4"), codec=codec)
    words = {key: f"Secret {key}" for key in ("title", "artist", "comment", "description", "encoder")}
    with av.open(str(silent)) as source, av.open(str(path), "w", format="mp4") as clip:
        clip.metadata.update({**words, "creation_time": "2026-01-02T03:04:05Z"})
        drawn = source.streams.video[0]
        video = clip.add_stream_from_template(drawn, opaque=True)
        video.metadata.update({"handler_name": "Secret handler", "encoder": "Secret encoder"})
        subtitles = clip.add_stream("mov_text")
        subtitles.codec_context.subtitle_header = _SUBTITLE_HEADER
        audio = clip.add_stream("aac", rate=16_000, layout="mono")
        audio.metadata["handler_name"] = "Secret sound handler"
        cover = _add_cover_track(clip)
        clip.start_encoding()
        clip.mux(_cover(cover, path.with_name("cover.jpg")))
        for packet in source.demux(drawn):
            if packet.size:
                clip.mux(_with_secret_unit(packet, video) if codec == "h264" else _moved(packet, video))
        clip.mux(_subtitle(subtitles, b"secret subtitle"))
        clip.mux([*_silence(audio, seconds=2.0), *audio.encode(None)])
    return path


def _add_cover_track(clip: Any) -> Any:
    cover = clip.add_stream("mjpeg")
    cover.width, cover.height, cover.pix_fmt = 64, 64, "yuvj420p"
    cover.disposition = Disposition.attached_pic
    return cover


def _cover(stream: Any, path: Path) -> Any:
    packet = av.Packet(draw_picture(path, comment=b"Secret cover").read_bytes())
    packet.stream, packet.time_base = stream, Fraction(1, 1000)
    packet.pts = packet.dts = 0
    packet.is_keyframe = True
    return packet


def _moved(packet: Any, stream: Any) -> Any:
    packet.stream = stream
    return packet


def _with_secret_unit(packet: Any, stream: Any) -> Any:
    """Insert an SEI unit (unregistered user data) before a frame."""
    payload = bytes(16) + b"Secret unit"
    unit = bytes([6, 5, len(payload)]) + payload + b"\x80"
    louder = av.Packet(len(unit).to_bytes(4, "big") + unit + bytes(packet))
    louder.pts, louder.dts, louder.duration = packet.pts, packet.dts, packet.duration
    louder.time_base, louder.is_keyframe, louder.stream = packet.time_base, packet.is_keyframe, stream
    return louder


def _subtitle(stream: Any, text: bytes) -> Any:
    packet = av.Packet(len(text).to_bytes(2, "big") + text)
    packet.stream, packet.time_base = stream, Fraction(1, 1000)
    packet.pts = packet.dts = 0
    packet.duration = 1000
    return packet

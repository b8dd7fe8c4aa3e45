"""Makes renditions for tests, and reads their boxes and pixels."""

import struct
from pathlib import Path
from typing import Any

import av
import numpy as np

from app.media.renditions import Recipe, make_rendition
from app.media.sandbox import Sandbox
from benchmark.protocol import RenditionRecipe

CONTAINERS = {b"moov", b"trak", b"edts", b"mdia", b"minf", b"dinf", b"stbl", b"udta"}


def render(source: Path, recipe: Recipe, sandbox: Sandbox) -> Path:
    target = source.with_name(f"{recipe.kind}-{source.name}")
    make_rendition(source, recipe, target, sandbox=sandbox)
    return target


def remux(source: Path, sandbox: Sandbox) -> Path:
    return render(source, Recipe(RenditionRecipe.REMUX, 0, 0, 0.0, 0), sandbox)


def boxes_of(content: bytes) -> list[tuple[bytes, bytes]]:
    """Return every box as (type, body); a container precedes the boxes inside it."""
    found, at = [], 0
    while at + 8 <= len(content):
        size, kind = struct.unpack(">I4s", content[at : at + 8])
        body = content[at + 8 : at + size]
        found.append((kind, body))
        if kind in CONTAINERS:
            found += boxes_of(body)
        at += size
    return found


def video_of(path: Path) -> dict[str, Any]:
    with av.open(str(path), format="mp4") as clip:
        video = clip.streams.video[0]
        return {
            "tracks": len(clip.streams),
            "codec": video.codec_context.name,
            "profile": video.codec_context.profile,
            "pixel_format": video.codec_context.pix_fmt,
            "size": (video.codec_context.width, video.codec_context.height),
            "rate": video.average_rate,
            "keys": [n for n, p in enumerate(p for p in clip.demux(video) if p.size) if p.is_keyframe],
        }


def pictures_of(path: Path) -> list[Any]:
    with av.open(str(path), format="mp4") as clip:
        return [frame.to_ndarray(format="rgb24") for frame in clip.decode(video=0)]


def difference(a: Any, b: Any) -> float:
    """Return the mean absolute difference, in levels from 0 to 255."""
    return float(np.abs(a.astype(float) - b).mean())

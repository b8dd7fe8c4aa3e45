"""Encoding of generated frames."""

import io
from fractions import Fraction

import av
import numpy as np
import pytest

from models.generators.base import Crashed, Frames, GeneratedClip, Provenance
from models.generators.encoding import clip_mp4


def clip(frames: Frames, fps: Fraction) -> GeneratedClip:
    provenance = Provenance("static", 0, 64, 48, len(frames), str(fps), "cpu", "uint8", 0.1)
    return GeneratedClip("cat1_it_jumps", 0, frames, fps, provenance)


@pytest.mark.parametrize("fps", [Fraction(8), Fraction(24), Fraction(15, 2)])
def test_a_clip_is_h264_yuv420p_at_the_declared_rate(fps: Fraction) -> None:
    coded = clip_mp4(clip(np.full((6, 48, 64, 3), 128, np.uint8), fps))

    with av.open(io.BytesIO(coded), format="mp4") as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (stream.width, stream.height, stream.frames) == (64, 48, 6)
        assert stream.average_rate == fps


def test_odd_sides_are_cropped() -> None:
    coded = clip_mp4(clip(np.zeros((2, 49, 65, 3), np.uint8), Fraction(8)))

    with av.open(io.BytesIO(coded), format="mp4") as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == (64, 48)


@pytest.mark.parametrize("shape", [(1, 48, 64, 3), (6, 48, 64), (6, 48, 64, 4)])
def test_frames_of_the_wrong_shape_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(Crashed, match="expected at least 2 frames"):
        clip_mp4(clip(np.zeros(shape, np.uint8), Fraction(8)))

"""Clips are MP4 files that a browser can play immediately."""

import io

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from benchmark.scenes import SCENARIOS, Scene, Style, draw_clip, render
from benchmark.scenes.benchmarks import bundled_pairs
from benchmark.scenes.encoding import encode_mp4


@pytest.fixture(scope="module")
def frames() -> NDArray[np.uint8]:
    return render(Scene(SCENARIOS["beach"], Style.SOFT, 2), "ball_rolls", frames=8, size=(160, 192)).frames


def test_a_clip_is_h264_without_audio_of_the_asked_size_and_speed(frames: NDArray[np.uint8]) -> None:
    with av.open(io.BytesIO(encode_mp4(frames, fps=8)), format="mp4") as clip:
        assert [stream.type for stream in clip.streams] == ["video"]
        video = clip.streams.video[0]
        assert (video.codec_context.name, video.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (video.width, video.height, video.average_rate) == (192, 160, 8)
        assert sum(1 for _ in clip.decode(video=0)) == 8


def test_the_index_precedes_the_pictures(frames: NDArray[np.uint8]) -> None:
    clip = encode_mp4(frames)

    assert 0 < clip.find(b"moov") < clip.find(b"mdat")


def decoded(clip: bytes) -> NDArray[np.int64]:
    with av.open(io.BytesIO(clip), format="mp4") as container:
        pictures = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    return np.stack(pictures).astype(np.int64)


def test_the_same_frames_look_the_same_however_often_they_are_encoded(frames: NDArray[np.uint8]) -> None:
    first, again = decoded(encode_mp4(frames)), decoded(encode_mp4(frames.copy()))

    assert np.abs(first - again).mean() < 0.5


def test_the_decoded_pictures_are_those_drawn(frames: NDArray[np.uint8]) -> None:
    assert np.abs(decoded(encode_mp4(frames)) - frames).mean() < 3


def test_the_colours_are_tagged_so_that_no_player_guesses(frames: NDArray[np.uint8]) -> None:
    with av.open(io.BytesIO(encode_mp4(frames)), format="mp4") as clip:
        first = next(clip.decode(video=0))

    # 6 is SMPTE 170M and 1 the narrow range in ITU-T H.273.
    assert (first.colorspace, first.color_range) == (6, 1)


def test_a_bundled_clip_is_16_frames_of_two_seconds() -> None:
    with av.open(io.BytesIO(draw_clip("reference", next(iter(bundled_pairs())))), format="mp4") as clip:
        assert clip.duration == 2_000_000
        assert clip.streams.video[0].frames == 16
        assert clip.streams.video[0].width == 320

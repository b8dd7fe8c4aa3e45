"""Decoding clips and validating frames."""

from pathlib import Path

import numpy as np
import pytest

from benchmark.scenes.encoding import encode_mp4
from models.motion.frames import BadClip, read_clip, validate_frames


def grey(height: int = 64, width: int = 96) -> np.ndarray:
    return np.full((height, width, 3), 90, np.uint8)


def test_a_clip_has_its_frames_and_its_frame_rate(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(encode_mp4(np.stack([grey()] * 5), fps=8))

    clip = read_clip(path)

    assert clip.frames.shape == (5, 64, 96, 3)
    assert clip.frames.dtype == np.uint8
    assert clip.fps == 8


def test_a_file_that_is_not_a_video_is_named(tmp_path: Path) -> None:
    path = tmp_path / "notes.mp4"
    path.write_text("no video at all")

    with pytest.raises(BadClip, match=r"notes\.mp4: the file cannot be decoded as a video"):
        read_clip(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"gone\.mp4"):
        read_clip(tmp_path / "gone.mp4")


def test_a_clip_of_one_frame_is_named(tmp_path: Path) -> None:
    path = tmp_path / "short.mp4"
    path.write_bytes(encode_mp4(grey()[None]))

    with pytest.raises(BadClip, match=r"short\.mp4: a clip needs at least 2 frames to measure motion, not 1"):
        read_clip(path)


def test_a_clip_over_the_pixel_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "long.mp4"
    path.write_bytes(encode_mp4(np.stack([grey()] * 9)))

    with pytest.raises(BadClip, match=r"long\.mp4: 9 frames of 96x64 exceed the limit of 50000 pixels"):
        read_clip(path, max_pixels=50_000)


def test_only_the_requested_beginning_of_a_long_clip_is_read(tmp_path: Path) -> None:
    path = tmp_path / "long.mp4"
    path.write_bytes(encode_mp4(np.stack([np.full_like(grey(), 20 * step) for step in range(12)]), fps=24))

    clip = read_clip(path, fps=8, frames=3, max_pixels=3 * 64 * 96)

    # Every third frame: 0, 3 and 6 of 12, with grey levels 0, 60 and 120.
    assert clip.fps == 8
    np.testing.assert_allclose(clip.frames.mean(axis=(1, 2, 3)), [0, 60, 120], atol=4)


def test_a_playlist_does_not_open_other_files(tmp_path: Path) -> None:
    (tmp_path / "other.mp4").write_bytes(encode_mp4(np.stack([grey()] * 3)))
    (tmp_path / "list.mp4").write_text("ffconcat version 1.0\nfile other.mp4\n")

    with pytest.raises(BadClip, match=r"list\.mp4: the file cannot be decoded"):
        read_clip(tmp_path / "list.mp4")


def test_frames_of_different_sizes_are_named() -> None:
    with pytest.raises(BadClip, match="golf1: frames differ in size: 64x96, 96x64"):
        validate_frames([grey(), grey(96, 64)], "golf1")


@pytest.mark.parametrize("frame", [grey().astype(np.float32), grey()[..., :1], grey()[..., 0]])
def test_an_array_that_is_not_an_rgb_frame_is_refused(frame: np.ndarray) -> None:
    with pytest.raises(BadClip, match=r"a frame must be \(height, width, 3\) uint8 RGB"):
        validate_frames([frame, frame])

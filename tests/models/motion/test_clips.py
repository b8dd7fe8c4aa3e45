"""Clips are read whole or refused by name."""

from pathlib import Path

import numpy as np
import pytest

from benchmark.scenes.encoding import encode_mp4
from models.motion.frames import BadClip, checked_frames, read_clip


def grey(height: int = 64, width: int = 96) -> np.ndarray:
    return np.full((height, width, 3), 90, np.uint8)


def test_a_clip_has_its_frames_and_its_speed(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(encode_mp4(np.stack([grey()] * 5), fps=8))

    clip = read_clip(path)

    assert clip.frames.shape == (5, 64, 96, 3)
    assert clip.frames.dtype == np.uint8
    assert clip.fps == 8


def test_a_file_that_is_no_video_is_named(tmp_path: Path) -> None:
    path = tmp_path / "notes.mp4"
    path.write_text("no video at all")

    with pytest.raises(BadClip, match=r"notes\.mp4: it cannot be decoded as a video"):
        read_clip(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"gone\.mp4"):
        read_clip(tmp_path / "gone.mp4")


def test_a_clip_of_one_frame_is_named(tmp_path: Path) -> None:
    path = tmp_path / "short.mp4"
    path.write_bytes(encode_mp4(grey()[None]))

    with pytest.raises(BadClip, match=r"short\.mp4: motion needs at least 2 frames, not 1"):
        read_clip(path)


def test_a_clip_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "long.mp4"
    path.write_bytes(encode_mp4(np.stack([grey()] * 9)))

    with pytest.raises(BadClip, match=r"long\.mp4: 9 frames of 96x64 are more than 50000 pixels; cut"):
        read_clip(path, most_pixels=50_000)


def test_of_a_long_clip_only_the_wanted_beginning_is_read(tmp_path: Path) -> None:
    path = tmp_path / "long.mp4"
    path.write_bytes(encode_mp4(np.stack([np.full_like(grey(), 20 * step) for step in range(12)]), fps=24))

    clip = read_clip(path, fps=8, frames=3, most_pixels=3 * 64 * 96)

    # Every third frame: 0, 3 and 6 of 12, with greys of 0, 60 and 120.
    assert clip.fps == 8
    np.testing.assert_allclose(clip.frames.mean(axis=(1, 2, 3)), [0, 60, 120], atol=4)


def test_a_text_that_names_another_file_opens_none(tmp_path: Path) -> None:
    (tmp_path / "other.mp4").write_bytes(encode_mp4(np.stack([grey()] * 3)))
    (tmp_path / "list.mp4").write_text("ffconcat version 1.0\nfile other.mp4\n")

    with pytest.raises(BadClip, match=r"list\.mp4: it cannot be decoded"):
        read_clip(tmp_path / "list.mp4")


def test_frames_of_different_sizes_are_named() -> None:
    with pytest.raises(BadClip, match="golf1: frames differ in size: 64x96, 96x64"):
        checked_frames([grey(), grey(96, 64)], "golf1")


@pytest.mark.parametrize("frame", [grey().astype(np.float32), grey()[..., :1], grey()[..., 0]])
def test_what_is_no_rgb_frame_is_refused(frame: np.ndarray) -> None:
    with pytest.raises(BadClip, match=r"a frame is \(height, width, 3\) uint8 RGB"):
        checked_frames([frame, frame])

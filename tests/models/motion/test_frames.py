"""Decoding clips and validating frames."""

from pathlib import Path

import numpy as np
import pytest

from benchmark.scenes.encoding import encode_mp4
from benchmark.video import Orientation
from models.motion.frames import BadClip, read_clip, validate_frames
from tests.app.media.drawing import draw_clip, draw_frame, draw_uneven_clip
from tests.mp4_edits import set_container_pixel_ratio, set_matrix


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

    with pytest.raises(BadClip, match=r"notes\.mp4: The file cannot be opened as a video"):
        read_clip(path)


def test_a_clip_that_ends_inside_its_index_is_named(tmp_path: Path) -> None:
    path = tmp_path / "cut.mp4"
    path.write_bytes(encode_mp4(np.stack([grey()] * 8))[:400])

    with pytest.raises(BadClip, match=r"cut\.mp4: The codec of the video track is unknown"):
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

    with pytest.raises(BadClip, match=r"long\.mp4: 9 frames of 96x64 have more than 50000 pixels"):
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

    with pytest.raises(BadClip, match=r"list\.mp4: The file cannot be opened as a video"):
        read_clip(tmp_path / "list.mp4")


def test_a_rotated_clip_is_upright(tmp_path: Path) -> None:
    clip = draw_clip(tmp_path / "phone.mp4", width=96, height=64, frames=2)
    set_matrix(clip, *Orientation.CLOCKWISE.value)

    frames = read_clip(clip).frames

    assert frames.shape == (2, 96, 64, 3)
    upright = np.rot90(draw_frame(0, width=96, height=64), -1).astype(float)
    assert np.abs(frames[0] - upright).mean() < 8


def test_pixels_that_are_not_square_are_stretched(tmp_path: Path) -> None:
    clip = draw_clip(tmp_path / "wide.mp4", width=96, height=64, frames=2)

    assert read_clip(set_container_pixel_ratio(clip, 3, 2)).frames.shape == (2, 64, 144, 3)


def test_frames_of_an_uneven_clip_are_selected_by_time(tmp_path: Path) -> None:
    clip = draw_uneven_clip(tmp_path / "uneven.mp4", starts_s=[0, 0.1, 0.2, 1.0, 1.5, 2.0])

    selected = read_clip(clip, fps=2, frames=4)

    # On screen at 0, 0.5, 1 and 1.5 s.
    assert np.array_equal(selected.frames, read_clip(clip).frames[[0, 2, 3, 4]])
    assert selected.fps == 2


def test_a_clip_that_is_scaled_by_its_matrix_is_refused(tmp_path: Path) -> None:
    clip = set_matrix(draw_clip(tmp_path / "scaled.mp4", frames=2), 2, 0, 0, 2)

    with pytest.raises(BadClip, match=r"scaled\.mp4: "):
        read_clip(clip)


def test_frames_of_different_sizes_are_named() -> None:
    with pytest.raises(BadClip, match="golf1: frames differ in size: 64x96, 96x64"):
        validate_frames([grey(), grey(96, 64)], "golf1")


@pytest.mark.parametrize("frame", [grey().astype(np.float32), grey()[..., :1], grey()[..., 0]])
def test_an_array_that_is_not_an_rgb_frame_is_refused(frame: np.ndarray) -> None:
    with pytest.raises(BadClip, match=r"a frame must be \(height, width, 3\) uint8 RGB"):
        validate_frames([frame, frame])

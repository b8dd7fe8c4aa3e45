"""Single frames for figures: decoded in the sandbox, and returned as raw pixels of a checked length."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.media.frames import FramesUnreadable, clip_frames, image_pixels
from app.media.sandbox import Sandbox
from tests.cast import write_clip


def test_the_requested_frames_are_returned_in_order(sandbox: Sandbox, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", frames=8, width=64, height=64)

    pixels = clip_frames(clip, (1, 4, 4, 8), tmp_path / "raw", max_width=240, sandbox=sandbox)

    assert pixels.shape == (4, 64, 64, 3)
    # The bright square of frame n begins at 4 + 3 (n - 1).
    starts = [int(np.argmax(frame[30, :, 0] > 150)) for frame in pixels]
    assert np.allclose(starts, [4, 13, 13, 25], atol=1)


def test_wide_frames_are_scaled_down_and_keep_their_shape(sandbox: Sandbox, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", width=128, height=64)

    pixels = clip_frames(clip, (1,), tmp_path / "raw", max_width=32, sandbox=sandbox)

    assert pixels.shape == (1, 16, 32, 3)


def test_a_clip_with_fewer_frames_is_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", frames=8)

    with pytest.raises(FramesUnreadable, match="fewer than 9 frames"):
        clip_frames(clip, (1, 9), tmp_path / "raw", max_width=64, sandbox=sandbox)


def test_a_damaged_clip_is_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"not a clip")

    with pytest.raises(FramesUnreadable):
        clip_frames(clip, (1,), tmp_path / "raw", max_width=64, sandbox=sandbox)


def test_a_rotated_photo_is_returned_upright(sandbox: Sandbox, tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees to see it upright
    Image.new("RGB", (40, 20), "red").save(photo, exif=exif)

    assert image_pixels(photo, tmp_path / "raw", max_width=64, sandbox=sandbox).shape == (40, 20, 3)


def test_a_damaged_image_is_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    image = tmp_path / "image.png"
    image.write_bytes(b"\x89PNG\r\n\x1a\nnothing")

    with pytest.raises(FramesUnreadable):
        image_pixels(image, tmp_path / "raw", max_width=64, sandbox=sandbox)

"""Clips are read as a player shows them: upright, with square pixels, frames selected by time."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from benchmark.video import Orientation, UnreadableVideo, VideoFault
from benchmark.video.read import read_frames
from tests.app.media.drawing import delayed_clip, draw_clip, draw_frame, draw_uneven_clip
from tests.mp4_edits import hide_first_frames, set_container_pixel_ratio, set_matrix

# What a viewer sees of each orientation; ISO/IEC 14496-12, 8.3.2: x' = ax + cy, y' = bx + dy.
SEEN: dict[Orientation, Any] = {
    Orientation.UPRIGHT: lambda frame: frame,
    Orientation.MIRRORED: np.fliplr,
    Orientation.UPSIDE_DOWN: lambda frame: np.rot90(frame, 2),
    Orientation.FLIPPED: np.flipud,
    Orientation.TRANSPOSED: lambda frame: frame.transpose(1, 0, 2),
    Orientation.CLOCKWISE: lambda frame: np.rot90(frame, -1),
    Orientation.ANTI_TRANSPOSED: lambda frame: np.rot90(frame.transpose(1, 0, 2), 2),
    Orientation.COUNTERCLOCKWISE: lambda frame: np.rot90(frame, 1),
}
SHARP = {"crf": "5"}


def difference(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    assert a.shape == b.shape
    return float(np.abs(a.astype(float) - b).mean())


def fault_of(path: Path, **wanted: Any) -> VideoFault:
    with pytest.raises(UnreadableVideo, match=path.name) as unreadable:
        read_frames(path, **wanted)
    return unreadable.value.fault


def closest_frames(frames: NDArray[np.uint8], among: int) -> list[int]:
    drawn = [draw_frame(number) for number in range(among)]
    return [min(range(among), key=lambda n: difference(frame, drawn[n])) for frame in frames]


@pytest.mark.parametrize("orientation", Orientation)
def test_a_turned_clip_comes_upright(orientation: Orientation, tmp_path: Path) -> None:
    clip = draw_clip(tmp_path / "clip.mp4", width=96, height=64, frames=2, encoder=SHARP)
    set_matrix(clip, *orientation.value)

    seen = SEEN[orientation](draw_frame(0, width=96, height=64))

    assert difference(read_frames(clip).frames[0], seen) < 6


def test_a_matrix_that_moves_the_turned_picture_into_view_is_one_of_the_eight(tmp_path: Path) -> None:
    clip = draw_clip(tmp_path / "clip.mp4", width=96, height=64, frames=2)

    assert read_frames(set_matrix(clip, 0, 1, -1, 0, x=64)).frames.shape == (2, 96, 64, 3)


@pytest.mark.parametrize("matrix", [(2, 0, 0, 1), (2, 0, 0, 2), (1, 1, 0, 1), (0, 0, 0, 0)])
def test_a_matrix_that_scales_or_skews_is_refused(matrix: tuple[int, int, int, int], tmp_path: Path) -> None:
    clip = set_matrix(draw_clip(tmp_path / "clip.mp4", frames=2), *matrix)

    assert fault_of(clip) is VideoFault.DISPLAY_MATRIX


@pytest.mark.parametrize("ratio", [(3, 2), (1, 2)])
def test_oblong_pixels_of_the_container_are_stretched(ratio: tuple[int, int], tmp_path: Path) -> None:
    clip = draw_clip(tmp_path / "clip.mp4", width=96, height=64, frames=2, encoder=SHARP)
    size = {(3, 2): (144, 64), (1, 2): (96, 128)}[ratio]

    frames = read_frames(set_container_pixel_ratio(clip, *ratio)).frames

    assert difference(frames[0], draw_frame_at(size)) < 8


def test_oblong_pixels_of_the_bitstream_are_stretched(tmp_path: Path) -> None:
    clip = draw_clip(tmp_path / "clip.mp4", width=96, height=64, encoder={"x264-params": "sar=3/2"})

    found = read_frames(clip)

    assert found.frames.shape[1:3] == (64, 144)
    assert found.description.bitstream_pixel_ratio == Fraction(3, 2)


def test_oblong_pixels_are_stretched_before_the_picture_is_turned(tmp_path: Path) -> None:
    clip = draw_clip(tmp_path / "clip.mp4", width=96, height=64)
    set_matrix(set_container_pixel_ratio(clip, 3, 2), 0, 1, -1, 0)

    assert read_frames(clip).frames.shape[1:3] == (144, 64)


@pytest.mark.parametrize("container", [(1, 1), (4, 3)])
def test_pixel_ratios_that_contradict_each_other_are_refused(
    container: tuple[int, int], tmp_path: Path
) -> None:
    clip = draw_clip(tmp_path / "clip.mp4", encoder={"x264-params": "sar=3/2"})

    assert fault_of(set_container_pixel_ratio(clip, *container)) is VideoFault.PIXEL_RATIO


def test_an_absurd_pixel_ratio_is_refused(tmp_path: Path) -> None:
    clip = set_container_pixel_ratio(draw_clip(tmp_path / "clip.mp4"), 1000, 1)

    assert fault_of(clip) is VideoFault.PIXEL_RATIO


@pytest.mark.parametrize("muxer", ["empty_moov+frag_keyframe", "negative_cts_offsets", "faststart"])
def test_a_clip_starts_at_zero_however_it_is_packed(muxer: str, tmp_path: Path) -> None:
    clip = draw_clip(tmp_path / "clip.mp4", encoder={"bf": "2"}, muxer={"movflags": muxer})

    timeline = read_frames(clip).description.timeline

    assert timeline.starts_s == tuple(Fraction(n, 8) for n in range(16))
    assert timeline.end_s == 2


@pytest.mark.parametrize("name", ["base", "delay", "noedit", "frag"])
def test_a_delayed_clip_has_the_times_of_the_undelayed_one(name: str, tmp_path: Path) -> None:
    clip = delayed_clip(tmp_path / f"{name}.mp4", name)

    found = read_frames(clip, fps=4)

    assert found.description.timeline.starts_s == tuple(Fraction(n, 8) for n in range(16))
    assert closest_frames(found.frames, 16) == [0, 2, 4, 6, 8, 10, 12, 14]


def test_frames_an_edit_list_hides_stay_hidden(tmp_path: Path) -> None:
    clip = draw_clip(tmp_path / "clip.mp4", encoder={"bf": "0", "crf": "5"})
    hide_first_frames(clip, count=8, ticks_a_frame=2048)

    found = read_frames(clip)

    assert found.description.hidden_frames == 8
    assert closest_frames(found.frames, 16) == list(range(8, 16))


def test_of_uneven_frames_those_on_screen_are_read(tmp_path: Path) -> None:
    clip = draw_uneven_clip(tmp_path / "clip.mp4", starts_s=[0.0, 0.1, 1.0, 1.1, 2.0])

    found = read_frames(clip, fps=2, frames=4)

    # By hand: at 0, 0.5, 1.0 and 1.5 s the frames 0, 1, 2 and 3 are on the screen.
    assert closest_frames(found.frames, 5) == [0, 1, 2, 3]
    assert found.fps == 2


def test_of_30_fps_the_frames_on_screen_at_8_fps_are_read(tmp_path: Path) -> None:
    clip = draw_clip(tmp_path / "clip.mp4", fps=30, frames=15, encoder=SHARP)

    # By hand: 0, 0.125, 0.25 and 0.375 s are frames 0, 3.75, 7.5 and 11.25.
    assert closest_frames(read_frames(clip, fps=8).frames, 15) == [0, 3, 7, 11]


def test_a_slower_clip_is_read_frame_by_frame(tmp_path: Path) -> None:
    clip = draw_clip(tmp_path / "clip.mp4", fps=6, frames=5)

    found = read_frames(clip, fps=8)

    assert (len(found.frames), found.fps) == (5, 6)


@pytest.mark.parametrize("ending", ["mkv", "webm", "avi", "gif", "mov"])
def test_other_containers_are_read(ending: str, tmp_path: Path) -> None:
    found = read_frames(other_container(tmp_path / f"clip.{ending}"), fps=4)

    assert closest_frames(found.frames, 8) == [0, 2, 4, 6]


@pytest.mark.parametrize(("tag", "height"), [("bt709", 96), ("smpte170m", 96), (None, 96), (None, 720)])
def test_colours_are_those_the_clip_means(tag: str | None, height: int, tmp_path: Path) -> None:
    # Untagged clips of 720 lines are BT.709 to players, smaller ones BT.601.
    meant = tag or ("bt709" if height >= 720 else "smpte170m")
    clip = draw_red_clip(tmp_path / "clip.mp4", meant=meant, tag=tag, height=height)

    red = read_frames(clip).frames[0].reshape(-1, 3).mean(axis=0)

    assert np.abs(red - (200, 30, 40)).max() < 4


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"no video at all", VideoFault.CANNOT_OPEN),
        (b"ffconcat version 1.0\nfile other.mp4\n", VideoFault.CANNOT_OPEN),
        (b"", VideoFault.CANNOT_OPEN),
    ],
)
def test_what_is_no_video_is_refused(content: bytes, fault: VideoFault, tmp_path: Path) -> None:
    draw_clip(tmp_path / "other.mp4", frames=2)
    (tmp_path / "clip.mp4").write_bytes(content)

    assert fault_of(tmp_path / "clip.mp4") is fault


def test_several_video_tracks_are_refused(tmp_path: Path) -> None:
    clip = draw_clip(tmp_path / "clip.mp4", frames=2, video_tracks=2)

    assert fault_of(clip) is VideoFault.SEVERAL_VIDEOS


def test_damaged_frames_are_refused(tmp_path: Path) -> None:
    clip = draw_clip(tmp_path / "clip.mp4", width=320, height=320, muxer={"movflags": "+faststart"})
    damaged = bytearray(clip.read_bytes())
    start = damaged.index(b"mdat") + len(damaged) // 3
    damaged[start:] = b"\xff" * (len(damaged) - start)
    clip.write_bytes(damaged)

    assert fault_of(clip) is VideoFault.UNDECODABLE


def test_a_clip_that_would_fill_the_memory_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    clip = draw_clip(tmp_path / "clip.mp4", frames=9)

    assert fault_of(clip, max_pixels=9 * 64 * 64 - 1) is VideoFault.TOO_MANY_PIXELS
    assert len(read_frames(clip, frames=2, max_pixels=2 * 64 * 64).frames) == 2


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"gone\.mp4"):
        read_frames(tmp_path / "gone.mp4")


def draw_frame_at(size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return the first frame of a 96x64 clip, stretched to `size`, which is (width, height)."""
    width, height = size
    small = draw_frame(0, width=96, height=64)
    rows = np.arange(height) * 64 // height
    columns = np.arange(width) * 96 // width
    return small[rows][:, columns]


def other_container(path: Path) -> Path:
    """Write 8 frames at 8 fps; the file name extension selects the container."""
    codecs = {".webm": "libvpx-vp9", ".gif": "gif", ".avi": "mpeg4"}
    codec = codecs.get(path.suffix, "libx264")
    pixels = "rgb8" if codec == "gif" else "yuv420p"
    with av.open(str(path), "w") as clip:
        video = clip.add_stream(codec, rate=8)
        video.width, video.height, video.pix_fmt = 64, 64, pixels
        for number in range(8):
            clip.mux(video.encode(av.VideoFrame.from_ndarray(draw_frame(number), format="rgb24")))
        clip.mux(video.encode(None))
    return path


def draw_red_clip(path: Path, *, meant: str, tag: str | None, height: int) -> Path:
    """Write two red frames that are encoded with the colour matrix `meant` and tagged with `tag`."""
    red = np.full((height, 64, 3), (200, 30, 40), np.uint8)
    numbers = {"bt709": 1, "smpte170m": 5}  # swscale's, for the conversion
    options = {"crf": "1"} | ({"colorspace": tag} if tag else {})
    with av.open(str(path), "w", format="mp4") as clip:
        video = clip.add_stream("libx264", rate=8, options=options)
        video.width, video.height, video.pix_fmt = 64, height, "yuv420p"
        for _ in range(2):
            frame = av.VideoFrame.from_ndarray(red, format="rgb24")
            frame = frame.reformat(format="yuv420p", dst_colorspace=numbers[meant], dst_color_range=1)
            clip.mux(video.encode(frame))
        clip.mux(video.encode(None))
    return path

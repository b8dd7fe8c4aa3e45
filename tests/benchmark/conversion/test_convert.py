"""Conversion of videos and of folders of frames to clips that a server accepts."""

import re
import shutil
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from app.media.probe import ClipFacts, probe_clip
from app.media.sandbox import Sandbox
from benchmark.conversion.convert import MAX_SIDE, convert_frames, convert_video
from benchmark.conversion.convert_folder import ConversionProblems, Source, convert_folder, find_sources
from benchmark.conversion.image_sequence import CannotConvert, check_sequence, frame_files
from benchmark.pairs import ClipName
from benchmark.video.read import read_frames

Probe = Callable[[Path], ClipFacts]
RED, BLUE = (200, 30, 30), (30, 30, 200)


@pytest.fixture
def probe(sandbox: Sandbox) -> Probe:
    """Probe a clip in the sandbox, as the server does."""
    return lambda path: probe_clip(path, sandbox=sandbox)


def pictures(count: int = 6, size: tuple[int, int] = (64, 48)) -> list[NDArray[np.uint8]]:
    """Return frames with a red left half, a blue right half and a moving white bar."""
    width, height = size
    frames = []
    for index in range(count):
        frame = np.empty((height, width, 3), np.uint8)
        frame[:, : width // 2], frame[:, width // 2 :] = RED, BLUE
        frame[:, index * width // 16 : index * width // 16 + 4] = 255
        frames.append(frame)
    return frames


def write_video(
    path: Path,
    frames: Sequence[NDArray[np.uint8]],
    *,
    codec: str,
    pixels: str = "yuv420p",
    container: str | None = None,
    rate: int = 8,
    times: Sequence[int] | None = None,
    **options: str,
) -> Path:
    """Write a video; the values of `times` are in hundredths of a second."""
    with av.open(str(path), "w", format=container) as file:
        stream = file.add_stream(codec, rate=rate, options=options)
        stream.width, stream.height, stream.pix_fmt = frames[0].shape[1], frames[0].shape[0], pixels
        if times is not None:
            stream.codec_context.time_base = Fraction(1, 100)
        for index, picture in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            if times is not None:
                frame.pts, frame.time_base = times[index], Fraction(1, 100)
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
    return path


def sides(path: Path) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the mean colours of the left edge and of the right edge of the last frame."""
    last = read_frames(path).frames[-1]
    return (
        tuple(int(value) for value in last[8:-8, 2:6].mean((0, 1))),
        tuple(int(value) for value in last[8:-8, -6:-2].mean((0, 1))),
    )


def assert_near(found: Sequence[int], wanted: Sequence[int], *, by: int = 14) -> None:
    assert max(abs(a - b) for a, b in zip(found, wanted, strict=True)) <= by, (found, wanted)


@pytest.mark.parametrize(
    ("name", "codec", "pixels"),
    [
        ("clip.webm", "libvpx-vp9", "yuv420p"),
        ("clip.mkv", "mpeg4", "yuv420p"),
        ("hevc.mp4", "libx265", "yuv420p"),
        ("prores.mov", "prores_ks", "yuv422p10le"),
        ("clip.avi", "mjpeg", "yuvj420p"),
        ("clip.gif", "gif", "rgb8"),
    ],
)
def test_a_video_of_any_kind_becomes_an_accepted_clip(
    tmp_path: Path, probe: Probe, name: str, codec: str, pixels: str
) -> None:
    source = write_video(tmp_path / name, pictures(), codec=codec, pixels=pixels)

    was_encoded = convert_video(source, tmp_path / "out.mp4").is_encoded

    facts = probe(tmp_path / "out.mp4")
    assert was_encoded
    assert (facts.codec, facts.width, facts.height, facts.frames) == ("h264", 64, 48, 6)
    assert facts.fps == pytest.approx(8, abs=0.4)  # a GIF has hundredths of a second: 12 or 13 a frame
    left, right = sides(tmp_path / "out.mp4")
    assert_near(left, RED, by=40)  # GIF has 256 colours
    assert_near(right, BLUE, by=40)


def test_an_accepted_clip_is_copied_byte_for_byte(tmp_path: Path) -> None:
    source = write_video(tmp_path / "clip.mp4", pictures(), codec="libx264")

    assert not convert_video(source, tmp_path / "out.mp4").is_encoded

    assert (tmp_path / "out.mp4").read_bytes() == source.read_bytes()


def test_a_4k_video_is_made_smaller_in_proportion(tmp_path: Path, probe: Probe) -> None:
    source = write_video(tmp_path / "4k.mp4", pictures(3, (3840, 2160)), codec="libx264", preset="ultrafast")

    convert_video(source, tmp_path / "out.mp4")

    facts = probe(tmp_path / "out.mp4")
    assert (facts.width, facts.height) == (MAX_SIDE, 1152)


def test_uneven_times_are_kept(tmp_path: Path) -> None:
    times = (0, 10, 20, 60, 70, 80)
    source = write_video(tmp_path / "uneven.mkv", pictures(), codec="mpeg4", rate=100, times=times)

    convert_video(source, tmp_path / "out.mp4")

    starts = read_frames(tmp_path / "out.mp4").description.timeline.starts_s
    assert [round(start * 100) for start in starts] == list(times)


@pytest.mark.parametrize("last_ms", [100, 700])
def test_the_last_frame_of_an_uneven_clip_keeps_its_duration(last_ms: int, tmp_path: Path) -> None:
    first, *others = map(Image.fromarray, pictures())
    durations = [100, 100, 400, 100, 100, last_ms]
    first.save(tmp_path / "a.gif", save_all=True, append_images=others, duration=durations, loop=0)

    convert_video(tmp_path / "a.gif", tmp_path / "out.mp4")

    end_s = read_frames(tmp_path / "out.mp4").description.timeline.end_s
    assert round(end_s * 1000) == sum(durations)


def test_a_file_that_is_no_video_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "clip.webm").write_text("not a video")

    with pytest.raises(CannotConvert):
        convert_video(tmp_path / "clip.webm", tmp_path / "out.mp4")


def frame_folder(folder: Path, frames: Sequence[NDArray[np.uint8]], first: int = 1) -> Path:
    folder.mkdir(parents=True)
    for number, frame in enumerate(frames, start=first):
        Image.fromarray(frame).save(folder / f"frame{number}.png")
    return folder


def test_frames_come_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    folder = frame_folder(tmp_path / "frames", pictures(12))

    assert [path.name for path in frame_files(folder)] == [f"frame{n}.png" for n in range(1, 13)]


def test_a_folder_of_frames_becomes_a_clip(tmp_path: Path, probe: Probe) -> None:
    folder = frame_folder(tmp_path / "frames", pictures(12))

    convert_frames(frame_files(folder), tmp_path / "out.mp4", fps=Fraction(12))

    facts = probe(tmp_path / "out.mp4")
    assert (facts.frames, facts.fps, facts.width, facts.height) == (12, 12.0, 64, 48)
    assert_near(sides(tmp_path / "out.mp4")[1], BLUE)


def test_frames_with_transparency_are_shown_on_white(tmp_path: Path) -> None:
    folder = tmp_path / "frames"
    folder.mkdir()
    for number in range(3):
        Image.new("RGBA", (32, 32), (0, 0, 0, 0)).save(folder / f"{number}.png")

    convert_frames(frame_files(folder), tmp_path / "out.mp4", fps=Fraction(8))

    assert read_frames(tmp_path / "out.mp4").frames.min() > 250


def test_frames_of_several_sizes_are_refused(tmp_path: Path) -> None:
    folder = frame_folder(tmp_path / "frames", [*pictures(2), *pictures(1, (32, 32))])

    with pytest.raises(CannotConvert, match=r"frame3\.png has 32x32 pixels, the first frame 64x48"):
        convert_frames(frame_files(folder), tmp_path / "out.mp4", fps=Fraction(8))


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["0.png", "1.png", "3.png"], "A frame is missing between 1.png and 3.png."),
        (["f_08.png", "f_09.png", "f_11.png"], "A frame is missing between f_09.png and f_11.png."),
        (["0.png", "00.png", "1.png"], "0.png and 00.png have the same number; keep one."),
        (["1.png", "1.jpg", "2.png"], "have the same number; keep one."),
        (["a_0.png", "a_1.png", "b_0.png"], "a_0.png and b_0.png differ in more than a number"),
        (["1_0.png", "1_1.png", "2_0.png"], "differ in more than one number"),
        (["a.png", "b.png"], "a.png and b.png differ in more than a number"),
    ],
)
def test_images_that_are_not_one_sequence_are_refused(
    names: list[str], sentence: str, tmp_path: Path
) -> None:
    for name in names:
        Image.new("RGB", (16, 16)).save(tmp_path / name)

    with pytest.raises(CannotConvert, match=re.escape(sentence)):
        convert_frames(frame_files(tmp_path), tmp_path / "out.mp4", fps=Fraction(8))


@pytest.mark.parametrize(
    "names",
    [
        ["7.png"],
        ["cover.png"],
        ["clip2_1.png", "clip2_2.png"],
        ["0.png", "4.png", "8.png"],
        ["t0000.png", "t0033.png", "t0067.png", "t0100.png"],
    ],
)
def test_one_sequence_may_have_any_constant_step(names: list[str]) -> None:
    check_sequence([Path(name) for name in names])


def test_an_animated_image_is_no_frame(tmp_path: Path) -> None:
    folder = frame_folder(tmp_path / "frames", pictures(3))
    first, *others = map(Image.fromarray, pictures(4))
    first.save(folder / "frame2.png", save_all=True, append_images=others, duration=100)

    with pytest.raises(CannotConvert, match=r"frame2\.png is animated"):
        convert_frames(frame_files(folder), tmp_path / "out.mp4", fps=Fraction(8))


def test_files_beside_frames_are_listed(tmp_path: Path) -> None:
    folder = frame_folder(tmp_path / "in" / "cat_sleeps", pictures(2))
    for name in ("frame3.exr", "notes.txt", "._frame1.png", ".DS_Store"):
        (folder / name).touch()

    unused = find_sources(tmp_path / "in").unused

    assert list(unused.values()) == [("cat_sleeps/frame3.exr", "cat_sleeps/notes.txt")]


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """A folder with a video, a subfolder of frames and a text file."""
    folder = tmp_path / "in"
    frame_folder(folder / "cat_sleeps", pictures())
    write_video(folder / "car_take.webm", pictures(), codec="libvpx-vp9")
    (folder / "notes.txt").touch()
    (folder / "._car_take.webm").touch()
    return folder


def test_a_folder_is_converted_under_the_names_of_its_sources(mixed: Path, tmp_path: Path) -> None:
    sources = find_sources(mixed)

    done = convert_folder(sources.found, tmp_path / "out", fps=Fraction(8))

    assert (done.encoded, done.copied, done.kept, done.problems) == (2, 0, 0, ())
    assert {path.name for path in (tmp_path / "out").glob("*.mp4")} == {"car_take.mp4", "cat_sleeps.mp4"}
    assert {name for names in sources.unused.values() for name in names} == {"notes.txt", "._car_take.webm"}


def test_a_table_names_the_clips(mixed: Path, tmp_path: Path) -> None:
    names = {"car_take.webm": ClipName("one", None), "cat_sleeps": ClipName("two", 7)}

    convert_folder(find_sources(mixed, names).found, tmp_path / "out", fps=Fraction(8))

    assert {path.name for path in (tmp_path / "out").glob("*.mp4")} == {"one.mp4", "two_7.mp4"}


def test_frames_without_a_rate_are_refused_and_the_rest_is_converted(mixed: Path, tmp_path: Path) -> None:
    done = convert_folder(find_sources(mixed).found, tmp_path / "out")

    assert done.encoded == 1
    assert done.problems == ("cat_sleeps: A folder of frames has no frame rate; give it with --fps.",)


def test_a_second_run_keeps_what_did_not_change(mixed: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    convert_folder(find_sources(mixed).found, output, fps=Fraction(8))
    before = {path.name: path.read_bytes() for path in output.iterdir()}

    done = convert_folder(find_sources(mixed).found, output, fps=Fraction(8))

    assert (done.encoded, done.kept) == (0, 2)
    assert {path.name: path.read_bytes() for path in output.iterdir()} == before


@pytest.mark.parametrize("change", ["source", "rate", "clip"])
def test_a_change_is_converted_again(mixed: Path, tmp_path: Path, change: str) -> None:
    output = tmp_path / "out"
    convert_folder(find_sources(mixed).found, output, fps=Fraction(8))
    if change == "source":
        shutil.copy(mixed / "cat_sleeps" / "frame1.png", mixed / "cat_sleeps" / "frame2.png")
    if change == "clip":
        (output / "cat_sleeps.mp4").write_bytes(b"damaged")

    fps = Fraction(4 if change == "rate" else 8)
    done = convert_folder(find_sources(mixed).found, output, fps=fps)

    assert (done.encoded, done.kept) == (1, 1)
    assert read_frames(output / "cat_sleeps.mp4").fps == fps


def test_two_sources_of_one_clip_are_refused(mixed: Path) -> None:
    shutil.copy(mixed / "car_take.webm", mixed / "car_take.mkv")

    with pytest.raises(ConversionProblems) as caught:
        find_sources(mixed)

    assert caught.value.problems == [
        "car_take.mkv and car_take.webm would both become car_take.mp4; keep one of them"
    ]


def test_clips_of_other_sources_are_not_mixed_in(mixed: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    output.mkdir()
    (output / "earlier.mp4").touch()

    with pytest.raises(ConversionProblems) as caught:
        convert_folder([Source(mixed / "car_take.webm", "car_take.mp4")], output)

    assert "earlier.mp4 was made from another source" in caught.value.problems[0]

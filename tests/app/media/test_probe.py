"""The probe checks a clip, and returns the clip's properties or the reason of a refusal."""

from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image

from app.media.images import ImageRejected
from app.media.probe import ClipCode, ClipFacts, ClipLimits, ClipRejected, probe_clip
from app.media.sandbox import Sandbox, SandboxLimits
from benchmark.video import Orientation
from tests.app.media.drawing import draw_blank_clip, draw_clip, draw_picture, draw_sound
from tests.mp4_edits import set_container_pixel_ratio, set_matrix

CODECS = ["h264", "vp9", "av1"]
NAMED_MP4_BUT_IS_NOT = {
    "png": b"\x89PNG\r\n\x1a\n" + bytes(100),
    "html": b"<!doctype html><script>alert(1)</script>",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "playlist": b"ffconcat version 1.0\nfile clip.mp4\n",
    "zeros": bytes(4096),
    "webm": b"\x1aE\xdf\xa3" + bytes(100),
}


def refused_with(path: Path, sandbox: Sandbox, limits: ClipLimits | None = None) -> ClipCode:
    with pytest.raises(ClipRejected) as refused:
        probe_clip(path, sandbox=sandbox, limits=limits)
    assert refused.value.message.endswith(".")
    return refused.value.code


@pytest.mark.parametrize("codec", CODECS)
def test_a_clip_is_described(codec: str, tmp_path: Path, sandbox: Sandbox) -> None:
    clip = draw_clip(tmp_path / "clip.mp4", width=96, height=64, frames=16, fps=8, codec=codec)

    assert probe_clip(clip, sandbox=sandbox) == ClipFacts(
        codec=codec,
        pixel_format="yuv420p",
        width=96,
        height=64,
        frames=16,
        fps=8.0,
        duration_s=2.0,
        constant_fps=True,
        has_audio=False,
        bytes=clip.stat().st_size,
        is_static=False,
        is_remuxable=codec == "h264",
        first_frame_distance=None,
    )


def test_the_real_clips_are_what_the_authors_say(real_clip: Path, sandbox: Sandbox) -> None:
    facts = probe_clip(real_clip, sandbox=sandbox)

    assert (facts.codec, facts.width, facts.height) == ("h264", 320, 320)
    assert (facts.frames, facts.fps, facts.duration_s) == (16, 8.0, 2.0)
    assert not facts.is_static


def test_a_fractional_frame_rate_is_stated_with_three_decimals(tmp_path: Path, sandbox: Sandbox) -> None:
    clip = draw_clip(tmp_path / "clip.mp4", frames=30, fps=Fraction(30_000, 1001))

    facts = probe_clip(clip, sandbox=sandbox)

    assert (facts.fps, facts.duration_s) == (29.97, 1.001)


def test_sound_is_noticed(tmp_path: Path, sandbox: Sandbox) -> None:
    clip = draw_clip(tmp_path / "clip.mp4", with_audio=True)

    assert probe_clip(clip, sandbox=sandbox).has_audio


def test_an_index_at_the_front_or_in_fragments_is_accepted(tmp_path: Path, sandbox: Sandbox) -> None:
    front = draw_clip(tmp_path / "front.mp4", muxer={"movflags": "+faststart"})
    pieces = draw_clip(tmp_path / "pieces.mp4", muxer={"movflags": "+frag_keyframe+empty_moov"})

    assert probe_clip(front, sandbox=sandbox).frames == 16
    assert probe_clip(pieces, sandbox=sandbox).frames == 16


@pytest.mark.parametrize("codec", CODECS)
def test_a_clip_without_motion_is_static(codec: str, tmp_path: Path, sandbox: Sandbox) -> None:
    clip = draw_clip(tmp_path / "clip.mp4", width=320, height=320, codec=codec, moving=False)

    assert probe_clip(clip, sandbox=sandbox).is_static


def test_a_small_moving_thing_is_motion(tmp_path: Path, sandbox: Sandbox) -> None:
    clip = draw_clip(tmp_path / "clip.mp4", width=320, height=320, frames=3)

    assert not probe_clip(clip, sandbox=sandbox).is_static


def test_a_clip_that_starts_with_its_input_image_is_near_it(tmp_path: Path, sandbox: Sandbox) -> None:
    clip = draw_clip(tmp_path / "clip.mp4")
    image = draw_picture(tmp_path / "image.png", width=512, height=512)

    facts = probe_clip(clip, sandbox=sandbox, input_image=image)

    assert facts.first_frame_distance is not None
    assert facts.first_frame_distance < 0.03


def test_a_clip_that_starts_elsewhere_is_far_from_its_input_image(tmp_path: Path, sandbox: Sandbox) -> None:
    clip = draw_clip(tmp_path / "clip.mp4")
    image = tmp_path / "image.png"
    Image.new("RGB", (64, 64), (250, 20, 220)).save(image)

    facts = probe_clip(clip, sandbox=sandbox, input_image=image)

    assert facts.first_frame_distance is not None
    assert facts.first_frame_distance > 0.3


def test_the_middle_of_a_wide_input_image_counts_as_well(tmp_path: Path, sandbox: Sandbox) -> None:
    clip = draw_clip(tmp_path / "clip.mp4")
    wide = Image.new("RGB", (192, 64), (250, 20, 220))
    wide.paste(Image.open(draw_picture(tmp_path / "middle.png")), (64, 0))
    wide.save(tmp_path / "wide.png")

    facts = probe_clip(clip, sandbox=sandbox, input_image=tmp_path / "wide.png")

    assert facts.first_frame_distance is not None
    assert facts.first_frame_distance < 0.05


def test_an_input_image_that_cannot_be_read_is_not_the_clips_fault(tmp_path: Path, sandbox: Sandbox) -> None:
    clip = draw_clip(tmp_path / "clip.mp4")
    (tmp_path / "image.png").write_bytes(b"no picture")

    with pytest.raises(ImageRejected, match="input image cannot be read"):
        probe_clip(clip, sandbox=sandbox, input_image=tmp_path / "image.png")


def test_an_empty_file_is_refused(tmp_path: Path, sandbox: Sandbox) -> None:
    empty = tmp_path / "clip.mp4"
    empty.touch()

    assert refused_with(empty, sandbox) == ClipCode.EMPTY


@pytest.mark.parametrize("kind", NAMED_MP4_BUT_IS_NOT)
def test_another_file_named_mp4_is_refused(kind: str, tmp_path: Path, sandbox: Sandbox) -> None:
    draw_clip(tmp_path / "clip.mp4")  # what the playlist points at
    disguised = tmp_path / "disguised.mp4"
    disguised.write_bytes(NAMED_MP4_BUT_IS_NOT[kind])

    assert refused_with(disguised, sandbox) == ClipCode.NOT_MP4


@pytest.mark.parametrize("index", ["front", "end"])
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.99])
def test_a_truncated_clip_is_refused(index: str, kept: float, tmp_path: Path, sandbox: Sandbox) -> None:
    muxer = {"movflags": "+faststart"} if index == "front" else {}
    whole = draw_clip(tmp_path / "whole.mp4", muxer=muxer).read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole[: int(len(whole) * kept)])

    assert refused_with(cut, sandbox) == ClipCode.TRUNCATED


def test_damaged_frames_are_refused(tmp_path: Path, sandbox: Sandbox) -> None:
    clip = draw_clip(tmp_path / "clip.mp4", width=320, height=320, muxer={"movflags": "+faststart"})
    damaged = bytearray(clip.read_bytes())
    # All other bytes, including the lengths of parts: a decoder may skip a small gap without an error.
    start = damaged.index(b"mdat") + len(damaged) // 3
    damaged[start:] = b"\xff" * (len(damaged) - start)
    clip.write_bytes(damaged)

    assert refused_with(clip, sandbox) == ClipCode.UNDECODABLE


@pytest.mark.parametrize("codec", ["hevc", "mpeg4"])
def test_another_codec_is_refused(codec: str, tmp_path: Path, sandbox: Sandbox) -> None:
    clip = draw_clip(tmp_path / "clip.mp4", codec=codec)

    with pytest.raises(ClipRejected, match=r"Convert it with: ti2v convert DIR --to OUT") as caught:
        probe_clip(clip, sandbox=sandbox)
    assert caught.value.code == ClipCode.WRONG_CODEC


def test_a_huge_frame_is_refused_before_it_is_decoded(tmp_path: Path, sandbox: Sandbox) -> None:
    clip = draw_blank_clip(tmp_path / "clip.mp4", width=8192, height=8192)

    assert refused_with(clip, sandbox) == ClipCode.TOO_LARGE_FRAME


def test_a_small_header_over_huge_frames_is_refused(tmp_path: Path, sandbox: Sandbox) -> None:
    clip = draw_blank_clip(tmp_path / "clip.mp4", width=4096, height=4096)
    lie = clip.read_bytes().replace((4096).to_bytes(2, "big") * 2, (64).to_bytes(2, "big") * 2)
    clip.write_bytes(lie)

    assert refused_with(clip, sandbox) in (ClipCode.TOO_LARGE_FRAME, ClipCode.UNDECODABLE)


def test_limits_hold_on_both_sides(tmp_path: Path, sandbox: Sandbox) -> None:
    clip = draw_clip(tmp_path / "clip.mp4", frames=16, fps=8)

    assert refused_with(clip, sandbox, ClipLimits(max_side=63)) == ClipCode.TOO_LARGE_FRAME
    assert refused_with(clip, sandbox, ClipLimits(max_frames=15)) == ClipCode.TOO_MANY_FRAMES
    assert refused_with(clip, sandbox, ClipLimits(min_frames=17)) == ClipCode.TOO_SHORT
    assert refused_with(clip, sandbox, ClipLimits(max_duration_s=1.9)) == ClipCode.TOO_LONG
    assert refused_with(clip, sandbox, ClipLimits(min_duration_s=2.1)) == ClipCode.TOO_SHORT
    assert probe_clip(clip, sandbox=sandbox, limits=ClipLimits(64, 16, 16, 2.0, 2.0)).frames == 16


def test_one_frame_is_a_picture_not_a_clip(tmp_path: Path, sandbox: Sandbox) -> None:
    assert refused_with(draw_clip(tmp_path / "clip.mp4", frames=1), sandbox) == ClipCode.TOO_SHORT


def test_a_track_without_frames_is_refused(tmp_path: Path, sandbox: Sandbox) -> None:
    pieces = draw_clip(tmp_path / "clip.mp4", muxer={"movflags": "+frag_keyframe+empty_moov"})
    content = pieces.read_bytes()
    pieces.write_bytes(content[: content.index(b"moof") - 4])

    assert refused_with(pieces, sandbox) == ClipCode.TOO_SHORT


def test_frames_that_last_no_time_are_refused(tmp_path: Path, sandbox: Sandbox) -> None:
    clip = draw_clip(tmp_path / "clip.mp4", fps=1000)

    assert refused_with(clip, sandbox) == ClipCode.TOO_SHORT


def test_sound_alone_is_refused(tmp_path: Path, sandbox: Sandbox) -> None:
    assert refused_with(draw_sound(tmp_path / "clip.mp4"), sandbox) == ClipCode.NO_VIDEO


def test_several_video_tracks_are_refused(tmp_path: Path, sandbox: Sandbox) -> None:
    clip = draw_clip(tmp_path / "clip.mp4", video_tracks=2)

    assert refused_with(clip, sandbox) == ClipCode.SEVERAL_VIDEOS


@pytest.mark.parametrize("orientation", list(Orientation)[1:])
def test_a_turned_or_mirrored_clip_is_refused(
    orientation: Orientation, tmp_path: Path, sandbox: Sandbox
) -> None:
    clip = set_matrix(draw_clip(tmp_path / "clip.mp4"), *orientation.value)

    assert refused_with(clip, sandbox) == ClipCode.DISPLAY_TRANSFORM


@pytest.mark.parametrize("matrix", [(2, 0, 0, 1), (1, 0, 0, 2), (2, 0, 0, 2), (1, 1, 0, 1)])
def test_a_scaled_or_skewed_clip_is_refused(
    matrix: tuple[int, int, int, int], tmp_path: Path, sandbox: Sandbox
) -> None:
    clip = set_matrix(draw_clip(tmp_path / "clip.mp4"), *matrix)

    assert refused_with(clip, sandbox) == ClipCode.DISPLAY_TRANSFORM


def test_an_upright_matrix_is_accepted(tmp_path: Path, sandbox: Sandbox) -> None:
    clip = set_matrix(draw_clip(tmp_path / "clip.mp4"), *Orientation.UPRIGHT.value)

    assert probe_clip(clip, sandbox=sandbox).frames == 16


@pytest.mark.parametrize(
    ("container", "bitstream"),
    [((2, 1), None), (None, "2/1"), ((2, 1), "2/1"), ((1, 1), "2/1"), ((3, 2), "1/1")],
)
def test_oblong_pixels_are_refused_wherever_they_are_named(
    container: tuple[int, int] | None, bitstream: str | None, tmp_path: Path, sandbox: Sandbox
) -> None:
    encoder = {"x264-params": f"sar={bitstream}"} if bitstream else {}
    clip = draw_clip(tmp_path / "clip.mp4", encoder=encoder)
    if container:
        set_container_pixel_ratio(clip, *container)

    assert refused_with(clip, sandbox) == ClipCode.DISPLAY_TRANSFORM


def test_square_pixels_may_be_named(tmp_path: Path, sandbox: Sandbox) -> None:
    clip = draw_clip(tmp_path / "clip.mp4", encoder={"x264-params": "sar=1/1"})

    assert probe_clip(set_container_pixel_ratio(clip, 1, 1), sandbox=sandbox).frames == 16


def test_a_clip_that_takes_too_long_is_refused(tmp_path: Path) -> None:
    clip = draw_clip(tmp_path / "clip.mp4")

    with Sandbox(children=1, limits=SandboxLimits(wall_s=0.001)) as hurried:
        assert refused_with(clip, hurried) == ClipCode.TIMEOUT


def test_a_clip_that_needs_too_much_memory_is_refused(tmp_path: Path) -> None:
    clip = draw_clip(tmp_path / "clip.mp4")

    with Sandbox(children=1, limits=SandboxLimits(address_space_bytes=1024**2)) as narrow:
        assert refused_with(clip, narrow) == ClipCode.UNDECODABLE


def test_the_file_is_only_read(tmp_path: Path, sandbox: Sandbox) -> None:
    clip = draw_clip(tmp_path / "clip.mp4")
    before = clip.read_bytes()

    probe_clip(clip, sandbox=sandbox)

    assert clip.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["clip.mp4"]

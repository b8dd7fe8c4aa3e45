"""Warnings for researchers about accepted clips that look unusual."""

from dataclasses import replace

from app.media.clip_warnings import clip_warnings, usual_format
from app.media.probe import ClipFacts

USUAL = ClipFacts(
    codec="h264",
    pixel_format="yuv420p",
    width=320,
    height=320,
    frames=16,
    fps=8.0,
    duration_s=2.0,
    constant_fps=True,
    has_audio=False,
    bytes=20_000,
    is_static=False,
    is_remuxable=True,
    first_frame_distance=0.01,
)


def test_most_clips_set_what_is_usual() -> None:
    assert usual_format([USUAL, replace(USUAL, frames=12), USUAL]) == "320x320, 16 frames at 8 fps"


def test_without_clips_nothing_is_usual() -> None:
    assert usual_format([]) == ""


def test_a_usual_clip_has_no_warning() -> None:
    assert clip_warnings(USUAL, usual_format([USUAL])) == []


def test_every_warning_is_listed() -> None:
    odd = replace(
        USUAL, frames=12, is_static=True, first_frame_distance=0.9, constant_fps=False, has_audio=True
    )

    assert clip_warnings(odd, usual_format([USUAL])) == [
        "every frame is the same; check that this is not the input image repeated",
        "the first frame is far from the input image; check that the clip is of this pair",
        "320x320, 12 frames at 8 fps; most clips of the submission have 320x320, 16 frames at 8 fps",
        "the frames have different durations",
        "the clip has a sound track; annotators do not hear it",
    ]

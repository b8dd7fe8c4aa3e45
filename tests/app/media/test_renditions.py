"""A rendition shows the frames of its clip, in the format that the recipe states."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from app.media.probe import ClipFacts, probe_clip
from app.media.renditions import Recipe, RenditionFailed, choose_recipe, make_rendition
from app.media.sandbox import Sandbox
from benchmark.protocol import RenditionRecipe
from tests.app.media.drawing import delayed_clip, draw_clip, draw_frame, draw_uneven_clip, frames_of
from tests.app.media.rendering import boxes_of, difference, pictures_of, remux, render, video_of
from tests.mp4_edits import append_to_box, box, hide_first_frames

REMUX, NORMALISED = RenditionRecipe.REMUX, RenditionRecipe.NORMALISED


def test_a_real_clip_keeps_every_frame(real_clip: Path, tmp_path: Path, sandbox: Sandbox) -> None:
    target = tmp_path / "rendition.mp4"

    make_rendition(real_clip, Recipe(REMUX, 320, 320, 8.0, 16), target, sandbox=sandbox)

    assert frames_of(target) == frames_of(real_clip)
    facts, before = (probe_clip(path, sandbox=sandbox) for path in (target, real_clip))
    assert (facts.fps, facts.duration_s) == (before.fps, before.duration_s)


ENCODERS: dict[str, dict[str, str]] = {
    "plain": {"bf": "0"},
    "with B-frames": {"bf": "3"},
    "baseline": {"profile": "baseline"},
    "main": {"profile": "main"},
    "with several slices": {"x264-params": "slices=4"},
    "with a buffer model": {"x264-params": "nal-hrd=vbr:vbv-maxrate=800:vbv-bufsize=800:pic-struct=1"},
    "with repeated headers": {"x264-params": "repeat-headers=1:aud=1"},
    "in several closed groups": {"g": "5", "bf": "2"},
}


@pytest.mark.parametrize("encoder", ENCODERS)
def test_remux_keeps_every_frame_and_its_time(encoder: str, tmp_path: Path, sandbox: Sandbox) -> None:
    clip = draw_clip(tmp_path / "clip.mp4", fps=Fraction(24_000, 1001), frames=30, encoder=ENCODERS[encoder])

    rendition = remux(clip, sandbox)

    assert frames_of(rendition) == frames_of(clip)
    assert probe_clip(rendition, sandbox=sandbox).fps == 23.976


@pytest.mark.parametrize("codec", ["vp9", "av1"])
def test_other_codecs_are_never_copied(codec: str, tmp_path: Path, sandbox: Sandbox) -> None:
    clip = draw_clip(tmp_path / "clip.mp4", codec=codec)
    facts = probe_clip(clip, sandbox=sandbox)

    recipe = choose_recipe(facts, facts, REMUX)

    assert recipe.kind is NORMALISED
    assert video_of(render(clip, recipe, sandbox))["codec"] == "h264"
    with pytest.raises(RenditionFailed):
        remux(clip, sandbox)


@pytest.mark.parametrize(
    "encoder",
    [
        {"x264-params": "cqm=jvt"},  # scaling matrices
        {"x264-params": "tff=1"},  # fields
        {"profile": "high422"},
        {"pixel_format": "yuv444p"},
    ],
    ids=str,
)
def test_h264_with_room_for_words_is_re_encoded(
    encoder: dict[str, str], tmp_path: Path, sandbox: Sandbox
) -> None:
    pixel_format = "yuv422p" if "profile" in encoder else encoder.pop("pixel_format", "yuv420p")
    clip = draw_clip(tmp_path / "clip.mp4", pixel_format=pixel_format, encoder=encoder)

    assert not probe_clip(clip, sandbox=sandbox).is_remuxable


def test_colours_that_only_the_container_names_survive_a_remux(tmp_path: Path, sandbox: Sandbox) -> None:
    clip = draw_clip(tmp_path / "clip.mp4", muxer={"movflags": "+write_colr"})
    # Primaries, transfer and matrix of BT.709, limited range; the video itself is untagged.
    nclx = box(b"colr", b"nclx" + bytes([0, 1, 0, 1, 0, 1, 0]))
    entry = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd", b"avc1")
    clip.write_bytes(append_to_box(clip.read_bytes(), entry, nclx))
    assert colour_matrix_of(clip) == 1

    assert colour_matrix_of(remux(clip, sandbox)) == 1


@pytest.mark.parametrize("kind", [REMUX, NORMALISED])
@pytest.mark.parametrize("delay", ["base", "delay", "noedit", "frag"])
def test_a_rendition_starts_at_zero_whatever_the_clips_delay(
    delay: str, kind: RenditionRecipe, tmp_path: Path, sandbox: Sandbox
) -> None:
    clip = delayed_clip(tmp_path / "clip.mp4", delay)

    rendition = render(clip, Recipe(kind, 64, 64, 8.0, 16), sandbox)

    with av.open(str(rendition), format="mp4") as shown:
        video = shown.streams.video[0]
        assert (video.start_time, video.duration * video.time_base) == (0, 2)
    assert [closest_frame(picture, range(16)) for picture in pictures_of(rendition)] == list(range(16))


@pytest.mark.parametrize(
    ("kind", "size", "picture"),
    [
        # A clip of 192x64 in a box of 64x64: between bars it is 64 wide and 21 high, an even 20 or 22.
        (RenditionRecipe.LETTERBOX, (64, 64), (slice(24, 40), slice(0, 64))),
        # On a canvas of 256x96 it keeps its 192x64 pixels.
        (RenditionRecipe.NATIVE, (256, 96), (slice(16, 80), slice(32, 224))),
    ],
)
def test_bars_keep_the_whole_picture(
    kind: RenditionRecipe, size: tuple[int, int], picture: Any, tmp_path: Path, sandbox: Sandbox
) -> None:
    clip = draw_clip(tmp_path / "clip.mp4", width=192, height=64, encoder={"crf": "5"})

    shown = pictures_of(render(clip, Recipe(kind, *size, 8.0, 16), sandbox))[0]

    assert shown.shape == (size[1], size[0], 3)
    assert shown[:12].max() < 12  # black
    assert shown[-12:].max() < 12
    if kind is RenditionRecipe.NATIVE:
        assert difference(shown[picture], draw_frame(0, width=192, height=64)) < 6
    else:
        assert shown[picture].mean(axis=(0, 2)).min() > 20  # from edge to edge


def test_the_last_frame_of_the_shorter_clip_stays(tmp_path: Path, sandbox: Sandbox) -> None:
    clip = draw_clip(tmp_path / "clip.mp4", frames=8, encoder={"crf": "5"})

    rendition = render(clip, Recipe(RenditionRecipe.KEEP_LONGER, 64, 64, 8.0, 12), sandbox)

    shown = [closest_frame(picture, range(8)) for picture in pictures_of(rendition)]
    assert shown == [*range(8), 7, 7, 7, 7]


@pytest.mark.parametrize("kind", RenditionRecipe)
def test_an_odd_size_is_rendered(kind: RenditionRecipe, tmp_path: Path, sandbox: Sandbox) -> None:
    clip = draw_clip(tmp_path / "clip.mp4", width=65, height=63, codec="vp9")
    facts = probe_clip(clip, sandbox=sandbox)

    rendition = render(clip, choose_recipe(facts, facts, kind), sandbox)

    assert probe_clip(rendition, sandbox=sandbox).frames == 16


@pytest.mark.parametrize("kind", RenditionRecipe)
def test_the_index_precedes_the_frames(kind: RenditionRecipe, tmp_path: Path, sandbox: Sandbox) -> None:
    rendition = render(draw_clip(tmp_path / "clip.mp4"), Recipe(kind, 64, 64, 8.0, 16), sandbox)

    kinds = [kind for kind, _ in boxes_of(rendition.read_bytes())]
    assert kinds.index(b"moov") < kinds.index(b"mdat")


def test_a_remux_of_the_same_clip_gives_the_same_bytes(tmp_path: Path, sandbox: Sandbox) -> None:
    clip = draw_clip(tmp_path / "clip.mp4")

    first = render(clip, Recipe(REMUX, 64, 64, 8.0, 16), sandbox).read_bytes()

    assert render(clip, Recipe(REMUX, 64, 64, 8.0, 16), sandbox).read_bytes() == first


def test_normalising_brings_two_clips_to_one_form(tmp_path: Path, sandbox: Sandbox) -> None:
    wide = draw_clip(tmp_path / "wide.mp4", width=121, height=81, frames=49, fps=8, codec="vp9")
    fast = draw_clip(tmp_path / "fast.mp4", width=96, height=96, frames=48, fps=24, with_audio=True)
    facts = [probe_clip(clip, sandbox=sandbox) for clip in (wide, fast)]
    recipe = choose_recipe(facts[0], facts[1], REMUX)

    renditions = [render(clip, recipe, sandbox) for clip in (wide, fast)]

    forms = [video_of(rendition) for rendition in renditions]
    assert forms[0] == forms[1]
    assert forms[0] == {
        "tracks": 1,
        "codec": "h264",
        "profile": "High",
        "pixel_format": "yuv420p",
        "size": (96, 80),
        "rate": 8,
        "keys": [0, 8],
    }
    after = [probe_clip(rendition, sandbox=sandbox) for rendition in renditions]
    assert [(facts.frames, facts.duration_s) for facts in after] == [(16, 2.0), (16, 2.0)]


def test_the_end_is_cut_so_the_first_frame_stays(tmp_path: Path, sandbox: Sandbox) -> None:
    clip = draw_clip(tmp_path / "clip.mp4", frames=24, fps=24, encoder={"crf": "5"})

    rendition = render(clip, Recipe(NORMALISED, 64, 64, 8.0, 5), sandbox)

    shown = pictures_of(rendition)
    assert len(shown) == 5
    for number, picture in enumerate(shown):  # 24 fps to 8: every third frame
        assert difference(picture, draw_frame(3 * number)) < 6
        assert difference(picture, draw_frame(3 * number + 2)) > 6


def test_a_clip_of_another_shape_is_cut_at_the_centre(tmp_path: Path, sandbox: Sandbox) -> None:
    clip = draw_clip(tmp_path / "clip.mp4", width=192, height=64, encoder={"crf": "5"})

    rendition = render(clip, Recipe(NORMALISED, 64, 64, 8.0, 16), sandbox)

    middle = draw_frame(0, width=192, height=64)[:, 64:128]
    assert difference(pictures_of(rendition)[0], middle) < 6


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv444p", "yuv420p10le"])
def test_colours_survive_normalising(pixel_format: str, tmp_path: Path, sandbox: Sandbox) -> None:
    clip = draw_clip(
        tmp_path / "clip.mp4", width=128, height=128, pixel_format=pixel_format, encoder={"crf": "1"}
    )

    rendition = render(clip, Recipe(NORMALISED, 128, 128, 8.0, 16), sandbox)

    assert difference(pictures_of(rendition)[0], draw_frame(0, width=128, height=128)) < 4


def test_frames_an_edit_list_hides_stay_hidden(tmp_path: Path, sandbox: Sandbox) -> None:
    clip = draw_clip(tmp_path / "clip.mp4", encoder={"bf": "0"})
    hide_first_frames(clip, count=8, ticks_a_frame=2048)
    facts = probe_clip(clip, sandbox=sandbox)

    recipe = choose_recipe(facts, facts, REMUX)

    assert facts.frames == 8
    assert recipe.kind is NORMALISED
    assert difference(pictures_of(render(clip, recipe, sandbox))[0], draw_frame(8)) < 6


def test_frames_of_uneven_length_are_spread_evenly(tmp_path: Path, sandbox: Sandbox) -> None:
    clip = draw_uneven_clip(tmp_path / "clip.mp4", starts_s=[0.0, 0.1, 1.0, 1.1, 2.0])
    facts = probe_clip(clip, sandbox=sandbox)
    assert not facts.constant_fps

    shown = pictures_of(render(clip, Recipe(NORMALISED, 64, 64, 2.0, 4), sandbox))

    # By hand: at 0, 0.5, 1.0 and 1.5 s the frames 0, 1, 2 and 3 are on the screen.
    assert [closest_frame(picture, range(5)) for picture in shown] == [0, 1, 2, 3]


def test_a_clip_that_cannot_be_read_leaves_no_file(tmp_path: Path, sandbox: Sandbox) -> None:
    broken, target = tmp_path / "broken.mp4", tmp_path / "rendition.mp4"
    broken.write_bytes(b"no clip at all")

    with pytest.raises(RenditionFailed):
        make_rendition(broken, Recipe(REMUX, 64, 64, 8.0, 16), target, sandbox=sandbox)

    assert not target.exists()


def colour_matrix_of(path: Path) -> int:
    with av.open(str(path), format="mp4") as clip:
        return int(next(clip.decode(video=0)).colorspace)


def closest_frame(picture: Any, numbers: range) -> int:
    return min(numbers, key=lambda number: difference(picture, draw_frame(number)))


def test_a_rendition_is_what_its_recipe_says(real_clip: Path, tmp_path: Path, sandbox: Sandbox) -> None:
    recipe = Recipe(NORMALISED, 256, 240, 6.0, 10)

    make_rendition(real_clip, recipe, tmp_path / "rendition.mp4", sandbox=sandbox)

    facts: ClipFacts = probe_clip(tmp_path / "rendition.mp4", sandbox=sandbox)
    assert (facts.width, facts.height, facts.fps, facts.frames) == (256, 240, 6.0, 10)

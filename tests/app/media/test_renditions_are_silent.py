"""No byte of a rendition reveals the model, the tool or the time of the clip."""

from pathlib import Path

import pytest

from app.media.renditions import Recipe, make_rendition
from app.media.sandbox import Sandbox
from benchmark.protocol import RenditionRecipe
from tests.app.media.drawing import draw_talkative_clip, frames_of
from tests.app.media.rendering import boxes_of, remux, render, video_of

NORMALISED = RenditionRecipe.NORMALISED
CODECS = ["h264", "vp9", "av1"]
# Names of tools, encoders and models, and the words that `draw_talkative_clip` writes. No word has only three
# letters, because a megabyte of coded pictures contains any three bytes by chance.
TELLING = [
    b"x264", b"x265", b"Lavc", b"Lavf", b"ffmpeg", b"videotoolbox", b"SVT-AV1", b"libvpx", b"motif", b"MotiF",
    b"cinemo", b"dynamicrafter", b"cogvideo", b"imageio", b"Secret", b"secret", b"2026", b"2025", b"2024",
]  # fmt: skip
NEEDED_BOXES = {
    b"ftyp", b"moov", b"mvhd", b"trak", b"tkhd", b"edts", b"elst", b"mdia", b"mdhd", b"hdlr", b"minf",
    b"vmhd", b"dinf", b"dref", b"stbl", b"stsd", b"stts", b"stss", b"ctts", b"stsc", b"stsz", b"stco",
    b"udta", b"meta", b"mdat", b"free", b"sgpd", b"sbgp",
}  # fmt: skip


def assert_says_nothing(rendition: Path) -> None:
    content = rendition.read_bytes()
    assert [word for word in TELLING if word in content] == []
    boxes = boxes_of(content)
    assert {kind for kind, _ in boxes} <= NEEDED_BOXES
    for kind, body in boxes:
        if kind in (b"mvhd", b"tkhd", b"mdhd"):
            assert body[4:12] == bytes(8), f"{kind!r} carries a creation time"
        if kind == b"udta":
            assert b"data" not in body, "user data carries an entry"
        if kind == b"hdlr":
            assert body[24:] == b"VideoHandler\0"


@pytest.mark.parametrize("kind", RenditionRecipe)
def test_nothing_in_a_real_rendition_names_model_tool_or_time(
    kind: RenditionRecipe, real_clip: Path, tmp_path: Path, sandbox: Sandbox
) -> None:
    target = tmp_path / "rendition.mp4"

    make_rendition(real_clip, Recipe(kind, 320, 320, 8.0, 16), target, sandbox=sandbox)

    assert_says_nothing(target)


def test_remux_drops_words_sound_subtitles_and_cover(tmp_path: Path, sandbox: Sandbox) -> None:
    clip = draw_talkative_clip(tmp_path / "clip.mp4", codec="h264")

    rendition = remux(clip, sandbox)

    assert_says_nothing(rendition)
    assert video_of(rendition)["tracks"] == 1
    assert frames_of(rendition) == frames_of(clip)


@pytest.mark.parametrize("codec", CODECS)
def test_normalising_drops_words_sound_subtitles_and_cover(
    codec: str, tmp_path: Path, sandbox: Sandbox
) -> None:
    clip = draw_talkative_clip(tmp_path / "clip.mp4", codec=codec)

    rendition = render(clip, Recipe(NORMALISED, 64, 64, 8.0, 16), sandbox)

    assert_says_nothing(rendition)
    assert video_of(rendition)["tracks"] == 1


def test_the_drawn_clip_really_talks(tmp_path: Path) -> None:
    # Otherwise the tests above would prove nothing.
    content = draw_talkative_clip(tmp_path / "clip.mp4", codec="h264").read_bytes()

    for word in (
        b"x264 - core",
        b"Lavf",
        b"Secret title",
        b"secret subtitle",
        b"Secret handler",
        b"Secret unit",
    ):
        assert word in content

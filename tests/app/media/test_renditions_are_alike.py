"""The two renditions of a comparison differ only in the coded pictures and their sizes."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from app.media.probe import probe_clip
from app.media.renditions import Recipe, choose_recipe, make_rendition
from app.media.sandbox import Sandbox
from benchmark.protocol import RenditionRecipe
from tests.app.media.drawing import draw_clip
from tests.app.media.rendering import boxes_of, render


@dataclass(frozen=True)
class Source:
    """Arguments of `draw_clip`."""

    options: dict[str, Any]

    @classmethod
    def of(cls, **options: Any) -> "Source":
        return cls(options)


WAN = Source.of(frames=81, fps=16)
HUNYUAN = Source.of(frames=129, fps=24, width=80, height=48)
MOTIF = Source.of(frames=16, fps=8)
COGVIDEOX = Source.of(frames=49, fps=8, width=96, height=64)
UNLIKE_PAIRS = [
    (WAN, HUNYUAN),
    (MOTIF, COGVIDEOX),
    (MOTIF, Source.of(frames=16, fps=8, moving=False)),
    (MOTIF, Source.of(frames=16, fps=8, encoder={"bf": "0", "g": "1"})),
    (MOTIF, Source.of(frames=16, fps=8, encoder={"crf": "40", "preset": "ultrafast"})),
    (MOTIF, Source.of(frames=14, fps=7)),
    (MOTIF, Source.of(frames=16, fps=8, codec="vp9")),
    (MOTIF, Source.of(frames=16, fps=8, codec="av1")),
    (MOTIF, Source.of(frames=16, fps=8, with_audio=True)),
    (MOTIF, Source.of(frames=16, fps=8, pixel_format="yuv444p")),
    (MOTIF, Source.of(frames=16, fps=8, muxer={"movflags": "+frag_keyframe+empty_moov"})),
    (MOTIF, Source.of(frames=61, fps=Fraction(30_000, 1001))),
    (COGVIDEOX, Source.of(frames=25, fps=6, width=128, height=72)),
    (COGVIDEOX, Source.of(frames=121, fps=24, width=72, height=128)),
    (WAN, Source.of(frames=97, fps=25)),
    (WAN, Source.of(frames=24, fps=12, width=64, height=96)),
    (Source.of(frames=48, fps=24), Source.of(frames=30, fps=Fraction(24_000, 1001))),
    (Source.of(frames=20, fps=10), Source.of(frames=25, fps=Fraction(25, 2))),
    (Source.of(frames=90, fps=90), Source.of(frames=60, fps=60)),
    (Source.of(frames=33, fps=15, width=65, height=63, codec="vp9"), Source.of(frames=40, fps=20)),
]


@pytest.mark.parametrize("pair", range(len(UNLIKE_PAIRS)))
def test_after_normalising_only_pictures_and_their_sizes_differ(
    pair: int, tmp_path: Path, sandbox: Sandbox
) -> None:
    clips = [
        draw_clip(tmp_path / f"{name}.mp4", **source.options)
        for name, source in zip("ab", UNLIKE_PAIRS[pair], strict=True)
    ]
    facts = [probe_clip(clip, sandbox=sandbox) for clip in clips]
    recipe = choose_recipe(*facts, RenditionRecipe.NORMALISED)

    first, second = (around_the_pictures(clip, recipe, sandbox) for clip in clips)

    assert first == second


def test_pictures_are_coded_in_the_order_in_which_they_are_shown(tmp_path: Path, sandbox: Sandbox) -> None:
    # The index has no composition times, so a browser would show B-pictures at wrong times.
    clip = draw_clip(tmp_path / "clip.mp4", frames=33, fps=16)

    rendition = render(clip, Recipe(RenditionRecipe.NORMALISED, 64, 64, 16.0, 33), sandbox)

    assert "B" in kinds_of_pictures(clip)
    assert kinds_of_pictures(rendition) <= {"I", "P"}


def kinds_of_pictures(path: Path) -> set[str]:
    with av.open(str(path)) as clip:
        return {av.video.frame.PictureType(frame.pict_type).name for frame in clip.decode(video=0)}


@pytest.mark.parametrize("kind", list(RenditionRecipe)[2:])
def test_renditions_of_the_other_choices_are_alike(
    kind: RenditionRecipe, tmp_path: Path, sandbox: Sandbox
) -> None:
    clips = [
        draw_clip(tmp_path / "a.mp4", **MOTIF.options),
        draw_clip(tmp_path / "b.mp4", frames=36, fps=12, width=96, height=64),
    ]
    facts = [probe_clip(clip, sandbox=sandbox) for clip in clips]
    recipe = choose_recipe(*facts, kind)

    first, second = (around_the_pictures(clip, recipe, sandbox) for clip in clips)

    assert first == second


def around_the_pictures(clip: Path, recipe: Any, sandbox: Sandbox) -> tuple[bytes, list[bytes]]:
    """Return the bytes of a rendition without the pictures and their sizes, and the types of the boxes."""
    target = clip.with_suffix(".rendition")
    make_rendition(clip, recipe, target, sandbox=sandbox)
    content = target.read_bytes()
    boxes = boxes_of(content)
    for kind, body in boxes:
        # The number of samples in stsz counts; stco follows from the index's size, which is equal.
        if kind == b"stsz":
            content = content.replace(body[12:], bytes(len(body) - 12))
        elif kind == b"mdat":
            content = content.removesuffix(body)[:-8]
    return content, [kind for kind, _ in boxes]

"""Clips with randomly changed bytes are refused with an error code, or they can still be played."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from app.media.probe import ClipRejected, probe_clip
from app.media.renditions import choose_recipe, make_rendition
from app.media.sandbox import Sandbox
from benchmark.protocol import RenditionRecipe
from tests.app.media.drawing import draw_clip, frames_of

DAMAGED_CLIPS_EACH = 12
DRAWN: dict[str, Callable[[Path], Path]] = {
    "h264": lambda path: draw_clip(path, muxer={"movflags": "+faststart"}),
    "vp9": lambda path: draw_clip(path, codec="vp9"),
    "av1": lambda path: draw_clip(path, codec="av1"),
    "with sound": lambda path: draw_clip(path, with_audio=True),
    "in fragments": lambda path: draw_clip(path, muxer={"movflags": "+frag_keyframe+empty_moov"}),
}


def damaged(content: bytes, rng: random.Random) -> bytes:
    """Change a few bytes, most of them in the index, where changes do the most damage."""
    broken = bytearray(content)
    index = broken.index(b"moov")
    for _ in range(rng.choice([1, 1, 2, 8])):
        in_index = rng.random() < 0.7
        at = rng.randrange(index, min(len(broken), index + 1200)) if in_index else rng.randrange(len(broken))
        broken[at : at + 4] = rng.choice([bytes(4), b"\xff" * 4, b"\x7f\xff\xff\xff", rng.randbytes(4)])
    return bytes(broken)


@pytest.mark.parametrize("kind", DRAWN)
def test_a_damaged_clip_is_refused_or_can_be_shown(kind: str, tmp_path: Path, sandbox: Sandbox) -> None:
    whole = DRAWN[kind](tmp_path / "whole.mp4").read_bytes()
    clip, target = tmp_path / "damaged.mp4", tmp_path / "rendition.mp4"

    for seed in range(DAMAGED_CLIPS_EACH):
        clip.write_bytes(damaged(whole, random.Random(seed)))
        try:
            facts = probe_clip(clip, sandbox=sandbox)
        except ClipRejected:
            continue
        recipe = choose_recipe(facts, facts, RenditionRecipe.REMUX)
        make_rendition(clip, recipe, target, sandbox=sandbox)

        shown = probe_clip(target, sandbox=sandbox)
        assert (shown.frames, shown.width, shown.height) == (recipe.frames, recipe.width, recipe.height)
        if recipe.kind is RenditionRecipe.REMUX:
            assert frames_of(target) == frames_of(clip), f"seed {seed}"

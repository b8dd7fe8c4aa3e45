"""Annotators never receive a text that is hidden in a clip."""

from pathlib import Path

import pytest

from app.media.probe import ClipRejected, probe_clip
from app.media.renditions import choose_recipe, make_rendition
from app.media.sandbox import Sandbox
from benchmark.protocol import RenditionRecipe
from tests.app.media.canaries import Hide, places

TEXT = b"CANARY-of-model-alice-0001"
# perf/canaries.py tests every place of every codec; this file tests one kind of the boxes that players skip.
PLACES = {
    name: hide
    for codec in ("h264", "vp9", "av1")
    for name, hide in places(codec).items()
    if codec == "h264" or "box" not in name
    if not any(kind in name for kind in ("box free", "box skip", "box xxxx"))
}


def served(clip: Path, sandbox: Sandbox) -> bytes:
    """Return the rendition that a study with the recipe `remux` serves; empty if the clip is refused."""
    try:
        facts = probe_clip(clip, sandbox=sandbox)
    except ClipRejected:
        return b""
    rendition = clip.with_name("rendition.mp4")
    make_rendition(clip, choose_recipe(facts, facts, RenditionRecipe.REMUX), rendition, sandbox=sandbox)
    return rendition.read_bytes()


@pytest.mark.parametrize("name", PLACES)
def test_a_hidden_text_is_not_served(name: str, tmp_path: Path, sandbox: Sandbox) -> None:
    clip, hide = tmp_path / "clip.mp4", PLACES[name]
    hide(clip, TEXT)
    hidden = b"Secret" if "sound" in name else TEXT[:8]
    assert hidden in clip.read_bytes()

    assert hidden.lower() not in served(clip, sandbox).lower()


def test_a_clip_without_a_text_is_copied(tmp_path: Path, sandbox: Sandbox) -> None:
    # Otherwise the test above would pass by re-encoding everything.
    hide: Hide = places("h264")["h264 box uuid in moov"]
    hide(tmp_path / "clip.mp4", TEXT)

    assert probe_clip(tmp_path / "clip.mp4", sandbox=sandbox).is_remuxable

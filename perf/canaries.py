"""Hides a text in every possible place of 1,000 clips, and searches the renditions for this text."""

import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

from app.media.probe import ClipRejected, probe_clip
from app.media.renditions import choose_recipe, make_rendition
from app.media.sandbox import Sandbox
from benchmark.protocol import RenditionRecipe
from tests.app.media.canaries import Hide, places

FILES = 1000
CODECS = ("h264", "vp9", "av1")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_. "


def main() -> None:
    """Print how the clips were served, and each place whose hidden text is still in a rendition."""
    rng = random.Random(0)
    every = [place for codec in CODECS for place in places(codec).items()]
    counts: Counter[str] = Counter()
    found = []
    with tempfile.TemporaryDirectory() as folder, Sandbox(children=2) as sandbox:
        for number in range(FILES):
            name, hide = every[number % len(every)]
            text = "".join(rng.choices(LETTERS, k=rng.randint(12, 48))).encode()
            outcome, is_found = serve(Path(folder), hide, text, sandbox)
            counts[outcome] += 1
            if is_found:
                found.append(f"{name}: {text!r} in a clip that was {outcome}")
    print(f"{FILES} clips with a text in one of {len(every)} places: {len(found)} texts in what is served")
    for outcome, count in sorted(counts.items()):
        print(f"  {count} {outcome}")
    for line in found:
        print(line)
    if found:
        sys.exit(1)


def serve(folder: Path, hide: Hide, text: bytes, sandbox: Sandbox) -> tuple[str, bool]:
    """Return how a clip was served, and whether the rendition still contains the hidden text's beginning."""
    clip, rendition = folder / "clip.mp4", folder / "rendition.mp4"
    hide(clip, text)
    content = clip.read_bytes()
    hidden = next((part for part in (text, text[:16], text[:8], b"Secret") if part in content), None)
    if hidden is None:
        return "without the text, which the writer of the file had dropped", False
    try:
        facts = probe_clip(clip, sandbox=sandbox)
    except ClipRejected as rejected:
        return f"refused ({rejected.code})", False
    recipe = choose_recipe(facts, facts, RenditionRecipe.REMUX)
    make_rendition(clip, recipe, rendition, sandbox=sandbox)
    return f"served by {recipe.kind}", hidden[:8] in rendition.read_bytes()


if __name__ == "__main__":
    main()

"""Looks up the true clip of a synthetic pair; a true clip is a rendered clip with the correct motion."""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from benchmark.metrics.truth import Truth
from benchmark.pairs import pair_id
from benchmark.scenes import ScenePair, bundled_pairs, render
from benchmark.scenes.motions import Promise
from benchmark.scenes.sprites import RETEST_SPRITES, held_out_clips


def truth_of_pair(pair: str, *, frames: int, size: tuple[int, int]) -> Truth | None:
    """Return the true clip of a pair, rendered with the given length and size.

    Return None if the pair is not synthetic, or if its prompt asks for neither rigid motion nor a new object.
    Also return None if a side is odd, because the scene engine draws only frames with even sides.

    Args:
        frames: number of frames, at least 2.
        size: height and width in pixels.
    """
    known = bundled_pairs().get(pair)
    if known is None or size[0] % 2 or size[1] % 2:
        return None
    return _scene_truth(known, frames, size)


def sprite_truth(pair: str) -> Truth | None:
    """Return the true clip of a held-out sprite pair, (8, 32, 32, 3); None for other pairs.

    Args:
        pair: the pair id in the benchmark that `ti2v repro export` writes.
    """
    return _sprite_truths().get(pair) if pair.startswith("sprites") else None


@lru_cache(maxsize=1)
def _sprite_truths() -> Mapping[str, Truth]:
    """Return the true clips, keyed by the pair's id in an imported benchmark."""
    return {pair_id(clip.image_id, clip.prompt): clip.truth for clip in held_out_clips(RETEST_SPRITES)}


def _scene_truth(pair: ScenePair, frames: int, size: tuple[int, int]) -> Truth | None:
    action = pair.described
    entering = {motion.part for motion in action.motions if motion.promise is Promise.ENTERS}
    if not action.is_rigid and not entering:
        return None
    rendering = render(pair.scene, pair.action, frames=frames, size=size)
    asked = entering or action.moved_parts
    indices = [index for index, part in enumerate(rendering.parts) if part in asked]
    mask = np.isin(rendering.owners, indices)
    return Truth(
        frames=rendering.frames,
        flow=rendering.flow if action.is_rigid else None,
        mask=mask,
        enters=bool(entering) and not mask[0].any(),
    )

"""Renders clips of the synthetic models (one reference, four faulty models), which need no weights."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmark.scenes.benchmarks import ScenePair, bundled_pairs
from benchmark.scenes.encoding import encode_mp4
from benchmark.scenes.motions import Promise
from benchmark.scenes.rendering import Rendering, draw_still, render
from benchmark.scenes.scenes import Action
from benchmark.scenes.stage import Size

Frames = NDArray[np.uint8]

_ZOOM = 1.22
# If the prompt has no direction (such as a change of colour), shift the image by this share of its side.
_DRIFT_SHARE = (0.16, 0.0)
# Bounds of the shift as shares of the side: large enough to see, small enough for a narrow mirrored border.
_DRIFT_RANGE = (0.12, 0.24)


def draw_clip(
    model: str, pair: ScenePair | str, *, frames: int = 16, size: Size | int = 320, fps: int = 8
) -> bytes:
    """Return the clip of a synthetic model for a pair, as a complete MP4.

    Args:
        model: name of the model, a key of `SYNTHETIC_MODELS`.
        pair: a pair of a synthetic benchmark, or the id of a bundled pair.

    Raises:
        ValueError: the model or the pair id is unknown, or `render` refuses the size or the frame count.
    """
    return encode_mp4(draw_frames(model, pair, frames=frames, size=size), fps=fps)


def draw_frames(model: str, pair: ScenePair | str, *, frames: int = 16, size: Size | int = 320) -> Frames:
    """Return the frames that `draw_clip` encodes, (frames, rows, columns, 3) uint8 RGB."""
    if model not in _PAINTERS:
        raise ValueError(f"no synthetic model {model!r}; choose one of {', '.join(_PAINTERS)}")
    if isinstance(pair, str):
        if pair not in bundled_pairs():
            raise ValueError(f"no pair {pair!r} in the bundled benchmark")
        pair = bundled_pairs()[pair]
    if frames < 2:
        raise ValueError(f"a clip needs at least 2 frames, not {frames}")
    return _PAINTERS[model](pair, frames, size)


def wrong_action(pair: ScenePair) -> Action:
    """Return an action that the pair's prompt does not describe, preferably an action of other objects."""
    right = pair.described
    others = [action for action in pair.scene.scenario.actions if action.name != right.name]
    apart = [action for action in others if action.moved_parts.isdisjoint(right.moved_parts)]
    moving = [action for action in apart if action.promises & {Promise.MOVES, Promise.ENTERS}]
    choice = moving or apart or others
    # Use different wrong actions for the prompts of the same image.
    place = [action.name for action in pair.scene.scenario.actions].index(right.name)
    return choice[(pair.seed + place) % len(choice)]


def _paint_reference(pair: ScenePair, frames: int, size: Size | int) -> Frames:
    return render(pair.scene, pair.action, frames=frames, size=size).frames


def _paint_static(pair: ScenePair, frames: int, size: Size | int) -> Frames:
    return np.repeat(draw_still(pair.scene, size)[None], frames, axis=0)


def _paint_wrong_action(pair: ScenePair, frames: int, size: Size | int) -> Frames:
    return render(pair.scene, wrong_action(pair).name, frames=frames, size=size).frames


def _paint_zoom(pair: ScenePair, frames: int, size: Size | int) -> Frames:
    still = draw_still(pair.scene, size)
    rows, columns = still.shape[:2]
    middle = np.array([(columns - 1) / 2, (rows - 1) / 2])
    scales = _ZOOM ** np.linspace(0, 1, frames)
    return np.stack([_placed(still, scale, middle * (1 - scale)) for scale in scales])


def _paint_drift(pair: ScenePair, frames: int, size: Size | int) -> Frames:
    rendering = render(pair.scene, pair.action, frames=frames, size=size)
    still = rendering.frames[0]
    way = _main_way(rendering)
    return np.stack([_placed(still, 1.0, way * share) for share in np.linspace(0, 1, frames)])


def _main_way(rendering: Rendering) -> NDArray[np.float64]:
    """Return the total displacement (x, y) of all moving pixels; a default displacement if nothing moves."""
    side = min(rendering.frames.shape[1:3])
    steps = []
    for flow in rendering.flow:
        moving = np.linalg.norm(flow, axis=2) > 0.5
        if moving.any():
            steps.append(flow[moving].mean(axis=0, dtype=np.float64))
    way = np.asarray(sum(steps, np.zeros(2)), dtype=np.float64)
    length = float(np.hypot(*way))
    if length < 0.04 * side:
        return np.array([share * side for share in _DRIFT_SHARE])
    wanted = min(max(length, _DRIFT_RANGE[0] * side), _DRIFT_RANGE[1] * side)
    return np.asarray(way * (wanted / length), dtype=np.float64)


def _placed(still: Frames, scale: float, shift: NDArray[np.float64]) -> Frames:
    matrix = np.array([[scale, 0.0, shift[0]], [0.0, scale, shift[1]]])
    size = (still.shape[1], still.shape[0])
    return np.asarray(
        cv2.warpAffine(still, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    )


_PAINTERS: dict[str, Callable[[ScenePair, int, Size | int], Frames]] = {
    "reference": _paint_reference,
    "static": _paint_static,
    "wrong-action": _paint_wrong_action,
    "zoom": _paint_zoom,
    "drift": _paint_drift,
}

"""Renders an action of a scene: frames, exact flow to the next frame, and a mask of every object.

Affine maps place the objects. For each visible pixel, the engine computes which point of a part the pixel
shows, and where this point is in the next frame. The difference of the two positions is the flow, so the flow
is exact by construction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from benchmark.scenes.painter import Frame, FramePainter
from benchmark.scenes.scenes import Action, Scene
from benchmark.scenes.stage import Size, checked_size, draw_stage


@dataclass(frozen=True, eq=False)
class Rendering:
    """A synthetic clip with the exact flow and the object masks.

    Attributes:
        frames: (frames, rows, columns, 3) uint8 RGB.
        flow: (frames - 1, rows, columns, 2) float32, displacement (x, y) in pixels to the next frame. The
            flow is exact for objects whose appearance does not change, and exact everywhere if
            `action.is_rigid`.
        owners: (frames, rows, columns) int16, the index of the part that each pixel shows; -1 for the
            background.
        parts: the names of the parts; the position in the list is the part's index.
        objects: for each part index, the name of the object to which the part belongs; None for a part of the
            background.
    """

    action: Action
    frames: NDArray[np.uint8]
    flow: NDArray[np.float32]
    owners: NDArray[np.int16]
    parts: tuple[str, ...]
    objects: tuple[str | None, ...]

    @cached_property
    def masks(self) -> Mapping[str, NDArray[np.bool_]]:
        """A mapping from object name to the object's visible pixels, (frames, rows, columns) bool."""
        indices: dict[str, list[int]] = {}
        for index, name in enumerate(self.objects):
            if name is not None:
                indices.setdefault(name, []).append(index)
        return {name: np.isin(self.owners, mine) for name, mine in indices.items()}


def render(scene: Scene, action: str, *, frames: int = 16, size: Size | int = 320) -> Rendering:
    """Render an action of a scene. Frame 0 is identical to the scene's still image.

    Args:
        action: the name of one of the scene's actions.
        frames: the number of frames, at least 2.
        size: the image size in pixels: the side of a square image, or (rows, columns).

    Raises:
        ValueError: the scene has no such action, the size is odd or too small, or `frames` is less than 2.
    """
    if frames < 2:
        raise ValueError(f"a clip needs at least 2 frames, not {frames}")
    stage = draw_stage(scene, checked_size(size))
    chosen = scene.scenario.action(action)
    painter = FramePainter(stage, chosen)
    drawn = [painter.frame(t / (frames - 1)) for t in range(frames)]
    flow = np.stack([flow_between(a, b) for a, b in pairwise(drawn)])
    pixels = np.stack([frame.pixels for frame in drawn])
    owners = np.stack([frame.owners for frame in drawn])
    parts = tuple(part.name for part in painter.parts)
    objects = tuple(None if part.scenery else stage.object_of(part) for part in painter.parts)
    return Rendering(chosen, pixels, flow, owners, parts, objects)


def draw_still(scene: Scene, size: Size | int = 320) -> NDArray[np.uint8]:
    """Return the still image of a scene, (rows, columns, 3) uint8 RGB."""
    stage = draw_stage(scene, checked_size(size))
    return FramePainter(stage, Action("still", "", ())).frame(0.0).pixels


def flow_between(first: Frame, second: Frame) -> NDArray[np.float32]:
    """Return the flow from the first frame to the second, (rows, columns, 2) float32."""
    flow = np.zeros((*first.owners.shape, 2), np.float32)
    for index, before in first.maps.items():
        after = second.maps.get(index)
        if after is None or np.array_equal(before, after):
            continue
        rows, columns = np.nonzero(first.owners == index)
        step = after @ np.linalg.inv(before) - np.eye(3)
        places = np.stack([columns, rows, np.ones_like(rows)]).astype(np.float64)
        flow[rows, columns] = (step[:2] @ places).T
    return flow

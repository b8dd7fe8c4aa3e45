"""The scene engine's exact flow agrees with the rendered pixels."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from benchmark.scenes import SCENARIOS, Rendering, Scene, Style, render

# Mean absolute difference, in levels of 255, and the least motion that counts, in pixels a frame.
LARGEST_MEAN_DIFFERENCE = 2.0
LEAST_MOTION = 1.0
# Pixels nearer than this to the border of a part mix two colours.
BORDER = np.ones((5, 5), np.uint8)

RIGID_ACTIONS = [
    (scenario.name, action.name)
    for scenario in SCENARIOS.values()
    for action in scenario.actions
    if action.is_rigid
]


def inside_one_part(owners: NDArray[np.int16]) -> NDArray[np.bool_]:
    return np.asarray(cv2.erode(owners, BORDER) == cv2.dilate(owners, BORDER))


def warp_differences(rendering: Rendering) -> NDArray[np.float32]:
    """Return |frame t+1 sampled at x + flow(x) - frame t| for each moving pixel that both frames show."""
    rows, columns = rendering.owners.shape[1:]
    y, x = np.mgrid[:rows, :columns].astype(np.float32)
    found = []
    for t, flow in enumerate(rendering.flow):
        to_x, to_y = x + flow[:, :, 0], y + flow[:, :, 1]
        here, there = rendering.owners[t], rendering.owners[t + 1]
        pure_there = np.where(inside_one_part(there), there, -9).astype(np.float32)
        shown_there = cv2.remap(pure_there, to_x, to_y, cv2.INTER_NEAREST, borderValue=-9)
        moving = np.hypot(flow[:, :, 0], flow[:, :, 1]) >= LEAST_MOTION
        in_picture = (to_x >= 0) & (to_y >= 0) & (to_x <= columns - 1) & (to_y <= rows - 1)
        seen_twice = moving & in_picture & inside_one_part(here) & (shown_there == here)
        sampled = cv2.remap(rendering.frames[t + 1].astype(np.float32), to_x, to_y, cv2.INTER_CUBIC)
        found.append(np.abs(sampled - rendering.frames[t])[seen_twice].mean(axis=1))
    return np.concatenate(found)


def fastest_point(rendering: Rendering) -> float:
    """Return the displacement of the fastest point in the median step, in pixels."""
    return float(np.median(np.linalg.norm(rendering.flow, axis=3).max(axis=(1, 2))))


@pytest.mark.parametrize(("scenario", "action"), RIGID_ACTIONS)
def test_every_rigid_action_moves_pixels_where_its_flow_says(scenario: str, action: str) -> None:
    # One scene for all actions of a scenario: drawing its textures takes longer than rendering a clip.
    number = list(SCENARIOS).index(scenario)
    scene = Scene(SCENARIOS[scenario], list(Style)[number % len(Style)], seed=number)

    rendering = render(scene, action, frames=6, size=320)

    differences = warp_differences(rendering)
    assert fastest_point(rendering) >= LEAST_MOTION
    assert differences.size >= 40
    assert differences.mean() <= LARGEST_MEAN_DIFFERENCE


@settings(max_examples=12, derandomize=True, deadline=None)
@given(
    case=st.sampled_from(RIGID_ACTIONS),
    style=st.sampled_from(list(Style)),
    seed=st.integers(0, 10_000),
    size=st.sampled_from([240, 320, (240, 320)]),
)
def test_flow_is_exact_whatever_the_seed_the_style_and_the_size(
    case: tuple[str, str], style: Style, seed: int, size: int | tuple[int, int]
) -> None:
    scenario, action = case

    rendering = render(Scene(SCENARIOS[scenario], style, seed), action, frames=8, size=size)

    assert warp_differences(rendering).mean() <= LARGEST_MEAN_DIFFERENCE


def test_a_turn_moves_a_point_by_its_distance_from_the_centre_times_the_angle() -> None:
    rendering = render(Scene(SCENARIOS["kites"], Style.FLAT, 1), "yellow_turns_over", frames=16, size=320)

    kite = rendering.masks["yellow kite"]
    # 170 degrees in 15 steps; the end of the tail hangs 0.305 picture heights below the centre.
    farthest = sum(
        np.linalg.norm(step[mask], axis=1).max() for step, mask in zip(rendering.flow, kite, strict=False)
    )
    assert farthest == pytest.approx(np.radians(170) * 0.305 * 320, rel=0.06)
    assert not rendering.flow[:, ~kite.any(axis=0)].any()


def test_what_enters_has_exact_flow_as_well() -> None:
    rendering = render(Scene(SCENARIOS["street"], Style.CLAY, 3), "bus_comes", frames=12, size=256)

    assert warp_differences(rendering).mean() <= LARGEST_MEAN_DIFFERENCE

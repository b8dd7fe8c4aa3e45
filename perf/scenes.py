"""Measures the scene engine: rendering speed, and the error of DIS optical flow against the exact flow.

The flow table has one row for every action with motion. A row states the average end-point error of OpenCV's
DIS flow on moving pixels that are also visible in the next frame. DIS uses the medium preset, refined to full
resolution.
"""

import time
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmark.scenes import SCENARIOS, Rendering, Scene, Style, draw_clip, render
from benchmark.scenes.benchmarks import bundled_pairs
from benchmark.scenes.motions import Promise
from benchmark.scenes.stage import draw_stage
from benchmark.synthetic_models import SYNTHETIC_MODELS

SIDE = 320
FRAMES = 16
TARGET_FRAMES_PER_SECOND = 25
TARGET_END_POINT_ERROR = 1.0
# Points that move more slowly than this count as static.
LEAST_MOTION = 0.5
CLIPS_MEASURED = 8


@dataclass(frozen=True)
class FlowRow:
    """One action: the fastest point's speed in the median step, and the mean error of DIS, in pixels."""

    scenario: str
    action: str
    style: Style
    fastest: float
    error: float


def main() -> None:
    cv2.setNumThreads(1)
    print_speed()
    print_clips()
    print_flow()


def print_speed() -> None:
    """Print frames per second on one core, with and without drawing the textures."""
    first, again = [], []
    for number, scenario in enumerate(SCENARIOS.values()):
        scene = Scene(scenario, list(Style)[number % len(Style)], seed=1)
        draw_stage.cache_clear()
        for action in scenario.actions:
            before = time.process_time()
            render(scene, action.name, frames=FRAMES, size=SIDE)
            seconds = time.process_time() - before
            (again if draw_stage.cache_info().hits else first).append(FRAMES / seconds)
    print(f"{'frames/s at 320x320, one core':34} {'median':>8} {'slowest':>8}   target")
    for name, rates in (("first clip of an image", first), ("its other clips", again)):
        print(f"{name:34} {np.median(rates):8.0f} {min(rates):8.0f}   {TARGET_FRAMES_PER_SECOND}")


def print_clips() -> None:
    """Print the time per clip of each synthetic model, including encoding."""
    pairs = list(bundled_pairs())[:: len(bundled_pairs()) // CLIPS_MEASURED]
    print(f"\n{'model':14} {'ms per clip':>11} {'KB per clip':>11}")
    for model in SYNTHETIC_MODELS:
        draw_stage.cache_clear()
        before = time.process_time()
        sizes = [len(draw_clip(model, pair)) for pair in pairs]
        milliseconds = 1000 * (time.process_time() - before) / len(pairs)
        print(f"{model:14} {milliseconds:10.0f} {np.mean(sizes) / 1000:10.0f}")


def print_flow() -> None:
    """Print the error of DIS for every action with motion, starting with the largest error."""
    rows = sorted(flow_rows(), key=lambda row: -row.error)
    print(f"\n{'action':38} {'style':12} {'fastest px':>10} {'DIS error px':>12}")
    for row in rows:
        name = f"{row.scenario} {row.action}"
        print(f"{name:38} {row.style:12} {row.fastest:10.1f} {row.error:12.2f}")
    share = np.mean([row.error < TARGET_END_POINT_ERROR for row in rows])
    print(
        f"\nbelow {TARGET_END_POINT_ERROR} px: {share:.0%} of {len(rows)} actions (target 80%), "
        f"median {np.median([row.error for row in rows]):.2f} px"
    )


def flow_rows() -> list[FlowRow]:
    rows = []
    for number, scenario in enumerate(SCENARIOS.values()):
        style = list(Style)[number % len(Style)]
        for action in scenario.actions:
            if not action.promises & {Promise.MOVES, Promise.ENTERS}:
                continue
            rendering = render(Scene(scenario, style, seed=1), action.name, frames=FRAMES, size=SIDE)
            fastest = float(np.median(np.linalg.norm(rendering.flow, axis=3).max(axis=(1, 2))))
            rows.append(FlowRow(scenario.name, action.name, style, fastest, end_point_error(rendering)))
    return rows


def end_point_error(rendering: Rendering) -> float:
    """Return the mean distance between DIS flow and exact flow on moving pixels visible in both frames."""
    dis = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    dis.setFinestScale(0)
    grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in rendering.frames]
    errors = []
    for t, exact in enumerate(rendering.flow):
        found = dis.calc(grey[t], grey[t + 1], None)
        errors.append(np.linalg.norm(found - exact, axis=2)[moving_and_kept(rendering, t)])
    return float(np.concatenate(errors).mean())


def moving_and_kept(rendering: Rendering, t: int) -> NDArray[np.bool_]:
    """Return a mask of the moving points of frame t that are also visible in frame t + 1."""
    flow, here, there = rendering.flow[t], rendering.owners[t], rendering.owners[t + 1]
    y, x = np.mgrid[: here.shape[0], : here.shape[1]].astype(np.float32)
    shown = cv2.remap(
        there.astype(np.float32), x + flow[:, :, 0], y + flow[:, :, 1], cv2.INTER_NEAREST, borderValue=-9
    )
    return np.asarray((np.linalg.norm(flow, axis=2) >= LEAST_MOTION) & (shown == here))


if __name__ == "__main__":
    main()

"""Measures heatmaps from DIS optical flow: speed, and agreement with heatmaps from exact flow.

Run: python -m perf.motion [--markdown]. --markdown prints only the table that docs/motion.md contains.

Agreement is the intersection over union of the pixels with m > 0.5. The agreement includes only clips whose
exact heatmap has m > 0.5 in at least 1 % of the pixels; for other clips, the value would depend on a few
pixels.
"""

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from benchmark.scenes import SCENARIOS, Rendering, Scene, Style, render
from models.motion.flow import create_flow_estimator, last_frame_flow
from models.motion.heatmap import motion_heatmap, moving_share, resize_heatmap
from models.motion.settings import HeatmapSettings, LastFrame

SIDE, FRAMES, LATENT = 320, 16, 40
TARGET_PAIRS_PER_SECOND = 60
TARGET_MEDIAN = 0.7
LEAST_SHARE = 0.01
# Exact flow has no flow of the last frame, so the last maps are not compared.
REPEAT = HeatmapSettings(last_frame=LastFrame.REPEAT)
ESTIMATORS = ("dis-medium", "dis-medium-plain", "dis-fast", "dis-ultrafast")


@dataclass(frozen=True)
class Agreement:
    """One action: the shares of moving pixels, and the intersection over union if enough pixels move."""

    scenario: str
    action: str
    style: Style
    exact_share: float
    found_share: float
    iou: float | None
    plain_iou: float | None


def main() -> None:
    cv2.setNumThreads(1)
    markdown = "--markdown" in sys.argv[1:]
    if not markdown:
        print_speed()
    rows = [agreement(rendering, style) for rendering, style in renderings()]
    print_table(rows, " | " if markdown else "  ")
    print_summary(rows)


def print_speed() -> None:
    """Print frame pairs per second, from frames to heatmaps at latent size, on one core."""
    clips = [rendering.frames for rendering, _ in list(renderings(every=12))]
    print(f"{'frame pairs/s at 320x320, one core':36} {'median':>8}   target")
    for name in ESTIMATORS:
        estimator, rates = create_flow_estimator(name), []
        for frames in clips:
            before = time.process_time()
            maps = motion_heatmap(estimator(frames), last_flow=last_frame_flow(estimator, frames))
            resize_heatmap(maps, LATENT, LATENT)
            rates.append((FRAMES - 1) / (time.process_time() - before))
        target = f"{TARGET_PAIRS_PER_SECOND:8}" if name == ESTIMATORS[0] else ""
        print(f"{name:36} {np.median(rates):8.0f} {target}")


def renderings(every: int = 1) -> Iterator[tuple[Rendering, Style]]:
    """Render one clip of every n-th action (by default, every action), cycling through the styles."""
    chosen = [
        (Scene(scenario, list(Style)[number % len(Style)], seed=1), action.name)
        for number, scenario in enumerate(SCENARIOS.values())
        for action in scenario.actions
    ][::every]
    return ((render(scene, name, frames=FRAMES, size=SIDE), scene.style) for scene, name in chosen)


def agreement(rendering: Rendering, style: Style) -> Agreement:
    exact = motion_heatmap(rendering.flow, REPEAT)[:-1]
    found = motion_heatmap(create_flow_estimator("dis-medium")(rendering.frames), REPEAT)[:-1]
    counts = moving_share(exact) >= LEAST_SHARE
    unfiltered = create_flow_estimator("dis-medium-plain")
    plain = motion_heatmap(unfiltered(rendering.frames), REPEAT)[:-1] if counts else None
    return Agreement(
        scenario_of(rendering),
        rendering.action.name,
        style,
        moving_share(exact),
        moving_share(found),
        iou(found, exact) if counts else None,
        None if plain is None else iou(plain, exact),
    )


def iou(one: np.ndarray, other: np.ndarray) -> float:
    return float(((one > 0.5) & (other > 0.5)).sum() / ((one > 0.5) | (other > 0.5)).sum())


def scenario_of(rendering: Rendering) -> str:
    return next(name for name, each in SCENARIOS.items() if rendering.action in each.actions)


def print_table(rows: list[Agreement], between: str) -> None:
    edge = between.strip()
    cells = [["scenario", "action", "style", "moves, exact %", "moves, DIS %", "IoU", "IoU, plain DIS"]]
    if edge:
        cells.append(["---"] * len(cells[0]))
    for row in sorted(rows, key=lambda row: (row.iou is None, -(row.iou or 0))):
        shares = [f"{100 * share:.1f}" for share in (row.exact_share, row.found_share)]
        ious = ["" if value is None else f"{value:.2f}" for value in (row.iou, row.plain_iou)]
        cells.append([row.scenario, row.action, row.style, *shares, *ious])
    for line in cells:
        widths = (12, 26, 12, 14, 12, 5, 14)
        padded = between.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        print(f"{edge} {padded} {edge}".strip())


def print_summary(rows: list[Agreement]) -> None:
    ious = [row.iou for row in rows if row.iou is not None]
    plain = [row.plain_iou for row in rows if row.plain_iou is not None]
    print(
        f"\n{len(ious)} of {len(rows)} clips included; median IoU {np.median(ious):.2f} "
        f"(target {TARGET_MEDIAN}), of plain DIS {np.median(plain):.2f}"
    )
    if 2 * len(ious) < len(rows) or np.median(ious) < TARGET_MEDIAN:
        sys.exit("the heatmaps of DIS do not agree with those of exact flow")


if __name__ == "__main__":
    main()

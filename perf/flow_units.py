"""Compares units of optical flow by the share of active pixels in real and in synthetic clips.

Run: python -m perf.flow_units [--clips 48] [--flow dis-medium]
TI2V_TEST_DATA is the folder of the real clips; without it, only synthetic clips are compared.

A cell contains two numbers for the clips of a model: the mean share of active pixels (m > 0.5), and the share
of clips with at least 1 % of active pixels. A heatmap without active pixels gives the loss no weight. The
clips of `static` are one encoded image of each scenario with noise; any active pixels are due to noise, so
the share should be 0.
"""

import argparse
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from benchmark.scenes import SCENARIOS, Rendering, Scene, Style, render
from benchmark.scenes.encoding import encode_mp4
from models.motion.flow import Flow, FlowEstimator, create_flow_estimator
from models.motion.frames import Frames, read_clip
from models.motion.heatmap import motion_heatmap, moving_share
from models.motion.settings import DEFAULT_FLOW, FLOW_NAMES, FlowUnit, HeatmapSettings

SIDE, FRAMES = 320, 16
REAL_MODELS = ("motif", "cinemo", "dynamicrafter", "cogvideox")
LEAST_SHARE = 0.01
FLOORS = (0.0, 0.001, 0.002, 0.003, 0.005, 0.01)
# Heatmaps of 48 clips of 320x320 take one second per row. Using every second pixel gives the same shares.
STRIDE = 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=48, help="real clips per model")
    parser.add_argument("--flow", choices=FLOW_NAMES, default=DEFAULT_FLOW)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    flows = {}
    for name, clips in sources(create_flow_estimator(options.flow), options.clips).items():
        flows[name] = [each[:, ::STRIDE, ::STRIDE] for each in clips]
        print(f"{name}: {len(flows[name])} clips", flush=True)
    print("\n" + " | ".join(["unit", "noise floor", *flows]))
    for settings in candidates():
        cells = [cell(clips, settings) for clips in flows.values()]
        print(" | ".join([settings.unit, f"{settings.noise_floor:g}", *cells]), flush=True)


def candidates() -> Iterator[HeatmapSettings]:
    """Yield all units: relative units with each noise floor, absolute units without a noise floor."""
    for unit in FlowUnit:
        relative = unit in {FlowUnit.PER_CLIP_MAX, FlowUnit.PER_CLIP_QUANTILE}
        for floor in FLOORS if relative else FLOORS[:1]:
            yield HeatmapSettings(unit=unit, noise_floor=floor)


def cell(clips: list[Flow], settings: HeatmapSettings) -> str:
    # Striding halves the sides by which the units divide, so halve the displacements too.
    shares = [moving_share(motion_heatmap(flow / STRIDE, settings)) for flow in clips]
    alive = np.mean([share >= LEAST_SHARE for share in shares])
    return f"{np.mean(shares):.1%} {alive:.0%}"


def sources(dis: FlowEstimator, clips: int) -> dict[str, Iterator[Flow]]:
    found: dict[str, Iterator[Flow]] = {}
    if root := os.environ.get("TI2V_TEST_DATA"):
        for model in REAL_MODELS:
            files = sorted((Path(root) / "outputs" / model).glob("*.mp4"))
            chosen = files[:: max(1, len(files) // clips)][:clips]
            found[model] = flows_of(dis, (read_clip(path).frames for path in chosen))
    found["scenes, exact"] = (each.flow for each in renderings())
    found["scenes"] = flows_of(dis, (each.frames for each in renderings()))
    found["static"] = flows_of(dis, still_clips())
    return found


def flows_of(estimator: FlowEstimator, clips: Iterator[Frames]) -> Iterator[Flow]:
    return (estimator(frames) for frames in clips)


def renderings() -> Iterator[Rendering]:
    """Render one clip of every action, cycling through the styles."""
    for number, scenario in enumerate(SCENARIOS.values()):
        scene = Scene(scenario, list(Style)[number % len(Style)], seed=1)
        for action in scenario.actions:
            yield render(scene, action.name, frames=FRAMES, size=SIDE)


def still_clips() -> Iterator[Frames]:
    """Encode and decode 16 noisy copies of one image of each scenario."""
    rng = np.random.default_rng(5)
    for number, scenario in enumerate(SCENARIOS.values()):
        scene = Scene(scenario, list(Style)[number % len(Style)], seed=1)
        still = render(scene, scenario.actions[0].name, frames=2, size=SIDE).frames[:1]
        takes = still + rng.normal(0, 2, (FRAMES, SIDE, SIDE, 3))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "still.mp4"
            path.write_bytes(encode_mp4(takes.clip(0, 255).astype(np.uint8)))
            yield read_clip(path).frames


if __name__ == "__main__":
    main()

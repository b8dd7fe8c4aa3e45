"""Compares units of optical flow by the share of active pixels in real and in synthetic clips.

Run: python -m perf.flow_units [--clips 48] [--flow dis-medium]
TI2V_TEST_DATA is the folder of the real clips; without it, only synthetic clips are compared.

A cell contains three numbers for the clips of a model: the mean share of active pixels (m > 0.5), the share
of clips with at least 1 % of active pixels, and the share of clips with at least 50 %. With less than 1 % of
active pixels, the heatmap is dark nearly everywhere; with more than 50 %, the heatmap is bright nearly
everywhere. In both cases, the motion focal loss does not select regions. The clips of `static` show one image
of each scenario with noise. Noise causes all active pixels in the clips of `static`, so the share should be
0.
"""

import argparse
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import cv2
import numpy as np

from benchmark.scenes import SCENARIOS, Rendering, Scene, Style, render
from benchmark.scenes.encoding import encode_mp4
from models.motion.flow import Flow, FlowEstimator, create_flow_estimator
from models.motion.frames import Frames, read_clip
from models.motion.heatmap import motion_heatmap, moving_share
from models.motion.settings import DEFAULT_FLOW, FLOW_NAMES, FlowUnit, HeatmapSettings, LastFrame

SIDE, FRAMES = 320, 16
REAL_MODELS = ("motif", "cinemo", "dynamicrafter", "cogvideox")
LEAST_SHARE, MOST_SHARE = 0.01, 0.5
FLOORS = (0.0, 0.002, 0.005)
# Heatmaps of 48 clips of 320x320 take one second per row. Using every second pixel gives the same shares.
STRIDE = 2


@dataclass(frozen=True)
class Motions:
    """Optical flow of one clip between consecutive frames, and between frames that are three apart."""

    every_frame: Flow
    every_third: Flow


@dataclass(frozen=True)
class Row:
    """A way to measure motion: heatmap settings, and whether only every third frame of the clip is used."""

    name: str
    settings: HeatmapSettings
    every_third: bool = False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=48, help="real clips per model")
    parser.add_argument("--every", type=int, default=1, help="use every n-th action of the scene engine")
    parser.add_argument("--flow", choices=FLOW_NAMES, default=DEFAULT_FLOW)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    estimator, measured = create_flow_estimator(options.flow), {}
    for name, clips in sources(options.clips, options.every).items():
        measured[name] = [motions(estimator, frames) for frames in clips]
        print(f"{name}: {len(measured[name])} clips", flush=True)
    print("\n" + " | ".join(["unit", "noise floor", *measured]))
    for row in rows():
        cells = [cell(clips, row) for clips in measured.values()]
        print(" | ".join([row.name, f"{row.settings.noise_floor:g}", *cells]), flush=True)


def rows() -> Iterator[Row]:
    """Yield all units: relative units with noise floors, absolute units without a noise floor."""
    for unit in FlowUnit:
        relative = unit in {FlowUnit.PER_FRAME_MAX, FlowUnit.PER_CLIP_MAX, FlowUnit.PER_CLIP_QUANTILE}
        for floor in FLOORS if relative else FLOORS[:1]:
            yield Row(unit.value, settings_of(unit=unit, noise_floor=floor))
    yield Row("frac_side, every third frame", settings_of(unit=FlowUnit.FRAC_SIDE), every_third=True)
    # In the coordinates of torch's grid_sample, each side has length 2.
    yield Row("frac_side in [-1, 1]", settings_of(unit=FlowUnit.FRAC_SIDE, threshold=0.025))
    for unit in (FlowUnit.FRAC_SIDE_PER_CLIP, FlowUnit.PER_CLIP_MAX):
        yield Row(f"{unit.value}, without the camera", settings_of(unit=unit, subtract_camera=True))


def settings_of(**changes: object) -> HeatmapSettings:
    # The last frame would only repeat the result of the others.
    return HeatmapSettings.model_validate({"last_frame": LastFrame.REPEAT} | changes)


def cell(clips: list[Motions], row: Row) -> str:
    shares = []
    for clip in clips:
        flow = clip.every_third if row.every_third else clip.every_frame
        # Striding halves the sides by which the units divide, so halve the displacements too.
        shares.append(moving_share(motion_heatmap(flow / STRIDE, row.settings)))
    alive, everything = (np.mean(np.array(shares) >= each) for each in (LEAST_SHARE, MOST_SHARE))
    return f"{np.mean(shares):.1%} {alive:.0%} {everything:.0%}"


def motions(estimator: FlowEstimator, frames: Frames) -> Motions:
    every_frame, every_third = (estimator(frames[::step])[:, ::STRIDE, ::STRIDE] for step in (1, 3))
    return Motions(every_frame.copy(), every_third.copy())


def sources(clips: int, every: int) -> dict[str, Iterator[Frames]]:
    found: dict[str, Iterator[Frames]] = {}
    if root := os.environ.get("TI2V_TEST_DATA"):
        for model in REAL_MODELS:
            files = sorted((Path(root) / "outputs" / model).glob("*.mp4"))
            chosen = files[:: max(1, len(files) // clips)][:clips]
            found[model] = (read_clip(path).frames for path in chosen)
    found["scenes"] = (each.frames for each in islice(renderings(), 0, None, every))
    found["static"] = still_clips()
    return found


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

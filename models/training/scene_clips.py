"""Renders training clips with the scene engine."""

import hashlib
from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np

from benchmark.scenes import SCENARIOS, Action, Scenario, Scene, Style, render
from models.training.clip_sources import ClipLabel, ClipSource, TrainingClip
from models.training.data_settings import DataSettings
from models.training.errors import BadConfig

# Number of test clips and their side in pixels. The share of pixels that an action moves is measured on these
# clips.
_PROBES = 3
_PROBE_SIDE = 64
# A pixel counts as moving if its displacement between two frames exceeds this share of the side.
_MOVING_ABOVE = 0.005


def scene_clips(data: DataSettings) -> Iterator[ClipSource]:
    """Yield the clips of the configured scenarios.

    Raises:
        BadConfig: a scenario does not exist.
    """
    unknown = set(data.scenarios) - set(SCENARIOS)
    if unknown:
        raise BadConfig(
            f"data.scenarios: unknown scenario {', '.join(sorted(unknown))}; expected some of "
            f"{', '.join(SCENARIOS)}."
        )
    engine = _engine_fingerprint()
    for name in data.scenarios or SCENARIOS:
        scenario = SCENARIOS[name]
        actions = [action for action in scenario.actions if _is_wanted(scenario, action, data)]
        for number in range(data.images + data.held_out_images):
            style = list(Style)[number % len(Style)]
            scene = Scene(scenario, style, data.first_seed + number)
            for action in actions:
                if action.suits(style):
                    clip = f"{name}-{action.name}-{style}-{scene.seed}"
                    read = partial(_render, scene, action.name, data)
                    label = ClipLabel(clip, f"{engine} {clip}", action.prompt, number >= data.images)
                    yield ClipSource(label, read)


def _is_wanted(scenario: Scenario, action: Action, data: DataSettings) -> bool:
    if data.rigid_only and not action.is_rigid:
        return False
    if data.least_moving_share == 0:
        return True
    shares = []
    for seed in range(_PROBES):
        scene = Scene(scenario, Style.FLAT, seed)
        flow = render(scene, action.name, frames=data.frames, size=_PROBE_SIDE).flow
        shares.append((np.hypot(flow[..., 0], flow[..., 1]) > _MOVING_ABOVE * _PROBE_SIDE).mean())
    return float(np.mean(shares)) >= data.least_moving_share


def _render(scene: Scene, action: str, data: DataSettings) -> TrainingClip:
    rendering = render(scene, action, frames=data.frames, size=(data.height, data.width))
    return TrainingClip(rendering.frames, Fraction(data.fps), rendering.flow)


def _engine_fingerprint() -> str:
    """Return a hash of the scene engine's source code, because a code change can change every clip."""
    import benchmark.scenes

    folder = Path(benchmark.scenes.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]

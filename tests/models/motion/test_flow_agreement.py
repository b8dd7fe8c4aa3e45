"""The heatmap of DIS agrees with that of exact flow on rendered clips; perf/motion.py measures them all."""

import numpy as np

from benchmark.scenes import SCENARIOS, Rendering, Scene, Style, render
from benchmark.scenes.motions import Promise
from models.motion.flow import create_flow_estimator
from models.motion.heatmap import motion_heatmap, moving_share

LEAST_SHARE = 0.01
EVERY = 10


def renderings() -> list[Rendering]:
    """Draw one clip of every tenth action that moves something, the styles in turn."""
    actions = [
        (Scene(scenario, list(Style)[number % len(Style)], seed=1), action.name)
        for number, scenario in enumerate(SCENARIOS.values())
        for action in scenario.actions
        if action.promises & {Promise.MOVES, Promise.ENTERS}
    ]
    return [render(scene, name, frames=16, size=320) for scene, name in actions[::EVERY]]


def test_the_heatmap_of_dis_agrees_with_that_of_exact_flow() -> None:
    drawn, ious, estimator = renderings(), {}, create_flow_estimator("dis-medium")
    for rendering in drawn:
        exact = motion_heatmap(rendering.flow)
        if moving_share(exact) < LEAST_SHARE:
            continue
        moving, found = exact > 0.5, motion_heatmap(estimator(rendering.frames)) > 0.5
        ious[rendering.action.name] = (moving & found).sum() / (moving | found).sum()
    print("\n".join(f"{name:24} {iou:.2f}" for name, iou in ious.items()))

    assert len(ious) >= len(drawn) / 2
    assert np.median(list(ious.values())) >= 0.7

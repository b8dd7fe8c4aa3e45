"""The scene engine: renders synthetic images, and clips with exact optical flow."""

from benchmark.scenes.benchmarks import ScenePair, bundled_pairs, gold_questions
from benchmark.scenes.rendering import Rendering, draw_still, render
from benchmark.scenes.scenarios import SCENARIOS
from benchmark.scenes.scenes import Action, HardCase, Scenario, Scene
from benchmark.scenes.styles import Style
from benchmark.scenes.synthetic import draw_clip

__all__ = [
    "SCENARIOS",
    "Action",
    "HardCase",
    "Rendering",
    "Scenario",
    "Scene",
    "ScenePair",
    "Style",
    "bundled_pairs",
    "draw_clip",
    "draw_still",
    "gold_questions",
    "render",
]
